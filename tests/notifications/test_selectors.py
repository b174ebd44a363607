import re
from contextlib import closing
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.utils import timezone

from accounts.models import User, Workspace
from notifications.errors import LogTooLarge, NotificationNotFound, RunNotFound
from notifications.selectors import (
    LogFilters,
    RunCounts,
    attempts_of,
    error_groups,
    notification_detail,
    notification_of_run,
    notification_page,
    rows_newer_count,
    rows_since_count,
    run_counts,
    run_counts_many,
    run_get,
    run_latency,
    runs_latest,
    runs_of_campaign,
    runs_open,
)
from notifications.selectors.groups import KINDS_SHOWN
from notifications.selectors.log import within_time
from notifications.states import NotificationState, Reason, RunKind, RunState
from tests.notifications.ledger import (
    attempt_made,
    days_ago,
    delivered_made_many,
    exchange_made,
    failed_made,
    ids,
    notification_made,
    queries_of,
    run_made,
    skipped_made,
)

PARTITIONS = {"delivered": 2, "failed": 1, "skipped": 1, "cancelled": 1}


def test_counts_add_up(workspace: Workspace) -> None:
    run = run_made(workspace, state=RunState.RUNNING)
    for state, count in PARTITIONS.items():
        for n in range(count):
            notification_made(run, f"{state}-{n}", state=state)
    notification_made(run, "waiting", state=NotificationState.QUEUED)
    counts = run_counts(run)
    assert counts == RunCounts(audience=6, **PARTITIONS)
    assert counts.pending == 1
    assert run_counts_many([run, run_made(workspace)])[run.pk] == counts


def test_counts_of_many_runs_are_one_query(workspace: Workspace) -> None:
    runs = [run_made(workspace) for _ in range(3)]
    assert len(queries_of(lambda: run_counts_many(runs))) == 1


def test_runs_of_elsewhere_are_not_found(workspace: Workspace, outsider: User) -> None:
    run = run_made(outsider.workspaces.get())
    with pytest.raises(RunNotFound):
        run_get(workspace, run.pk)


def test_lists_of_runs(workspace: Workspace) -> None:
    old = run_made(workspace, run_at=days_ago(1))
    new = run_made(workspace, state=RunState.PAUSED)
    trial = run_made(workspace, kind=RunKind.TEST)
    other = run_made(workspace, campaign_id=8)
    assert list(runs_of_campaign(workspace, 7)) == [trial, new, old]
    assert runs_latest(workspace, [7, 8, 9]) == {7: new, 8: other}
    assert list(runs_open(workspace)) == [new]


def page(workspace: Workspace, **filters: object) -> list[str]:
    return [row.user_id for row in notification_page(workspace, LogFilters(**filters)).items]  # type: ignore[arg-type]


def test_each_filter_narrows_the_log(workspace: Workspace, outsider: User) -> None:
    run = run_made(workspace, run_at=days_ago(1))
    notification_made(run, "ada", status_code=200)
    failed_made(run, "bob")
    notification_made(run, "cleo", state=NotificationState.QUEUED, is_test=True)
    later = run_made(workspace, campaign_id=8)
    notification_made(later, "ada", status_code=201)
    notification_made(run_made(outsider.workspaces.get()), "eve")

    assert page(workspace) == ["ada", "cleo", "bob", "ada"]
    assert page(workspace, run=run.pk) == ["cleo", "bob", "ada"]
    assert page(workspace, campaign=8) == ["ada"]
    assert page(workspace, campaign=99) == []
    assert page(workspace, state="failed") == ["bob"]
    assert page(workspace, state="pending") == ["cleo"]
    assert page(workspace, reason=Reason.UNPROCESSABLE) == ["bob"]
    assert page(workspace, status_code=201) == ["ada"]
    assert page(workspace, person="ada") == ["ada", "ada"]
    assert page(workspace, person="nobody") == []
    assert page(workspace, test=True) == ["cleo"]
    assert page(workspace, test=False, run=run.pk) == ["bob", "ada"]


def test_the_detail_narrows_the_log(workspace: Workspace) -> None:
    run = run_made(workspace)
    for user_id, detail in (("ada", "first_name"), ("bob", "first_name, plan"), ("erased", "")):
        skipped_made(run, user_id, detail)
    notification_made(run, "zoe")
    assert page(workspace, detail="first_name") == ["ada"]
    assert page(workspace, reason=Reason.MISSING_VARIABLE, detail="first_name, plan") == ["bob"]
    assert page(workspace, run=run.pk, detail="") == ["erased"]
    assert page(workspace, reason=Reason.TIMEOUT, detail="first_name") == []


