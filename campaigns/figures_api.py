"""The figures of Home over the REST API."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import api_actor
from campaigns.dashboard import DEFAULT_PERIOD, Dashboard, dashboard_of
from notifications.selectors.figures import PERCENTILES, PERIODS, Figures
from webhooks_platform.base.errors import InvalidInput


class OutcomeCountsSerializer(serializers.Serializer[Any]):
    delivered = serializers.IntegerField()
    failed = serializers.IntegerField()
    skipped = serializers.IntegerField()
    cancelled = serializers.IntegerField()


class PieceSerializer(OutcomeCountsSerializer):
    start = serializers.DateTimeField(help_text="local time of the workspace")
    p50_ms = serializers.IntegerField(allow_null=True, help_text="to within 3%; null: nothing was answered")
    p95_ms = serializers.IntegerField(allow_null=True)
    p99_ms = serializers.IntegerField(allow_null=True)


class ProblemGroupSerializer(serializers.Serializer[Any]):
    run = serializers.IntegerField(source="run.pk")
    campaign_name = serializers.CharField(source="run.campaign_name")
    reason = serializers.CharField()
    title = serializers.CharField()
    status_code = serializers.IntegerField(allow_null=True)
    detail = serializers.CharField(allow_null=True, help_text="what is missing; null: details differ")
    count = serializers.IntegerField()


class RunUnderWaySerializer(serializers.Serializer[Any]):
    run = serializers.IntegerField(source="run.pk")
    campaign_name = serializers.CharField(source="run.campaign_name")
    state = serializers.CharField(source="run.state")
    audience = serializers.IntegerField(source="counts.audience")
    pending = serializers.IntegerField(source="counts.pending")


class FiguresSerializer(serializers.Serializer[Any]):
    period = serializers.ChoiceField(choices=list(PERIODS))
    since = serializers.DateTimeField()
    campaigns = serializers.DictField(child=serializers.IntegerField(), help_text="how many have each status")
    totals = OutcomeCountsSerializer()
    pieces = PieceSerializer(many=True)
    problems = ProblemGroupSerializer(many=True)
    runs_under_way = RunUnderWaySerializer(many=True)


class FiguresView(APIView):
    @extend_schema(
        summary="How the workspace stands",
        description="What Home shows: people by outcome and time to answer over a period, tests included.",
        parameters=[OpenApiParameter("period", str, enum=list(PERIODS), description=f"{DEFAULT_PERIOD} by default")],
        responses=FiguresSerializer,
        tags=["Figures"],
        operation_id="figures",
    )
    def get(self, request: Request) -> Response:
        key = request.query_params.get("period", DEFAULT_PERIOD)
        if key not in PERIODS:
            raise InvalidInput(f"period must be one of: {', '.join(PERIODS)}.", field="period")
        dashboard = dashboard_of(api_actor(request).workspace, PERIODS[key], now=timezone.now())
        return Response(FiguresSerializer(_answer(dashboard)).data)


def _answer(dashboard: Dashboard) -> dict[str, Any]:
    figures = dashboard.figures
    return {
        "period": figures.period.key,
        "since": figures.since,
        "campaigns": {one.status: one.count for one in dashboard.statuses},
        "totals": figures.totals,
        "pieces": [_piece(figures, at) for at in range(len(figures.starts))],
        "problems": dashboard.problems,
        "runs_under_way": dashboard.runs.rows,
    }


def _piece(figures: Figures, at: int) -> dict[str, Any]:
    outcomes = {str(state): counts[at] for state, counts in figures.deliveries.items()}
    latency = {f"p{percentile}_ms": figures.latency[percentile][at] for percentile in PERCENTILES}
    return {"start": figures.starts[at], **outcomes, **latency}
