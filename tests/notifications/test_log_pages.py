from datetime import UTC, datetime
from html import escape, unescape
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User, Workspace
from notifications.figures import figures_keep
from notifications.models import ProblemTally
from notifications.states import NotificationState, Reason, RunState
from tests.cast import signed_in
from tests.notifications.ledger import attempt_made, failed_made, notification_made, queries_of, run_made, skipped_made

LOG = "/w/acme/notifications/"
EXPORT = "/w/acme/notifications/export.csv"
FRESH = "/w/acme/notifications/fresh/"


@pytest.fixture
def reader(client: Client, viewer: User) -> Client:
    return signed_in(client, viewer)


def text(reader: Client, address: str, status: int = 200) -> str:
    response = reader.get(address)
    assert response.status_code == status, response.content.decode()
    return response.content.decode()


def test_a_row_for_each_person_with_its_details(reader: Client, workspace: Workspace) -> None:
    run = run_made(workspace)
    row = failed_made(run, "ada")
    html = text(reader, LOG)
    assert "<title>Notifications log" in html
    assert "Ada Ada" in html
    assert "The destination refused the data (422)" in html
    assert f"/w/acme/runs/{run.pk}/notifications/{row.id}/" in html
    assert "Details</a>" in html
    assert 'aria-label="Options"' in html


def test_the_example_of_a_group_opens_over_the_log(reader: Client, workspace: Workspace) -> None:
    row = failed_made(run_made(workspace), "ada")
    html = text(reader, f"{LOG}?run={row.run_id}")
    link = html.partition(">Example</a>")[0].rpartition("<a ")[2]
    assert str(row.id) in link
    assert 'hx-target="#drawer-place"' in link


def test_groups_lead_to_their_rows(reader: Client, workspace: Workspace) -> None:
    run = run_made(workspace)
    failed_made(run, "ada")
    notification_made(run, "bob")
    html = text(reader, f"{LOG}?run={run.pk}")
    address = f"{LOG}?run={run.pk}&reason=unprocessable&status=422"
    assert address.replace("&", "&amp;") in html
    narrowed = text(reader, address)
    assert "Ada Ada" in narrowed
    assert "Ada Bob" not in narrowed


def test_a_group_names_the_variable_and_leads_to_those_who_lack_it(reader: Client, workspace: Workspace) -> None:
    run = run_made(workspace)
    skipped_made(run, "ada", "first_name")
    skipped_made(run, "bob", "plan")
    html = text(reader, f"{LOG}?run={run.pk}")
    link, _, rest = html.partition("A value is missing: first_name</a>")
    assert rest
    address = unescape(link.rpartition('href="')[2].partition('"')[0])
    assert address == f"{LOG}?run={run.pk}&reason=missing_variable&detail=first_name"
    narrowed = text(reader, address)
    assert "Ada Ada" in narrowed
    assert "Ada Bob" not in narrowed
    assert '<input type="hidden" name="detail" value="first_name">' in narrowed
    assert "detail=first_name" in narrowed.partition(">Export CSV<")[0].rpartition("<a ")[2]
    chip = narrowed.partition('aria-label="Remove the filter “first_name”"')[0].rpartition("<a ")[2]
    assert "Ada Bob" in text(reader, unescape(chip.partition('href="')[2].partition('"')[0]))


def test_the_whole_log_begins_with_the_kinds_of_problem_of_the_last_day(reader: Client, workspace: Workspace) -> None:
    for number, detail in enumerate(("plan", "first_name", "plan")):
        skipped_made(run_made(workspace, finished_at=timezone.now()), f"p{number}", detail)
    figures_keep(now=timezone.now())
    html = text(reader, LOG)
    assert "Why people were not reached in runs of the last 24 hours" in html
    assert ">Example<" not in html
    assert html.index("A value is missing: plan") < html.index("A value is missing: first_name")
    address = f"{LOG}?reason=missing_variable&detail=plan&within=24h"
    assert f'href="{escape(address)}">A value is missing: plan</a>' in html
    narrowed = text(reader, address)
    assert "Ada P0" in narrowed
    assert "Ada P1" not in narrowed
    assert "Why people were not reached" not in text(reader, f"{LOG}?campaign=99")


def test_of_very_many_kinds_the_largest_are_shown(reader: Client, workspace: Workspace) -> None:
    run = run_made(workspace, finished_at=timezone.now())
    ProblemTally.objects.bulk_create(
        ProblemTally(run=run, reason=Reason.SERVER_ERROR, status_code=500 + n, count=20 - n) for n in range(12)
    )
    html = text(reader, LOG)
    assert "The destination has an error (509)" in html
    assert "The destination has an error (510)" not in html
    assert "and 2 more kinds" in html


