"""Campaigns over the REST API: create, update, launch; runs: pause, resume, stop."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actors import Actor
from audience.choice import AudienceChoice
from campaigns.confirmed import GROWTH_PEOPLE, GROWTH_PERCENT, TYPE_TO_CONFIRM_ABOVE
from campaigns.destination import address_problems
from campaigns.models import Campaign
from campaigns.review import campaign_review
from campaigns.schedule import Schedule
from campaigns.selectors import LIST_ORDER, campaign_get, campaigns_listed
from campaigns.services import (
    campaign_create,
    campaign_launch,
    campaign_schedule,
    campaign_unschedule,
    campaign_update,
)
from channels.models import ChannelKind
from delivery.services import run_pause, run_resume, run_stop
from notifications.models import Run
from notifications.selectors import run_get
from templates_lib.content import WebhookContent
from webhooks_platform.base.api import PAGE_PARAMETERS, PostedSerializer, StoredModelField, api_page, page_serializer


class CampaignSerializer(serializers.ModelSerializer[Campaign]):
    audience = StoredModelField(AudienceChoice)
    content = StoredModelField(WebhookContent)
    schedule = StoredModelField(Schedule)

    class Meta:
        model = Campaign
        fields = [
            "id", "name", "labels", "status", "channel", "audience", "content", "schedule",
            "launch_at", "launch_problem", "revision", "created_at", "updated_at",
        ]  # fmt: skip


class CampaignCreateSerializer(PostedSerializer):
    name = serializers.CharField(max_length=120)
    channel = serializers.ChoiceField(ChannelKind.choices, default=ChannelKind.WEBHOOK)
    labels = serializers.ListField(child=serializers.CharField(max_length=30), max_length=10, required=False)
    audience = StoredModelField(AudienceChoice, required=False)
    content = StoredModelField(WebhookContent, required=False)
    schedule = StoredModelField(Schedule, required=False)


class CampaignUpdateSerializer(PostedSerializer):
    revision = serializers.IntegerField(help_text="the revision you read; a newer one answers 409")
    name = serializers.CharField(max_length=120, required=False)
    channel = serializers.ChoiceField(ChannelKind.choices, required=False)
    labels = serializers.ListField(child=serializers.CharField(max_length=30), max_length=10, required=False)
    audience = StoredModelField(AudienceChoice, required=False)
    content = StoredModelField(WebhookContent, required=False)
    schedule = StoredModelField(Schedule, required=False)


class RevisionSerializer(PostedSerializer):
    revision = serializers.IntegerField(help_text="the revision you read; a newer one answers 409")


def expected_people_field() -> serializers.IntegerField:
    words = f"at least {GROWTH_PEOPLE} and over {GROWTH_PERCENT}% more, or more than {TYPE_TO_CONFIRM_ABOVE} at last"
    return serializers.IntegerField(
        min_value=0,
        required=False,
        help_text=f"how many people you know of; when there are {words}, the answer is 409, code more_people",
    )


class LaunchSerializer(RevisionSerializer):
    expected_people = expected_people_field()


class ProblemSerializer(serializers.Serializer[Any]):
    step = serializers.CharField()
    field = serializers.CharField()
    message = serializers.CharField()
    hint = serializers.CharField()
    severity = serializers.ChoiceField(["error", "warning"])
    where = serializers.CharField(help_text="the step and the place in it, in words")


class RunStateSerializer(serializers.ModelSerializer[Run]):
    class Meta:
        model = Run
        fields = ["id", "campaign_id", "state", "run_at", "audience_count"]


CampaignPageSerializer = page_serializer(CampaignSerializer, "CampaignPage")


class ActorView(APIView):
    # Knows its actor. No docstring: views without one of their own would show it in the reference.

    def actor(self) -> Actor:
        actor: Actor = self.request.user.actor  # type: ignore[union-attr]
        return actor


class CampaignsView(ActorView):
    @extend_schema(operation_id="campaigns_list", parameters=PAGE_PARAMETERS, responses={200: CampaignPageSerializer})
    def get(self, request: Request) -> Response:
        """Campaigns, the last changed first."""
        page = api_page(request, campaigns_listed(self.actor().workspace), order=LIST_ORDER)
        return Response(CampaignPageSerializer(page).data)

    @extend_schema(
        operation_id="campaigns_create", request=CampaignCreateSerializer, responses={201: CampaignSerializer}
    )
    def post(self, request: Request) -> Response:
        """Creates a draft."""
        data = CampaignCreateSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        campaign = campaign_create(actor=self.actor(), **data.validated_data)
        return Response(CampaignSerializer(campaign).data, status=status.HTTP_201_CREATED)


class CampaignView(ActorView):
    @extend_schema(operation_id="campaigns_get", responses={200: CampaignSerializer})
    def get(self, request: Request, campaign: int) -> Response:
        """The campaign with all its parts, and the revision that a change has to name."""
        return Response(CampaignSerializer(campaign_get(self.actor().workspace, campaign)).data)

    @extend_schema(
        operation_id="campaigns_update", request=CampaignUpdateSerializer, responses={200: CampaignSerializer}
    )
    def patch(self, request: Request, campaign: int) -> Response:
        """Changes the given parts if the campaign still has the revision that you read."""
        data = CampaignUpdateSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        found = campaign_get(self.actor().workspace, campaign)
        saved = campaign_update(campaign=found, actor=self.actor(), **data.validated_data)
        return Response(CampaignSerializer(saved).data)


class CampaignProblemsView(ActorView):
    @extend_schema(operation_id="campaigns_problems", responses={200: ProblemSerializer(many=True)})
    def get(self, request: Request, campaign: int) -> Response:
        """What Review & launch would show."""
        found = campaign_review(campaign_get(self.actor().workspace, campaign), now=timezone.now())
        return Response(ProblemSerializer(found.problems, many=True).data)


class CampaignLaunchView(ActorView):
    @extend_schema(operation_id="campaigns_launch", request=LaunchSerializer, responses={201: RunStateSerializer})
    def post(self, request: Request, campaign: int) -> Response:
        """Launches now, whatever the schedule says. The answer's run is where to look next."""
        data = LaunchSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        found = campaign_get(self.actor().workspace, campaign)
        run = campaign_launch(
            campaign=found,
            actor=self.actor(),
            at=timezone.now(),
            destination=address_problems(found),
            **data.validated_data,
        )
        return Response(RunStateSerializer(run).data, status=status.HTTP_201_CREATED)


