"""What went wrong in a run, by kind; how fast its destination answered."""

from dataclasses import dataclass, replace
from uuid import UUID

from django.db import connection
from django.db.models import Count, Min, QuerySet, TextField
from django.db.models.functions import Cast

from notifications.models import Notification, Run
from notifications.reasons import Explanation, explain
from notifications.states import RUN_OPEN, NotificationState, Reason

# Percentiles are read from the first attempts only: a sample this large is exact enough and costs milliseconds.
LATENCY_SAMPLE = 10_000
_PROBLEMS = (NotificationState.FAILED, NotificationState.SKIPPED)


@dataclass(frozen=True)
class ErrorGroup:
    """People of one run with the same fault. ``retrying`` of the ``count`` may still be delivered."""

    reason: str
    status_code: int | None
    count: int
    retrying: int
    sample_id: UUID

    @property
    def explanation(self) -> Explanation:
        return explain(self.reason, self.status_code)

    @property
    def title(self) -> str:
        return self.explanation.title

    @property
    def skipped(self) -> bool:
        return self.reason in (Reason.SKIPPED_BY_TEMPLATE, Reason.MISSING_VARIABLE, Reason.PROFILE_REMOVED)


@dataclass(frozen=True)
class Latency:
    """Milliseconds from an attempt's start to its end, over at most LATENCY_SAMPLE attempts."""

    p50: int
    p95: int
    p99: int
    attempts: int


def error_groups(run: Run) -> list[ErrorGroup]:
    """Failed, skipped and retrying people by reason and status code, largest group first.

    Retrying rows have an index of their own, so they are a second query, and only while the run is open.
    """
    groups = {_key(group): group for group in _grouped(run, _PROBLEMS)}
    if run.state in RUN_OPEN:
        for group in _grouped(run, (NotificationState.RETRYING,)):
            known = groups.get(_key(group), replace(group, count=0))
            groups[_key(group)] = replace(known, count=known.count + group.count, retrying=group.count)
    return sorted(groups.values(), key=lambda group: (-group.count, group.reason))


def _key(group: ErrorGroup) -> tuple[str, int | None]:
    return group.reason, group.status_code


def _grouped(run: Run, states: tuple[str, ...]) -> list[ErrorGroup]:
    rows: QuerySet[Notification] = Notification.objects.filter(
        workspace_id=run.workspace_id, run_at=run.run_at, run_id=run.pk, state__in=states
    )
    # min(uuid) exists from PostgreSQL 18 only; as text they sort the same.
    found = rows.values_list("reason", "status_code").annotate(people=Count("id"), sample=Min(Cast("id", TextField())))
    return [ErrorGroup(reason, status, count, 0, UUID(sample)) for reason, status, count, sample in found.order_by()]


def run_latency(run: Run) -> Latency | None:
    """None while the run has no answered attempt."""
    with connection.cursor() as cursor:
        cursor.execute(_LATENCY, [run.workspace_id, run.run_at, run.pk, LATENCY_SAMPLE])
        percentiles, attempts = cursor.fetchone() or (None, 0)
    if not percentiles:
        return None
    p50, p95, p99 = (round(micros / 1000) for micros in percentiles)
    return Latency(p50, p95, p99, attempts)


_LATENCY = """
select percentile_cont(array[0.5, 0.95, 0.99]) within group (order by total_us), count(*)
from (
  select total_us from attempt
  where workspace_id = %s and run_at = %s and run_id = %s and status_code is not null
  limit %s
) sample
"""