def test_a_detail_is_text_wherever_it_stands(reader: Client, workspace: Workspace) -> None:
    run = run_made(workspace)
    skipped_made(run, "ada", '"><b>no</b>', Reason.SKIPPED_BY_TEMPLATE)
    for query in ("", "&" + urlencode({"detail": '"><b>no</b>'})):
        html = text(reader, f"{LOG}?run={run.pk}{query}")
        assert "<b>no" not in html
        assert "&quot;&gt;&lt;b&gt;no" in html
        assert "&amp;quot;" not in html


def test_people_without_a_detail_are_a_group_of_their_own(reader: Client, workspace: Workspace) -> None:
    run = run_made(workspace)
    skipped_made(run, "ada", "first_name")
    skipped_made(run, "erased", "")
    address = f"{LOG}?run={run.pk}&reason=missing_variable&detail="
    assert f'href="{escape(address)}">A value is missing</a>' in text(reader, f"{LOG}?run={run.pk}")
    narrowed = text(reader, address)
    assert "Without detail" in narrowed
    assert "Ada Erased" in narrowed
    assert "Ada Ada" not in narrowed


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("state=banana", "state must be one of"),
        ("reason=banana", "reason must be one of"),
        ("run=x", "run must be a whole number"),
        ("campaign=-1", "campaign must be a whole number"),
        ("status=20x", "status must be a whole number"),
        ("run=99999999999999999999", "run must be a whole number"),
        ("test=maybe", "test must be one of"),
        ("within=2w", "within must be one of"),
        ("since=yesterday", "since must be a time such as"),
        ("until=2026-13-45T99:00", "until must be a time such as"),
        ("since=2026-11-24T15:00&until=2026-11-24T14:00", "since is later than until"),
        ("after=banana", "This page link is damaged or old"),
        ("before=banana", "This page link is damaged or old"),
    ],
)
def test_a_wrong_filter_or_cursor_says_so(reader: Client, query: str, words: str) -> None:
    assert words in text(reader, f"{LOG}?{query}", 422)


def test_an_unknown_run_is_not_found(reader: Client, workspace: Workspace) -> None:
    assert "This run does not exist" in text(reader, f"{LOG}?run=12345", 404)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "Nothing was sent yet"),
        ("?campaign=5", "Not launched yet"),
        ("?state=failed", "Nothing matches"),
        ("?person=nobody", "one whose profile was removed by user ID within a run"),
    ],
)
def test_empty_logs_say_why(reader: Client, workspace: Workspace, query: str, words: str) -> None:
    assert words in text(reader, LOG + query)


@pytest.mark.parametrize("address", [LOG, FRESH, EXPORT])
def test_outsiders_find_nothing_and_strangers_sign_in(client: Client, outsider: User, address: str, workspace) -> None:
    assert client.get(address).status_code == 302
    assert signed_in(client, outsider).get(address).status_code == 404


@pytest.mark.parametrize("address", [LOG, FRESH, EXPORT])
def test_other_methods_are_refused(reader: Client, address: str) -> None:
    assert reader.post(address).status_code == 405


def test_rows_of_another_workspace_are_not_shown(reader: Client, workspace: Workspace, outsider: User) -> None:
    elsewhere = run_made(outsider.workspaces.get())
    notification_made(elsewhere, "eve")
    assert "Ada Eve" not in text(reader, LOG)
    text(reader, f"{LOG}?run={elsewhere.pk}", 404)
    html = text(reader, f"{FRESH}?row={elsewhere.pk}:{uuid4()}")
    assert "eve" not in html


@pytest.mark.parametrize("by_run", [True, False])
def test_as_many_queries_for_25_rows_as_for_one(reader: Client, workspace: Workspace, by_run: bool) -> None:
    """Session, user, member with workspace; run(s), page, profiles, runs; groups, latency, counts; choices; menu."""
    run = run_made(workspace, state=RunState.RUNNING)
    address = f"{LOG}?run={run.pk}" if by_run else LOG
    failed_made(run, "first")
    few = queries_of(lambda: text(reader, address))
    for n in range(24):
        failed_made(run, f"person-{n}", status_code=400 + n % 2)
    many = queries_of(lambda: text(reader, address))
    assert len(many) == len(few), "\n".join(many)
    assert len(many) <= 16, "\n".join(many)


def test_paging_keeps_the_filters(reader: Client, workspace: Workspace) -> None:
    run = run_made(workspace)
    for n in range(51):
        notification_made(run, f"person-{n}")
    html = text(reader, f"{LOG}?run={run.pk}&state=delivered")
    assert 'rel="next"' in html
    assert f"run={run.pk}&amp;state=delivered&amp;after=" in html
    assert "person-0<" not in html


