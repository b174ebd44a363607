"""Figures for the dashboard: they add up to the ledger, twice is once, and they are cut by the workspace's own day."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Sum
from django.utils import timezone

from notifications.figures import KEPT, figures_forget, figures_keep
from notifications.models import LatencyTally, OutcomeTally, ProblemTally
from notifications.selectors.figures import (
    PERIODS,
    figures_of,
    latency_percentile,
    period_starts,
    problems_latest,
    problems_of_all,
    runs_under_way,
)
from notifications.states import NotificationState, Reason, RunKind, RunState
from tests.notifications.ledger import attempt_made, failed_made, notification_made, run_made, skipped_made

pytestmark = pytest.mark.django_db
DAY = PERIODS["24h"]


@pytest.fixture
def now():
    return timezone.now()


def counted(run):
    return dict(OutcomeTally.objects.filter(run=run).values_list("state").annotate(Sum("count")))


def totals(workspace, now, period=DAY):
    found = figures_of(workspace, period, now=now).totals
    return found.delivered, found.failed, found.skipped, found.cancelled


def test_the_growth_of_a_run_is_counted_once(workspace, now):
    run = run_made(workspace, state=RunState.RUNNING)
    notification_made(run, "a")
    figures_keep(now=now)
    figures_keep(now=now)
    assert counted(run) == {"delivered": 1}
    notification_made(run, "b")
    failed_made(run, "c")
    figures_keep(now=now + timedelta(hours=1))
    assert counted(run) == {"delivered": 2, "failed": 1}
    assert sorted(OutcomeTally.objects.filter(state="delivered").values_list("count", flat=True)) == [1, 1]


def test_a_run_is_counted_by_the_minute_in_its_first_hour_and_then_by_the_quarter(workspace, now):
    run = run_made(workspace, state=RunState.RUNNING, run_at=now)
    for number, later in enumerate((timedelta(minutes=16, seconds=59), timedelta(minutes=71))):
        notification_made(run, f"person-{number}")
        figures_keep(now=now + later)
    minute, quarter = OutcomeTally.objects.order_by("at").values_list("at", flat=True)
    assert timedelta(0) <= now + timedelta(minutes=16, seconds=59) - minute < timedelta(minutes=1)
    assert (quarter.minute % 15, quarter.second) == (0, 0)


def test_a_run_that_ended_while_nothing_counted_is_counted_when_it_ended(workspace, now):
    ended = now - timedelta(hours=5)
    run = run_made(workspace, finished_at=ended)
    notification_made(run, "a")
    figures_keep(now=now)
    assert ended - OutcomeTally.objects.get().at < timedelta(minutes=15)


def test_a_test_counts_as_the_log_shows_it(workspace, now):
    notification_made(run_made(workspace, kind=RunKind.TEST, finished_at=now), "a")
    figures_keep(now=now)
    assert totals(workspace, now) == (1, 0, 0, 0)


def test_totals_are_of_one_workspace_and_period(workspace, outsider, now):
    for place in (workspace, outsider.workspaces.get()):
        notification_made(run_made(place, finished_at=now), "a")
        failed_made(run_made(place, finished_at=now - timedelta(hours=23)), "b")
        notification_made(run_made(place, finished_at=now - timedelta(days=3)), "c", state=NotificationState.SKIPPED)
    figures_keep(now=now - timedelta(days=2, hours=23))
    figures_keep(now=now)
    assert totals(workspace, now) == (1, 1, 0, 0)
    assert totals(workspace, now, PERIODS["7d"]) == (1, 1, 1, 0)


@pytest.mark.parametrize(
    ("key", "zone", "first", "last"),
    [
        ("24h", "UTC", "2026-11-23T15:00", "2026-11-24T14:00"),
        ("24h", "Asia/Kolkata", "2026-11-23T20:00", "2026-11-24T19:00"),
        ("7d", "Europe/Vienna", "2026-11-17T18:00", "2026-11-24T12:00"),
        ("30d", "Pacific/Auckland", "2026-10-27T00:00", "2026-11-25T00:00"),
    ],
)
def test_pieces_begin_with_the_hours_and_days_of_the_workspace(key, zone, first, last):
    starts = period_starts(PERIODS[key], datetime(2026, 11, 24, 14, 5, tzinfo=UTC), ZoneInfo(zone))
    assert (starts[0].isoformat(timespec="minutes"), starts[-1].isoformat(timespec="minutes")) == (first, last)


def test_a_day_begins_at_local_midnight(workspace):
    workspace.time_zone = "Asia/Kolkata"
    for minute in (20, 40):  # midnight there is 18:30 UTC
        ended = datetime(2026, 11, 20, 18, minute, tzinfo=UTC)
        notification_made(run_made(workspace, finished_at=ended, run_at=ended), f"p{minute}")
    now = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
    figures_keep(now=now)
    figures = figures_of(workspace, PERIODS["30d"], now=now)
    assert figures.deliveries["delivered"][-2:] == (1, 1)
    assert [start.day for start in figures.starts[-2:]] == [20, 21]


@pytest.mark.parametrize(
    ("steps", "found"),
    [([], (None, None, None)), ([(230, 1)], (99, 99, 99)), ([(200, 98), (230, 1), (276, 1)], (22, 22, 99))],
)
def test_percentiles_come_from_steps(steps, found):
    assert tuple(latency_percentile(steps, percentile) for percentile in (50, 95, 99)) == found


def test_latency_counts_answered_attempts_once_they_are_surely_recorded(workspace, now):
    run = run_made(workspace, run_at=now - timedelta(hours=1), state=RunState.RUNNING)
    row = notification_made(run, "a")
    attempt_made(row, 1, started_at=now - timedelta(minutes=30), total_us=100_000)
    attempt_made(row, 2, started_at=now - timedelta(minutes=30), total_us=9_000_000, status_code=None)
    attempt_made(row, 3, started_at=now - timedelta(minutes=1), total_us=100_000)
    for _ in range(2):
        figures_keep(now=now)
    assert list(LatencyTally.objects.values_list("count", flat=True)) == [1]
    figures_keep(now=now + timedelta(minutes=5))
    figures = figures_of(workspace, DAY, now=now)
    assert LatencyTally.objects.aggregate(Sum("count"))["count__sum"] == 2
    assert {value for value in figures.latency[50] if value} == {99}


def test_problems_of_the_latest_runs_come_first(workspace, outsider, now):
    old = run_made(workspace, run_at=now - timedelta(hours=2), finished_at=now, campaign_name="Old")
    new = run_made(workspace, run_at=now - timedelta(hours=1), state=RunState.RUNNING, campaign_name="New")
    for number in range(3):
        failed_made(old, f"o{number}")
    failed_made(new, "n")
    failed_made(run_made(outsider.workspaces.get(), state=RunState.RUNNING), "x")
    figures_keep(now=now)
    groups = problems_latest(workspace, since=now - timedelta(days=1))
    assert [(group.run.campaign_name, group.count) for group in groups] == [("New", 1), ("Old", 3)]
    assert groups[0].title.endswith("refused the data (422)")


def test_problems_are_grouped_anew_when_they_grow_or_the_run_ends(workspace, now):
    run = run_made(workspace, state=RunState.RUNNING)
    for number in range(20):
        failed_made(run, f"p{number}")
    figures_keep(now=now)
    failed_made(run, "one more", status_code=400)
    figures_keep(now=now)
    assert ProblemTally.objects.count() == 1
    run.finished_at = now
    run.save()
    figures_keep(now=now)
    assert sorted(ProblemTally.objects.values_list("status_code", "count")) == [(400, 1), (422, 20)]


def test_problems_are_told_apart_by_what_is_missing_but_not_by_words_about_a_person(workspace, now):
    run = run_made(workspace, finished_at=now)
    for number, detail in enumerate(("plan", "plan", "first_name")):
        skipped_made(run, f"p{number}", detail)
    for name in ("Ada", "Bob"):
        skipped_made(run, name, f"is {name}", Reason.SKIPPED_BY_TEMPLATE)
    figures_keep(now=now)
    groups = problems_latest(workspace, since=now - timedelta(days=1))
    assert sorted((group.title, group.count) for group in groups) == [
        ("A value is missing: first_name", 1),
        ("A value is missing: plan", 2),
        ("Skipped on purpose", 2),
    ]
    assert not ProblemTally.objects.filter(detail__startswith="is ").exists()


def test_problems_of_all_runs_are_taken_together(workspace, outsider, now):
    runs = [run_made(workspace, finished_at=now - timedelta(hours=hours)) for hours in (1, 2, 23)]
    runs += [run_made(workspace, run_at=now - timedelta(hours=30), finished_at=now - timedelta(hours=25))]
    for number, run in enumerate(runs):
        skipped_made(run, f"p{number}", "plan")
    skipped_made(runs[0], "q", "first_name")
    skipped_made(run_made(outsider.workspaces.get(), finished_at=now), "x", "plan")
    figures_keep(now=now)
    figures_keep(now=now - timedelta(hours=2))
    kinds = problems_of_all(workspace, since=now - timedelta(days=1))
    assert [(kind.title, kind.count) for kind in kinds] == [
        ("A value is missing: plan", 3),
        ("A value is missing: first_name", 1),
    ]


def test_runs_under_way_have_their_counts(workspace):
    run = run_made(workspace, state=RunState.PAUSED)
    notification_made(run, "a")
    run_made(workspace)
    assert [(row.run.pk, row.counts.delivered) for row in runs_under_way(workspace).rows] == [(run.pk, 1)]


def test_old_figures_go_but_those_of_open_runs_stay(workspace, now):
    ended = run_made(workspace, finished_at=now)
    open_run = run_made(workspace, state=RunState.PAUSED)
    for run in (ended, open_run):
        failed_made(run, "a")
    figures_keep(now=now)
    figures_forget(now=now + KEPT + timedelta(days=1))
    assert {tally.run_id for tally in OutcomeTally.objects.all()} == {open_run.pk}
    assert not LatencyTally.objects.exists()
