"""What the dashboard shows of the ledger, read from its tallies alone: the cost does not grow with people or attempts.

Times are cut into pieces of the workspace's own day. Latency is kept by the hour in UTC: in time zones half an hour
off, its pieces begin half an hour late.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q, Sum

from accounts.models import Workspace
from notifications.models import ProblemTally, Run
from notifications.selectors.groups import ProblemKind
from notifications.selectors.runs import RunCounts, run_counts_many, runs_open
from notifications.states import NotificationState, RunKind

OUTCOMES = (
    NotificationState.DELIVERED,
    NotificationState.FAILED,
    NotificationState.SKIPPED,
    NotificationState.CANCELLED,
)
PERCENTILES = (50, 95, 99)
PROBLEMS_SHOWN = 8
RUNS_SHOWN = 5
RUNS_TAKEN = 1_000
# Any moment at which a local day begins; date_bin counts from it.
_ORIGIN = datetime(2024, 1, 1)


@dataclass(frozen=True)
class Period:
    """``pieces`` stretches of ``piece`` each, the last one being the present one."""

    key: str
    label: str
    piece: timedelta
    pieces: int


PERIODS = {
    period.key: period
    for period in (
        Period("24h", "24 hours", timedelta(hours=1), 24),
        Period("7d", "7 days", timedelta(hours=6), 28),
        Period("30d", "30 days", timedelta(days=1), 30),
    )
}


@dataclass(frozen=True)
class Figures:
    """Deliveries and latency over a period. Lists have one item for each of ``starts``, which are local times.

    ``latency`` is milliseconds by percentile, None where nothing was answered.
    """

    period: Period
    starts: tuple[datetime, ...]
    deliveries: Mapping[str, tuple[int, ...]]
    latency: Mapping[int, tuple[int | None, ...]]

    @property
    def since(self) -> datetime:
        return self.starts[0]

    @property
    def windows(self) -> list[tuple[datetime, datetime | None]]:
        """When each piece begins and ends; the present one has no end yet."""
        return list(zip(self.starts, (*self.starts[1:], None), strict=True))

    @property
    def totals(self) -> RunCounts:
        sums = {state: sum(counts) for state, counts in self.deliveries.items()}
        return RunCounts(audience=sum(sums.values()), **sums)

    @property
    def any_latency(self) -> bool:
        return any(value is not None for value in self.latency[PERCENTILES[0]])


@dataclass(frozen=True, kw_only=True)
class ProblemGroup(ProblemKind):
    """People of one run with the same fault, as of the last round of ``notifications.figures``."""

    run: Run


@dataclass(frozen=True)
class RunRow:
    run: Run
    counts: RunCounts


@dataclass(frozen=True)
class RunsUnderWay:
    """The latest of ``total``."""

    rows: list[RunRow]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


def figures_of(workspace: Workspace, period: Period, *, now: datetime) -> Figures:
    """Two queries, whatever the workspace has sent."""
    zone = ZoneInfo(workspace.time_zone)
    starts = period_starts(period, now, zone)
    since = starts[0].replace(tzinfo=zone)
    return Figures(
        period,
        tuple(start.replace(tzinfo=zone) for start in starts),
        _deliveries(workspace, period, starts, since),
        _latency(workspace, period, starts, since),
    )


def period_starts(period: Period, now: datetime, zone: ZoneInfo) -> list[datetime]:
    """When each piece begins, in local time without a zone."""
    last = piece_start(now, period.piece, zone)
    return [last - period.piece * back for back in range(period.pieces - 1, -1, -1)]


def piece_start(moment: datetime, piece: timedelta, zone: ZoneInfo) -> datetime:
    """When the piece of the local day began that the moment is in; without a zone."""
    local = moment.astimezone(zone).replace(tzinfo=None)
    return _ORIGIN + (local - _ORIGIN) // piece * piece


def _deliveries(
    workspace: Workspace, period: Period, starts: list[datetime], since: datetime
) -> dict[str, tuple[int, ...]]:
    found: dict[str, Counter[datetime]] = defaultdict(Counter)
    for start, state, count in _cut(_DELIVERIES, workspace, period, since):
        found[state][start] += count
    return {state: tuple(found[state][start] for start in starts) for state in OUTCOMES}


def _latency(
    workspace: Workspace, period: Period, starts: list[datetime], since: datetime
) -> dict[int, tuple[int | None, ...]]:
    steps: dict[datetime, list[tuple[int, int]]] = defaultdict(list)
    for start, step, count in _cut(_LATENCY, workspace, period, since):
        steps[start].append((step, count))
    return {
        percentile: tuple(latency_percentile(steps[start], percentile) for start in starts)
        for percentile in PERCENTILES
    }


def latency_percentile(steps: list[tuple[int, int]], percentile: int) -> int | None:
    """Milliseconds, to within 3 %: the step that the percentile falls into. ``steps``: (step, attempts), ascending."""
    left = sum(count for _, count in steps) * percentile / 100
    for step, count in steps:
        left -= count
        if left <= 0:
            return max(1, round(math.exp(step / 20) / 1000))
    return None


_PIECE = "date_bin(%(piece)s, at at time zone %(zone)s, %(origin)s::timestamp)"
_DELIVERIES = f"""
select {_PIECE}, state, sum(count) from notifications_outcometally
where workspace_id = %(workspace)s and at >= %(since)s group by 1, 2
"""  # noqa: S608 - this module's own text
_LATENCY = f"""
select {_PIECE}, step, sum(count) from notifications_latencytally
where workspace_id = %(workspace)s and at >= %(since)s group by 1, 2 order by 1, 2
"""  # noqa: S608 - this module's own text


def _cut(sql: str, workspace: Workspace, period: Period, since: datetime) -> list[tuple[datetime, Any, int]]:
    values: dict[str, Any] = {
        "piece": period.piece,
        "zone": workspace.time_zone,
        "origin": _ORIGIN,
        "workspace": workspace.pk,
        "since": since,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [(start, what, int(count)) for start, what, count in cursor.fetchall()]


def problems_latest(workspace: Workspace, *, since: datetime) -> list[ProblemGroup]:
    """The largest kinds of problem of the latest runs that were under way since then. One query."""
    runs = Q(run__finished_at=None) | Q(run__finished_at__gte=since)
    rows = ProblemTally.objects.filter(runs, run__workspace=workspace).select_related("run")
    rows = rows.defer("run__content", "run__policy", "run__audience", "run__resend")
    latest = rows.order_by("-run__run_at", "-count", "id")[:PROBLEMS_SHOWN]
    return [
        ProblemGroup(row.reason, row.status_code, row.detail, row.count, row.more_kinds, run=row.run) for row in latest
    ]


def problems_of_all(workspace: Workspace, *, since: datetime) -> list[ProblemKind]:
    """Every kind of problem of the runs that were under way since then, taken together, largest first. Of the latest
    RUNS_TAKEN runs. Two queries: named one by one, runs lead to their tallies by index, where a join reads them all.
    """
    runs = Run.objects.filter(Q(finished_at=None) | Q(finished_at__gte=since), workspace=workspace)
    latest = list(runs.order_by("-run_at").values_list("pk", flat=True)[:RUNS_TAKEN])
    kinds = ProblemTally.objects.filter(run__in=latest).values("reason", "status_code", "detail")
    found = kinds.annotate(people=Sum("count")).order_by("-people", "reason", "status_code", "detail")
    return [ProblemKind(kind["reason"], kind["status_code"], kind["detail"], kind["people"]) for kind in found]


def runs_under_way(workspace: Workspace) -> RunsUnderWay:
    """Open live runs, the latest RUNS_SHOWN with their counts. Three queries at most."""
    found = runs_open(workspace).filter(kind=RunKind.LIVE)
    runs = list(found[: RUNS_SHOWN + 1])
    total = found.count() if len(runs) > RUNS_SHOWN else len(runs)
    counts = run_counts_many(runs[:RUNS_SHOWN])
    return RunsUnderWay([RunRow(run, counts[run.pk]) for run in runs[:RUNS_SHOWN]], total)