def test_the_time_of_one_request_is_no_median(reader: Client, workspace: Workspace) -> None:
    run = run_made(workspace)
    attempt_made(notification_made(run, "ada"), total_us=30_000)
    assert "The one answer took 30 ms." in text(reader, f"{LOG}?run={run.pk}")
    attempt_made(notification_made(run, "bob"), total_us=30_000)
    assert "30 ms in the median" in text(reader, f"{LOG}?run={run.pk}")


def test_a_finished_run_asks_for_nothing_more(reader: Client, workspace: Workspace) -> None:
    run = run_made(workspace)
    notification_made(run)
    assert "/fresh/" not in text(reader, f"{LOG}?run={run.pk}")


def test_an_open_run_asks_for_its_unfinished_rows(reader: Client, workspace: Workspace) -> None:
    run = run_made(workspace, state=RunState.RUNNING)
    done, waiting = notification_made(run, "a"), notification_made(run, "b", state=NotificationState.QUEUED)
    html = text(reader, f"{LOG}?run={run.pk}")
    assert f"row={run.pk}%3A{waiting.id}" in html
    assert f"row={run.pk}%3A{done.id}" not in html
    assert 'hx-trigger="every 3s"' in html


def test_fresh_rows_come_in_place_and_new_ones_are_counted(reader: Client, workspace: Workspace) -> None:
    run = run_made(workspace, state=RunState.RUNNING)
    row = notification_made(run, "a", state=NotificationState.RETRYING, reason=Reason.SERVER_ERROR, status_code=503)
    place = f"{run.pk}:{row.id}"
    html = text(reader, f"{FRESH}?run={run.pk}&row={place}&top={place}")
    assert f'id="row-{row.id}-state" hx-swap-oob="true"' in html
    assert "The destination has an error (503), next try" in html
    assert "new item" not in html
    notification_made(run, "b")
    assert "1 new item<" in text(reader, f"{FRESH}?run={run.pk}&row={place}&top={place}")
    assert "new item" not in text(reader, f"{FRESH}?run={run.pk}&row={place}")


def opened_ago(seconds: int = 0) -> int:
    return int(timezone.now().timestamp()) - seconds


def test_a_log_that_opens_empty_asks_for_what_comes(reader: Client, workspace: Workspace) -> None:
    assert "opened=" in text(reader, LOG)
    assert 'hx-trigger="every 20s"' in text(reader, f"{LOG}?campaign=7")
    run = run_made(workspace, state=RunState.PREPARING)
    assert 'hx-trigger="every 3s"' in text(reader, f"{LOG}?run={run.pk}&state=failed")
    notification_made(run, "ada")
    assert "opened=" not in text(reader, f"{LOG}?run={run.pk}")
    over = run_made(workspace)
    assert "/fresh/" not in text(reader, f"{LOG}?run={over.pk}&state=failed")


@pytest.mark.parametrize("place", ["state=failed&campaign=7", "state=failed", "state=failed&within=1h"])
def test_rows_that_match_by_now_are_counted(reader: Client, workspace: Workspace, place: str) -> None:
    run = run_made(workspace, state=RunState.RUNNING)
    opened = opened_ago()
    address = f"{FRESH}?{place}&opened={opened}"
    notification_made(run, "ada")
    html = text(reader, address)
    assert "new item" not in html
    assert f"opened={opened}" in html
    failed_made(run, "bob")
    assert "1 new item<" in text(reader, address)
    assert "1 new item<" in text(reader, f"{FRESH}?run={run.pk}&state=failed&opened={opened_ago()}")


def test_a_log_without_filters_fetches_its_first_rows(reader: Client, workspace: Workspace) -> None:
    run = run_made(workspace, state=RunState.RUNNING)
    address = f"{FRESH}?run={run.pk}&opened={opened_ago()}"
    assert "#log-list" not in text(reader, address)
    notification_made(run, "ada")
    html = text(reader, address)
    assert f'hx-get="{LOG}?run={run.pk}"' in html
    assert 'hx-select-oob="#log-list,#log-pager,#page-actions"' in html
    assert "new item" not in html


@pytest.mark.parametrize("query", ["row=banana", "row=1:banana", "top=x", "opened=x", "opened=99999999999999"])
def test_fresh_refuses_rows_that_are_none(reader: Client, query: str) -> None:
    assert "Reload the page" in text(reader, f"{FRESH}?{query}", 422)


def test_times_are_those_of_the_workspace(reader: Client, workspace: Workspace) -> None:
    workspace.time_zone = "Europe/Vienna"
    workspace.save()
    notification_made(run_made(workspace, run_at=datetime(2026, 11, 24, 15, 4, tzinfo=UTC)))
    assert "24 Nov, 16:04 CET" in text(reader, LOG)
    assert timezone.get_current_timezone_name() == "UTC"