def test_the_time_of_the_log_is_when_rows_changed(workspace: Workspace) -> None:
    """A run of long ago that went on until today is found by what it did today."""
    old = run_made(workspace, run_at=days_ago(40), finished_at=None)
    notification_made(old, "ada", updated_at=days_ago(39))
    notification_made(old, "bob", updated_at=days_ago(0))
    notification_made(run_made(workspace, run_at=days_ago(3), finished_at=days_ago(2)), "eve", updated_at=days_ago(2))

    assert page(workspace, within=timedelta(days=1)) == ["bob"]
    assert page(workspace, within=timedelta(days=7)) == ["eve", "bob"]
    assert page(workspace, since=days_ago(3), until=days_ago(1)) == ["eve"]
    assert page(workspace, until=days_ago(38)) == ["ada"]
    assert page(workspace, until=days_ago(38), run=old.pk) == ["ada"]


def test_very_many_runs_of_a_time_are_read_from_the_earliest_on(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (5, 3, 1):
        run = run_made(workspace, run_at=days_ago(day), finished_at=days_ago(day))
        notification_made(run, f"day-{day}", updated_at=days_ago(day))
    monkeypatch.setattr("notifications.selectors.log.RUNS_PER_TIME", 1)
    assert page(workspace, within=timedelta(days=4)) == ["day-1", "day-3"]


def test_a_removed_person_is_found_within_a_run(workspace: Workspace) -> None:
    run = run_made(workspace)
    notification_made(run, "gone")
    workspace.profiles.all().delete()
    assert page(workspace, person="gone", run=run.pk) == ["gone"]


def emailed(workspace: Workspace, **emails: str) -> None:
    for user_id, email in emails.items():
        workspace.profiles.filter(user_id=user_id).update(email=email)


def test_a_person_is_found_by_the_exact_address_too(workspace: Workspace, outsider: User) -> None:
    run = run_made(workspace)
    for user_id in ("ada", "bob", "cleo"):
        notification_made(run, user_id)
    notification_made(run_made(outsider.workspaces.get()), "eve")
    emailed(workspace, ada="Ada@example.com", bob="shared@example.com", cleo="shared@example.com")
    emailed(outsider.workspaces.get(), eve="shared@example.com")
    assert page(workspace, person="ada@EXAMPLE.com") == ["ada"]
    assert page(workspace, person="shared@example.com") == ["cleo", "bob"]
    assert page(workspace, person="shared@example.com", run=run.pk) == ["cleo", "bob"]
    assert page(workspace, person="da@example.com") == []
    assert page(workspace, person="") == ["cleo", "bob", "ada"]


def test_a_user_id_goes_before_an_address(workspace: Workspace) -> None:
    run = run_made(workspace)
    notification_made(run, "ada@example.com")
    notification_made(run, "bob")
    emailed(workspace, bob="ada@example.com")
    assert page(workspace, person="ada@example.com") == ["ada@example.com"]


def test_pages_stay_put_while_rows_arrive(workspace: Workspace) -> None:
    run = run_made(workspace)
    rows = [notification_made(run, f"person-{n}") for n in range(5)][::-1]
    first = notification_page(workspace, LogFilters(), size=2)
    assert ids(first.items) == ids(rows[:2])
    notification_made(run, "newcomer")
    second = notification_page(workspace, LogFilters(), after=first.older_cursor, size=2)
    assert ids(second.items) == ids(rows[2:4])
    assert ids(notification_page(workspace, LogFilters(), before=second.newer_cursor, size=2).items) == ids(rows[:2])
    assert rows_newer_count(workspace, LogFilters(), rows[0]) == 1
    assert rows_newer_count(workspace, LogFilters(state="failed"), rows[0]) == 0


def test_rows_since_then_are_those_that_could_not_match_before(workspace: Workspace) -> None:
    opened = timezone.now()
    over = run_made(workspace, run_at=days_ago(1), finished_at=days_ago(1))
    notification_made(over, "ada", updated_at=days_ago(1))
    assert rows_since_count(workspace, LogFilters(campaign=over.campaign_id), opened) == 0
    notification_made(run_made(workspace, state=RunState.RUNNING), "bob")
    for filters in (LogFilters(), LogFilters(campaign=over.campaign_id), LogFilters(within=timedelta(days=7))):
        assert rows_since_count(workspace, filters, opened) == 1
    assert rows_since_count(workspace, LogFilters(until=days_ago(0.5)), opened) == 0


@pytest.mark.django_db(transaction=True)
def test_a_count_that_takes_too_long_is_left_for_the_next_time(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_made(workspace)
    notification_made(run)
    filters, opened = LogFilters(run=run.pk), timezone.now()
    assert rows_since_count(workspace, filters, opened) == 1
    monkeypatch.setattr("notifications.selectors.log.SINCE_MILLISECONDS", 300)
    other = connections.create_connection(DEFAULT_DB_ALIAS)
    with closing(other):
        other.cursor().execute("begin; lock table notification in access exclusive mode")
        assert rows_since_count(workspace, filters, opened) == 0


def test_a_search_that_takes_too_long_is_given_up(db: None) -> None:
    with pytest.raises(LogTooLarge, match="Choose a run"), within_time(10), connection.cursor() as cursor:
        cursor.execute("select pg_sleep(5)")


def test_pages_are_found_by_index_and_partition(workspace: Workspace) -> None:
    """Whatever the planner thinks of a few rows: the conditions must allow it."""
    run = run_made(workspace)
    for n in range(3):
        notification_made(run, f"person-{n}")
    filters = LogFilters(run=run.pk)
    page = notification_page(workspace, filters, size=2)
    sql = queries_of(lambda: notification_page(workspace, filters, after=page.older_cursor, size=2))[-1]
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_sort = off")
    plan = plan_of(sql)
    assert "Index Scan Backward" in plan
    assert re.search(r"Index Cond: .*workspace_id = .*run_at = .*id <", plan), plan
    assert len(set(re.findall(r"notification_\d{4}_\d{2}(?= )", plan))) == 1, plan


def test_same_fault_same_group(workspace: Workspace) -> None:
    run = run_made(workspace, state=RunState.RUNNING)
    first = failed_made(run, "a")
    failed_made(run, "b")
    notification_made(run, "c", state="failed", reason=Reason.SERVER_ERROR, status_code=500)
    notification_made(run, "d", state="retrying", reason=Reason.SERVER_ERROR, status_code=500)
    notification_made(run, "e", state="retrying", reason=Reason.TIMEOUT)
    notification_made(run, "f", state="skipped", reason=Reason.MISSING_VARIABLE)
    notification_made(run, "g", state="cancelled", reason=Reason.STOPPED)
    groups = error_groups(run)
    assert [(group.reason, group.status_code, group.count, group.retrying) for group in groups] == [
        ("server_error", 500, 2, 1),
        ("unprocessable", 422, 2, 0),
        ("missing_variable", None, 1, 0),
        ("timeout", None, 1, 1),
    ]
    assert groups[1].sample_id == first.id
    assert groups[1].title == "The destination refused the data (422)"


def test_what_is_missing_tells_groups_apart(workspace: Workspace) -> None:
    run = run_made(workspace)
    for n, detail in enumerate(["first_name", "plan", "plan", ""]):
        skipped_made(run, f"p{n}", detail)
    skipped_made(run, "s", "no  consent\nyet", Reason.SKIPPED_BY_TEMPLATE)
    notification_made(run, "t", state="failed", reason=Reason.BAD_TEMPLATE, reason_detail="body: not a number")
    failed_made(run, "d", reason_detail="order 1 is closed")
    failed_made(run, "e", reason_detail="order 2 is closed")
    groups = error_groups(run)
    assert sorted((group.title, group.count) for group in groups) == [
        ("A value is missing", 1),
        ("A value is missing: first_name", 1),
        ("A value is missing: plan", 2),
        ("Skipped on purpose: no consent yet", 1),
        ("The content can't be rendered: body: not a number", 1),
        ("The destination refused the data (422)", 2),
    ]
    for group in groups:
        filters = {"reason": group.reason, "status_code": group.status_code, "detail": group.detail}
        assert len(page(workspace, run=run.pk, **filters)) == group.count


def test_of_very_many_texts_the_most_frequent_stand_alone(workspace: Workspace) -> None:
    run = run_made(workspace)
    for n in range(KINDS_SHOWN + 3):
        skipped_made(run, f"p{n}", f"is {n:02}", Reason.SKIPPED_BY_TEMPLATE)
    skipped_made(run, "twice", "is 07", Reason.SKIPPED_BY_TEMPLATE)
    groups = error_groups(run)
    assert len(groups) == KINDS_SHOWN + 1
    assert (groups[0].title, groups[0].count) == ("Skipped on purpose: is 07", 2)
    assert (groups[-1].title, groups[-1].count, groups[-1].detail) == ("Skipped on purpose: 3 more kinds", 3, None)
    assert sum(group.count for group in groups) == KINDS_SHOWN + 4


def test_groups_are_read_by_the_index_of_problems(workspace: Workspace) -> None:
    """Among many who were reached: of a few rows any index is as good. But for details, by the index alone."""
    run = run_made(workspace)
    delivered_made_many(run, 500)
    failed_made(run, "a")
    (by_reason,) = queries_of(lambda: error_groups(run))
    skipped_made(run, "b", "plan")
    *_, by_detail = queries_of(lambda: error_groups(run))
    with connection.cursor() as cursor:
        cursor.execute("analyze notification")
    assert "Index Only Scan" in plan_of(by_reason)
    for plan in map(plan_of, (by_reason, by_detail)):
        assert re.search(r"Index Cond: .*workspace_id = .*run_at = .*state.* = ANY", plan), plan
        assert len(set(re.findall(r"notification_\d{4}_\d{2}(?= )", plan))) == 1, plan


def plan_of(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"explain {sql}")
        return "\n".join(line for (line,) in cursor.fetchall())


def test_a_reason_of_a_run_that_is_over_is_found_in_the_order_of_the_page(workspace: Workspace) -> None:
    run = run_made(workspace)
    delivered_made_many(run, 2_000)
    failed_made(run, "a")
    filters = LogFilters(run=run.pk, reason=Reason.UNPROCESSABLE)
    sql = queries_of(lambda: notification_page(workspace, filters))[-1]
    with connection.cursor() as cursor:
        cursor.execute("analyze notification")
        cursor.execute("set local enable_sort = off")
    plan = plan_of(sql)
    assert "Sort" not in plan
    assert re.search(r"Index Cond: .*workspace_id = .*run_at = .*state\)::text = 'failed'", plan), plan


@pytest.mark.parametrize("state", [NotificationState.RETRYING, NotificationState.FAILED])
def test_a_reason_of_an_open_run_finds_retries_too(workspace: Workspace, state: str) -> None:
    run = run_made(workspace, state=RunState.RUNNING)
    row = notification_made(run, "a", state=state, reason=Reason.TIMEOUT)
    assert ids(notification_page(workspace, LogFilters(run=run.pk, reason=Reason.TIMEOUT)).items) == [row.id]


def test_latency_of_a_run(workspace: Workspace) -> None:
    run = run_made(workspace)
    assert run_latency(run) is None
    for n in range(1, 101):
        attempt_made(notification_made(run, f"p{n}"), total_us=n * 1000)
    latency = run_latency(run)
    assert latency is not None
    assert (latency.p50, latency.p95, latency.p99, latency.attempts) == (50, 95, 99, 100)


def test_details_hold_attempts_latest_first_with_their_exchanges(workspace: Workspace) -> None:
    run = run_made(workspace)
    row = failed_made(run, "ada")
    exchange_made(attempt_made(row, 2, retention_days=7), response_body=b"second")
    detail = notification_detail(workspace, run.pk, row.id)
    assert [attempt.number for attempt in detail.attempts] == [2, 1]
    second, first = detail.attempts
    assert second.exchange is not None
    assert second.exchange.response_text == "second"
    assert second.total_words == "95 ms"
    assert first.exchange is not None
    assert first.exchange.request_header_pairs[0] == ("content-type", "application/json")
    assert "email is invalid" in first.explanation.what_happened


def test_an_expired_exchange_is_none_and_the_attempt_stays(workspace: Workspace) -> None:
    row = notification_made(run_made(workspace))
    attempt_made(row)
    (attempt,) = attempts_of(row)
    assert attempt.exchange is None
    assert attempt.status_code == 200


def test_details_read_one_partition_of_exchanges(workspace: Workspace) -> None:
    row = failed_made(run_made(workspace), "ada")
    *_, exchanges = queries_of(lambda: attempts_of(row))
    assert '"retention_days" IN (30)' in exchanges
    assert '"day" IN' in exchanges


def test_a_notification_of_another_run_or_workspace_is_not_found(workspace: Workspace, outsider: User) -> None:
    run = run_made(workspace)
    row = notification_made(run)
    with pytest.raises(NotificationNotFound):
        notification_detail(workspace, run_made(workspace).pk, row.id)
    with pytest.raises(NotificationNotFound):
        notification_detail(workspace, run.pk, uuid4())
    with pytest.raises(RunNotFound):
        notification_detail(outsider.workspaces.get(), run.pk, row.id)


def test_the_row_of_a_test_run(workspace: Workspace) -> None:
    run = run_made(workspace)
    assert notification_of_run(run) is None
    assert notification_made(run) == notification_of_run(run)
