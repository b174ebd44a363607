"""The ledger over REST, read only: runs with their counts, notifications with their attempts."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import api_actor
from accounts.models import Workspace
from accounts.permissions import permit
from notifications.filters import REASON_CHOICES, STATE_CHOICES, TEST_CHOICES, filters_from
from notifications.models import Notification, Run
from notifications.selectors import (
    AttemptDetail,
    RunCounts,
    notification_detail,
    notification_rows,
    run_counts_many,
    run_get,
    runs_listed,
)
from notifications.selectors.log import RUN_ORDER
from notifications.states import AttemptOutcome, RunKind, RunState
from webhooks_platform.base.api import PAGE_PARAMETERS, api_page, page_serializer


class RunCountsSerializer(serializers.Serializer[RunCounts]):
    """audience = delivered + failed + skipped + cancelled + pending, at any moment."""

    audience = serializers.IntegerField()
    delivered = serializers.IntegerField()
    failed = serializers.IntegerField()
    skipped = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    pending = serializers.IntegerField()


class RunSerializer(serializers.Serializer[Run]):
    id = serializers.IntegerField()
    campaign_id = serializers.IntegerField()
    campaign_name = serializers.CharField()
    kind = serializers.ChoiceField(choices=RunKind.choices)
    state = serializers.ChoiceField(choices=RunState.choices)
    run_at = serializers.DateTimeField()
    prepared_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    stop_reason = serializers.CharField(allow_blank=True)
    audience_description = serializers.CharField(allow_blank=True)
    counts = serializers.SerializerMethodField()

    @extend_schema_field(RunCountsSerializer)
    def get_counts(self, run: Run) -> dict[str, Any]:
        return RunCountsSerializer(self.context["counts"][run.pk]).data


class NotificationSerializer(serializers.Serializer[Notification]):
    """One person's line in a run. ``reason`` is empty unless something is in the way."""

    id = serializers.UUIDField()
    run_id = serializers.IntegerField()
    campaign_id = serializers.IntegerField()
    user_id = serializers.CharField()
    is_test = serializers.BooleanField()
    webhook_id = serializers.UUIDField()
    state = serializers.CharField(help_text="queued, sending, retrying, delivered, failed, skipped or cancelled")
    reason = serializers.CharField(allow_blank=True)
    reason_detail = serializers.CharField(allow_blank=True)
    status_code = serializers.IntegerField(allow_null=True)
    attempts_made = serializers.IntegerField(source="attempt_number")
    next_attempt_at = serializers.SerializerMethodField()
    updated_at = serializers.DateTimeField()

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_next_attempt_at(self, row: Notification) -> Any:
        return row.due_at if row.state == "retrying" else None


class ExchangeSerializer(serializers.Serializer[Any]):
    """What was sent and what came back, secrets masked; bodies as text, the response up to its kept part."""

    method = serializers.CharField()
    url = serializers.CharField()
    request_headers = serializers.ListField(source="request_header_pairs", child=serializers.ListField())
    request_body = serializers.CharField(source="request_text", allow_blank=True)
    response_headers = serializers.ListField(source="response_header_pairs", child=serializers.ListField())
    response_body = serializers.CharField(source="response_text", allow_blank=True)
    response_size = serializers.IntegerField(help_text="bytes over the wire")
    response_truncated = serializers.BooleanField()


class AttemptSerializer(serializers.Serializer[AttemptDetail]):
    """One request. The phases are microseconds; ``exchange`` is null once its retention is over."""

    number = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    outcome = serializers.ChoiceField(choices=AttemptOutcome.choices)
    reason = serializers.CharField(allow_blank=True)
    reason_detail = serializers.CharField(allow_blank=True)
    status_code = serializers.IntegerField(allow_null=True)
    address = serializers.CharField(allow_blank=True)
    dns_us = serializers.IntegerField()
    connect_us = serializers.IntegerField()
    tls_us = serializers.IntegerField()
    first_byte_us = serializers.IntegerField()
    total_us = serializers.IntegerField()
    retry_at = serializers.DateTimeField(allow_null=True)
    exchange = ExchangeSerializer(allow_null=True)


class ExplanationSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    what_happened = serializers.CharField()
    next_step = serializers.CharField()


class NotificationDetailSerializer(NotificationSerializer):
    """With the reason in plain words, and each attempt, latest first."""

    explanation = serializers.SerializerMethodField()
    attempts = serializers.SerializerMethodField()

    @extend_schema_field(ExplanationSerializer)
    def get_explanation(self, row: Notification) -> dict[str, Any]:
        return ExplanationSerializer(self.context["explanation"]).data

    @extend_schema_field(AttemptSerializer(many=True))
    def get_attempts(self, row: Notification) -> list[dict[str, Any]]:
        return list(AttemptSerializer(self.context["attempts"], many=True).data)


FILTERS = [
    OpenApiParameter("state", str, enum=[value for value, _ in STATE_CHOICES]),
    OpenApiParameter("reason", str, enum=[value for value, _ in REASON_CHOICES]),
    OpenApiParameter("detail", str, description="exactly this reason_detail; empty: rows without one"),
    OpenApiParameter("status", int, description="status code of the latest answer"),
    OpenApiParameter("person", str, description="the profile's user_id, or else its exact e-mail address"),
    OpenApiParameter(
        "test", str, enum=[value for value, _ in TEST_CHOICES], description="test users: only, or without"
    ),
    OpenApiParameter("since", OpenApiTypes.DATETIME, description="last changed then or later"),
    OpenApiParameter("until", OpenApiTypes.DATETIME, description="last changed then or earlier"),
]
CAMPAIGN = OpenApiParameter("campaign", int, description="runs of this campaign only")


class RunList(APIView):
    @extend_schema(
        operation_id="runs_list",
        parameters=[*PAGE_PARAMETERS, CAMPAIGN],
        responses=page_serializer(RunSerializer, "RunPage"),
        tags=["runs"],
    )
    def get(self, request: Request) -> Response:
        """Runs, latest first, with their counts."""
        workspace = _workspace(request)
        campaign = filters_from({"campaign": request.query_params.get("campaign", "")}).campaign
        rows = runs_listed(workspace)
        rows = rows if campaign is None else rows.filter(campaign_id=campaign)
        page = api_page(request, rows, order=("-run_at", "-id"))
        counts = run_counts_many(page.items)  # type: ignore[arg-type]
        items = RunSerializer(page.items, many=True, context={"counts": counts}).data  # type: ignore[arg-type]
        return Response({"items": items, "next_cursor": page.next_cursor})


class RunDetail(APIView):
    @extend_schema(operation_id="runs_get", responses=RunSerializer, tags=["runs"])
    def get(self, request: Request, run: int) -> Response:
        """One run with its counts."""
        found = run_get(_workspace(request), run)
        return Response(RunSerializer(found, context={"counts": run_counts_many([found])}).data)


class RunNotifications(APIView):
    @extend_schema(
        operation_id="notifications_list",
        parameters=[*PAGE_PARAMETERS, *FILTERS],
        responses=page_serializer(NotificationSerializer, "NotificationPage"),
        tags=["notifications"],
    )
    def get(self, request: Request, run: int) -> Response:
        """The run's notifications. Their order never changes, so pages stay put while the run goes on."""
        filters = filters_from({**request.query_params.dict(), "run": str(run), "campaign": ""})
        page = api_page(request, notification_rows(_workspace(request), filters), order=RUN_ORDER)
        items = NotificationSerializer(page.items, many=True).data  # type: ignore[arg-type]
        return Response({"items": items, "next_cursor": page.next_cursor})


class NotificationWithAttempts(APIView):
    @extend_schema(operation_id="notifications_get", responses=NotificationDetailSerializer, tags=["notifications"])
    def get(self, request: Request, run: int, notification: UUID) -> Response:
        """One notification with its reason in words and every attempt."""
        detail = notification_detail(_workspace(request), run, notification)
        context = {"attempts": detail.attempts, "explanation": detail.explanation}
        return Response(NotificationDetailSerializer(detail.notification, context=context).data)


def _workspace(request: Request) -> Workspace:
    actor = api_actor(request)
    permit(actor, "workspace.view")
    return actor.workspace
