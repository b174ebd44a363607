"""Resending over the REST API: the count, then the run."""

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import permit
from campaigns.api import ActorView, RunStateSerializer, expected_people_field
from campaigns.resend import run_resend
from notifications.filters import filters_from
from notifications.models import Run
from notifications.resend import RESENDABLE, ResendChoice
from notifications.selectors import resend_choice, resend_counts, resends_of, run_get
from notifications.states import Reason
from webhooks_platform.base.api import PostedSerializer

REASONS = [value for value in Reason.values if value]


class ResendSerializer(PostedSerializer):
    states = serializers.MultipleChoiceField(choices=RESENDABLE, default={"failed"}, allow_empty=False)
    reason = serializers.ChoiceField(REASONS, required=False, default="", allow_blank=True)
    detail = serializers.CharField(
        max_length=500,
        required=False,
        default=None,
        allow_null=True,
        allow_blank=True,
        trim_whitespace=False,
        help_text="exactly this reason_detail",
    )
    status_code = serializers.IntegerField(min_value=100, max_value=999, required=False, default=None, allow_null=True)
    person = serializers.CharField(
        max_length=320, required=False, default="", allow_blank=True, help_text="a user_id, or else an e-mail address"
    )
    test = serializers.BooleanField(required=False, default=None, allow_null=True, help_text="test users only, or none")
    since = serializers.DateTimeField(required=False, default=None, allow_null=True, help_text="ended then or later")
    until = serializers.DateTimeField(required=False, default=None, allow_null=True, help_text="ended then or earlier")
    same_webhook_id = serializers.BooleanField(default=False)
    content = serializers.ChoiceField(["original", "current"], default="original")
    earlier = serializers.IntegerField(
        required=False, help_text="how many resends of this run you know of; when there are more, the answer is 409"
    )
    expected_people = expected_people_field()


class ResendCountSerializer(serializers.Serializer[Any]):
    failed = serializers.IntegerField()
    skipped = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    earlier = serializers.IntegerField(help_text="how many resends of this run there are")


class RunResendView(ActorView):
    @extend_schema(
        operation_id="runs_resend_count",
        parameters=[
            OpenApiParameter("reason", str, enum=REASONS),
            OpenApiParameter("detail", str, description="exactly this reason_detail"),
            OpenApiParameter("status", int, description="the status code of the answer"),
            OpenApiParameter("person", str, description="a user_id, or else an e-mail address"),
            OpenApiParameter("test", str, enum=["yes", "no"]),
            OpenApiParameter("since", OpenApiTypes.DATETIME, description="ended then or later"),
            OpenApiParameter("until", OpenApiTypes.DATETIME, description="ended then or earlier"),
        ],
        responses={200: ResendCountSerializer},
    )
    def get(self, request: Request, run: int) -> Response:
        """How many people a resend of each state would reach. Sends nothing."""
        found = self._run(run, "workspace.view")
        filters = filters_from(request.query_params.dict())
        choice = resend_choice(filters, found.pk)
        counts = resend_counts(found.workspace, choice, until=timezone.now())
        return Response({**counts, "earlier": resends_of(found).count()})

    @extend_schema(operation_id="runs_resend", request=ResendSerializer, responses={201: RunStateSerializer})
    def post(self, request: Request, run: int) -> Response:
        """Sends again to the people of this run who ended so. The answer's run is where to look next."""
        found = self._run(run, "campaign.launch")
        data = ResendSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        options = {name: values.pop(name) for name in ("content", "earlier", "expected_people") if name in values}
        wanted = values.pop("states")
        states = tuple(state for state in RESENDABLE if state in wanted)
        choice = ResendChoice(run_id=found.pk, states=states, **values)
        made = run_resend(run=found, actor=self.actor(), choice=choice, at=timezone.now(), **options)
        return Response(RunStateSerializer(made).data, status=status.HTTP_201_CREATED)

    def _run(self, run: int, action: str) -> Run:
        permit(self.actor(), action)
        return run_get(self.actor().workspace, run)
