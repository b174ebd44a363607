"""Figures for the dashboard, kept up by a task of their own: sending pays nothing for them.

Deliveries over time are the growth of the runs' tallies since the last round; latency is read from the attempts of the
last minutes through a block-range index; kinds of problem are grouped anew when a run has 10 % more of them, or ended.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Min, Q, QuerySet, Sum

from notifications.models import FiguresMark, LatencyTally, OutcomeTally, ProblemTally, Run
from notifications.selectors.groups import PROBLEMS, problem_groups
from notifications.states import IMPERSONAL_DETAIL

ADVISORY_LOCK = 7_224_194
# A request takes 120 s at most (channels.policy), and is recorded seconds later: then its attempt is surely there.
LATENCY_LAG = timedelta(minutes=3)
# After a pause of the task, so much is caught up in one round.
LATENCY_AT_ONCE = timedelta(hours=6)
# Runs that ended longer ago than this are complete in the tallies, unless nothing ran the task for as long.
SETTLED_AFTER = timedelta(days=1)
KEPT = timedelta(days=100)
GROWTH = 1.1

_OUTCOMES = """
with grown as (
  select r.workspace_id, r.id as run_id, t.state,
         date_bin(case when coalesce(r.finished_at, %(now)s) < r.run_at + interval '1 hour' then interval '1 minute'
              else interval '15 minutes' end,
              coalesce(r.finished_at, %(now)s), timestamptz 'epoch') as at,
         sum(t.count) - coalesce((
           select sum(o.count) from notifications_outcometally o where o.run_id = r.id and o.state = t.state
         ), 0) as count
  from notifications_run r join notifications_runtally t on t.run_id = r.id
  where r.finished_at is null or r.finished_at >= %(settled)s
  group by r.id, t.state
)
insert into notifications_outcometally (workspace_id, run_id, state, at, count)
select workspace_id, run_id, state, at, count from grown where count > 0
on conflict (run_id, state, at) do update set count = notifications_outcometally.count + excluded.count
"""
_LATENCY = """
insert into notifications_latencytally (workspace_id, at, step, count)
select workspace_id, date_trunc('hour', started_at, 'UTC'), round(20 * ln(greatest(total_us, 1)))::smallint, count(*)
from attempt
where started_at >= %(since)s and started_at < %(until)s and run_at >= %(run_at)s and status_code is not null
group by 1, 2, 3
on conflict (workspace_id, at, step) do update set count = notifications_latencytally.count + excluded.count
"""


def figures_keep(*, now: datetime) -> None:
    """One round. Of two at once, the second does nothing."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [ADVISORY_LOCK])
        if not cursor.fetchone()[0]:
            return
        cursor.execute(_OUTCOMES, {"now": now, "settled": now - SETTLED_AFTER})
        _latency_keep(now)
        for run in _runs_with_new_problems(now):
            _problems_keep(run)


def figures_forget(*, now: datetime) -> None:
    """Removes what no dashboard shows any more; open runs keep theirs, or they would be counted again."""
    old = now - KEPT
    LatencyTally.objects.filter(at__lt=old).delete()
    OutcomeTally.objects.filter(at__lt=old, run__finished_at__lt=old).delete()
    ProblemTally.objects.filter(run__finished_at__lt=old).delete()


def _latency_keep(now: datetime) -> None:
    first_run = Run.objects.aggregate(at=Min("run_at"))["at"]
    mark = FiguresMark.objects.first() or (FiguresMark(latency_through=first_run) if first_run else None)
    if mark is None or mark.latency_through >= now - LATENCY_LAG:
        return
    since, until = mark.latency_through, min(now - LATENCY_LAG, mark.latency_through + LATENCY_AT_ONCE)
    sending = Run.objects.filter(_unfinished_at(since), run_at__lt=until).aggregate(at=Min("run_at"))["at"]
    if sending:
        with connection.cursor() as cursor:
            cursor.execute(_LATENCY, {"since": since, "until": until, "run_at": sending})
    mark.latency_through = until
    mark.save()


def _unfinished_at(moment: datetime) -> Q:
    return Q(finished_at=None) | Q(finished_at__gte=moment)


def _runs_with_new_problems(now: datetime) -> list[Run]:
    runs = Run.objects.filter(_unfinished_at(now - SETTLED_AFTER), tallies__state__in=PROBLEMS)
    runs = runs.only("workspace", "run_at", "finished_at").annotate(problems=Sum("tallies__count"))
    counted = {run.pk: run for run in runs}
    known = _sums(ProblemTally.objects.filter(run__in=counted))
    return [run for run in counted.values() if _is_news(run.finished_at, run.problems, known.get(run.pk, 0))]


def _sums(rows: QuerySet[ProblemTally]) -> dict[int, int]:
    return dict(rows.values_list("run").annotate(Sum("count")))


def _is_news(finished_at: datetime | None, problems: int, known: int) -> bool:
    """Grouping reads every problem of the run, so a long run is grouped a few dozen times and not at every round."""
    return problems != known if finished_at else problems > known * GROWTH


def _problems_keep(run: Run) -> None:
    made = [
        ProblemTally(
            run=run,
            reason=group.reason,
            status_code=group.status_code,
            detail=group.detail,
            more_kinds=group.more_kinds,
            count=group.count,
        )
        for group in problem_groups(run, named=IMPERSONAL_DETAIL)
    ]
    ProblemTally.objects.filter(run=run).delete()
    ProblemTally.objects.bulk_create(made)