class CampaignScheduleView(ActorView):
    @extend_schema(operation_id="campaigns_schedule", request=LaunchSerializer, responses={200: CampaignSerializer})
    def post(self, request: Request, campaign: int) -> Response:
        """Puts the campaign on the clock, at the time its schedule names."""
        data = LaunchSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        found = campaign_get(self.actor().workspace, campaign)
        scheduled = campaign_schedule(
            campaign=found, actor=self.actor(), destination=address_problems(found), **data.validated_data
        )
        return Response(CampaignSerializer(scheduled).data)

    @extend_schema(operation_id="campaigns_unschedule", request=None, responses={200: CampaignSerializer})
    def delete(self, request: Request, campaign: int) -> Response:
        """Takes the campaign off the clock."""
        found = campaign_get(self.actor().workspace, campaign)
        return Response(CampaignSerializer(campaign_unschedule(campaign=found, actor=self.actor())).data)


RUN_ACTIONS = {"pause": run_pause, "resume": run_resume, "stop": run_stop}


class RunControlView(ActorView):
    action = ""

    @extend_schema(request=None, responses={200: RunStateSerializer})
    def post(self, request: Request, run: int) -> Response:
        found = run_get(self.actor().workspace, run)
        RUN_ACTIONS[self.action](run=found, actor=self.actor())
        found.refresh_from_db()
        return Response(RunStateSerializer(found).data)


@extend_schema_view(post=extend_schema(operation_id="runs_pause"))
class RunPauseView(RunControlView):
    """Pauses the run: what is on the wire is finished, nothing more is sent."""

    action = "pause"


@extend_schema_view(post=extend_schema(operation_id="runs_resume"))
class RunResumeView(RunControlView):
    """Goes on with a paused run."""

    action = "resume"


@extend_schema_view(post=extend_schema(operation_id="runs_stop"))
class RunStopView(RunControlView):
    """Stops the run for good: everybody not yet reached becomes cancelled."""

    action = "stop"
