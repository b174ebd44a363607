"""Home: how the workspace stands, as its page and the API show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count

from accounts.models import Workspace
from campaigns.models import Campaign, CampaignStatus
from notifications.filters import FilterQuery
from notifications.selectors.figures import (
    OUTCOMES,
    PERCENTILES,
    PERIODS,
    Figures,
    Period,
    ProblemGroup,
    RunsUnderWay,
    figures_of,
    problems_latest,
    runs_under_way,
)
from notifications.states import NotificationState

Chart = dict[str, Any]  # what charts.js draws
DEFAULT_PERIOD = "7d"
TOKENS = {50: "--info", 95: "--accent", 99: "--code-keyword"}


@dataclass(frozen=True)
class StatusCount:
    status: str
    label: str
    count: int


@dataclass(frozen=True)
class Dashboard:
    """Campaigns by status, deliveries and latency over the period, problems of the latest runs, runs under way."""

    statuses: tuple[StatusCount, ...]
    figures: Figures
    problems: list[ProblemGroup]
    runs: RunsUnderWay

    @property
    def success_rate(self) -> float | None:
        """Percent of those sent to who got it; None while nobody was sent to."""
        totals = self.figures.totals
        sent = totals.delivered + totals.failed
        return 100 * totals.delivered / sent if sent else None


def dashboard_of(workspace: Workspace, period: Period, *, now: datetime) -> Dashboard:
    """Seven queries on tallies at most, whatever was sent."""
    figures = figures_of(workspace, period, now=now)
    return Dashboard(
        statuses_of(workspace),
        figures,
        problems_latest(workspace, since=figures.since),
        runs_under_way(workspace),
    )


def period_chosen(key: str) -> Period:
    """The period of that key; the default one for any other text."""
    return PERIODS.get(key, PERIODS[DEFAULT_PERIOD])


def statuses_of(workspace: Workspace) -> tuple[StatusCount, ...]:
    """How many campaigns have each status."""
    rows = Campaign.objects.filter(workspace=workspace).values_list("status")
    counts = dict(rows.annotate(Count("id")))
    return tuple(StatusCount(value, label, counts.get(value, 0)) for value, label in CampaignStatus.choices)


def deliveries_chart(figures: Figures) -> Chart:
    """What ``charts.js`` draws: people by outcome, stacked."""
    series = [
        {"name": NotificationState(state).label, "token": f"--bar-{state}", "values": figures.deliveries[state]}
        for state in OUTCOMES
    ]
    return _labelled(figures, series)


def latency_chart(figures: Figures) -> Chart:
    """What ``charts.js`` draws: milliseconds, a line for each percentile."""
    series = [
        {"name": f"p{percentile}", "token": TOKENS[percentile], "values": figures.latency[percentile]}
        for percentile in PERCENTILES
    ]
    return _labelled(figures, series)


def _labelled(figures: Figures, series: list[dict[str, Any]]) -> Chart:
    long, short = {"24h": ("%a %H:%M", "%H:%M"), "7d": ("%a %-d %b, %H:%M", "%-d %b"), "30d": ("%a %-d %b", "%-d %b")}[
        figures.period.key
    ]
    # Within a day only its first piece is named on the axis, but for the day by hours.
    named = figures.period.piece < timedelta(hours=6)
    ticks = [start.strftime(short) if named or start.hour == 0 else "" for start in figures.starts]
    return {"labels": [start.strftime(long) for start in figures.starts], "ticks": ticks, "series": series}


@dataclass(frozen=True)
class ChartRow:
    """A stretch of a chart and where it leads; ``cells``: its values, each with where that leads. Empty: nowhere."""

    label: str
    address: str
    cells: list[tuple[int | None, str]]

    @property
    def values(self) -> list[int | None]:
        return [value for value, _ in self.cells]


def chart_rows(
    chart: Chart, *, addresses: Sequence[str] = (), of_series: Sequence[Sequence[str]] = ()
) -> list[ChartRow]:
    """The chart as a table, latest first, without stretches in which nothing happened.

    ``addresses``: where each stretch leads; ``of_series``: for each series, where each of its values leads.
    """
    rows = []
    for at, label in enumerate(chart["labels"]):
        values = [series["values"][at] for series in chart["series"]]
        to = [column[at] for column in of_series] or [""] * len(values)
        rows.append(ChartRow(label, addresses[at] if addresses else "", list(zip(values, to, strict=True))))
    return [row for row in reversed(rows) if any(row.values)]


def people_rows(chart: Chart, workspace: Workspace, windows: Sequence[FilterQuery]) -> list[ChartRow]:
    """People by outcome as a table: a time leads to the log of then, a number of people to those people."""
    people = [[window.within(state=state).address(workspace) for window in windows] for state in OUTCOMES]
    return chart_rows(chart, addresses=[window.address(workspace) for window in windows], of_series=people)
