"""What went wrong in a run, by kind; how fast its destination answered."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID
from zlib import crc32

from django.db import connection

from notifications.models import Run
from notifications.reasons import Explanation, explain, kind_title
from notifications.states import NAMED_BY_DETAIL, RUN_OPEN, NotificationState, ends_as

# Percentiles are read from the first attempts only: a sample this large is exact enough and costs milliseconds.
LATENCY_SAMPLE = 10_000
# A skip rule may write another text for each person: so many of one reason stand by themselves.
KINDS_SHOWN = 5
PROBLEMS = (NotificationState.FAILED, NotificationState.SKIPPED)


@dataclass(frozen=True)
class ProblemKind:
    """People with the same fault. ``detail`` is part of what makes it the same where it names it (NAMED_BY_DETAIL), and
    empty for people who were erased; None: details differ, ``more_kinds`` of them beyond KINDS_SHOWN.
    """

    reason: str
    status_code: int | None
    detail: str | None
    count: int
    more_kinds: int = 0
    is_of_test: bool = field(default=False, kw_only=True)

    @property
    def explanation(self) -> Explanation:
        return explain(self.reason, self.status_code, is_of_test=self.is_of_test)

    @property
    def element_id(self) -> str:
        """Tells its row on a page from the others, each time it is shown."""
        return f"kind-{crc32(repr((self.reason, self.status_code, self.detail)).encode()):08x}"

    @property
    def title(self) -> str:
        return kind_title(self.reason, self.status_code, self.detail, self.more_kinds)


@dataclass(frozen=True, kw_only=True)
class ErrorGroup(ProblemKind):
    """People of one run with the same fault, and one of them. ``retrying`` of the ``count`` may still be delivered."""

    sample_id: UUID
    retrying: int = 0

    @property
    def skipped(self) -> bool:
        return ends_as(self.reason) == NotificationState.SKIPPED


@dataclass(frozen=True)
class Latency:
    """Milliseconds from an attempt's start to its end, over at most LATENCY_SAMPLE attempts."""

    p50: int
    p95: int
    p99: int
    attempts: int


def error_groups(run: Run) -> list[ErrorGroup]:
    """Failed, skipped and retrying people by fault, largest group first, what is beyond KINDS_SHOWN last.

    Retrying rows have an index of their own, so they are a second query, and only while the run is open.
    """
    groups = {_key(group): group for group in problem_groups(run)}
    if run.state in RUN_OPEN:
        for group in problem_groups(run, states=(NotificationState.RETRYING,)):
            known = groups.get(_key(group), replace(group, count=0))
            groups[_key(group)] = replace(known, count=known.count + group.count, retrying=group.count)
    return sorted(groups.values(), key=lambda group: (group.more_kinds > 0, -group.count, group.reason))


def _key(group: ErrorGroup) -> tuple[str, int | None, str | None]:
    return group.reason, group.status_code, group.detail


def problem_groups(
    run: Run, *, states: Collection[str] = PROBLEMS, named: Collection[str] = NAMED_BY_DETAIL
) -> list[ErrorGroup]:
    """The run's people in these states by fault, told apart by detail where the reason is one of ``named``: at most
    KINDS_SHOWN + 1 groups of a reason and status code.

    The index of problems alone tells all but details, which a second query reads where there are any of these reasons.
    """
    groups = _groups(_BY_REASON, run, states, [])
    told_apart = sorted({group.reason for group in groups}.intersection(named))
    if not told_apart:
        return groups
    alike = [group for group in groups if group.reason not in told_apart]
    return alike + _groups(_BY_DETAIL, run, states, [told_apart, KINDS_SHOWN])


def _groups(statement: str, run: Run, states: Collection[str], values: list[Any]) -> list[ErrorGroup]:
    statement = statement.replace("{states}", ", ".join(f"'{state}'" for state in states))
    with connection.cursor() as cursor:
        cursor.execute(statement, [run.workspace_id, run.run_at, run.pk, *values])
        return [ErrorGroup(*kind, sample_id=sample, is_of_test=run.is_test) for *kind, sample in cursor.fetchall()]


# States stand in the text, so that their partial indexes are used. min(uuid) exists from PostgreSQL 18 only; as text
# they sort the same.
_BY_REASON = """
select reason, status_code, null, count(*), 0, min(id::text collate "C")::uuid
from notification
where workspace_id = %s and run_at = %s and run_id = %s and state in ({states})
group by 1, 2
"""
_BY_DETAIL = """
with kinds as (
  select reason, status_code, reason_detail collate "C" as detail, count(*) as people,
         min(id::text collate "C") as sample
  from notification
  where workspace_id = %s and run_at = %s and run_id = %s and state in ({states}) and reason = any(%s)
  group by 1, 2, 3
), ranked as (
  select *, row_number() over (partition by reason, status_code order by people desc, detail) > %s as further
  from kinds
)
select reason, status_code, case when not further then detail end, sum(people)::bigint,
       count(*) filter (where further), min(sample)::uuid
from ranked group by 1, 2, 3
"""


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
