"""The log and Details as people use them: in a browser, while rows change and arrive."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User, Workspace
from notifications.models import Notification, Run
from notifications.states import NotificationState, RunState
from tests.cast import signed_in
from tests.live_parts import keeps_the_focus, press_slowly
from tests.notifications.ledger import attempt_made, exchange_made, failed_made, notification_made, run_made


@pytest.fixture(scope="session", autouse=True)
def _rows_beside_the_browser() -> Iterator[None]:
    """Playwright keeps a loop in this thread, where the tests make rows: Django must not mind, teardown included."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture
def visit(
    transactional_db: None,
    page: Page,
    live_server: LiveServer,
    viewer: User,
    client: Client,
) -> Callable[[str], Page]:
    """Opens a page as the viewer."""
    session = signed_in(client, viewer).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": str(live_server)}])
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    def opened(address: str) -> Page:
        page.goto(f"{live_server}{address}")
        return page

    return opened


@pytest.fixture
def run(transactional_db: None, workspace: Workspace) -> Run:
    return run_made(workspace, state=RunState.RUNNING)


def test_rows_change_in_place_and_new_ones_wait(visit: Callable[[str], Page], run: Run) -> None:
    waiting = notification_made(run, "waiting", state=NotificationState.QUEUED)
    page = visit(f"/w/acme/notifications/?run={run.pk}")
    row = page.locator(f"#row-{waiting.id}")
    expect(row).to_contain_text("Queued")
    Notification.objects.filter(id=waiting.id).update(state="delivered", status_code=201, attempt_number=1)
    notification_made(run, "newcomer")
    expect(row).to_contain_text("Delivered")
    expect(row).to_contain_text("201")
    expect(page.locator("#notifications tr")).to_have_count(1)
    page.get_by_role("link", name="1 new item").click()
    expect(page.locator("#notifications tr").first).to_contain_text("newcomer")


def test_an_empty_log_fills_by_itself(visit: Callable[[str], Page], workspace: Workspace) -> None:
    run = run_made(workspace, state=RunState.PREPARING, prepared_at=None)
    page = visit(f"/w/acme/notifications/?run={run.pk}")
    expect(page.get_by_text("Its people appear here by themselves")).to_be_visible()
    waiting = notification_made(run, "ada", state=NotificationState.QUEUED)
    expect(page.get_by_role("row", name="Ada Ada")).to_contain_text("Queued")
    expect(page.get_by_role("link", name="Export CSV")).to_be_visible()
    Notification.objects.filter(id=waiting.id).update(state="delivered", status_code=201, attempt_number=1)
    expect(page.get_by_role("row", name="Ada Ada")).to_contain_text("Delivered")


def test_a_log_without_any_rows_gets_its_filters_with_the_first(visit: Callable[[str], Page], run: Run) -> None:
    page = visit("/w/acme/notifications/")
    expect(page.get_by_role("heading", name="Nothing was sent yet")).to_be_visible()
    expect(page.get_by_role("search")).to_have_count(0)
    notification_made(run, "ada")
    expect(page.get_by_role("row", name="Ada Ada")).to_be_visible()
    expect(page.get_by_role("searchbox", name="A person's user ID or e-mail address")).to_be_visible()
    expect(page.get_by_label("From")).to_be_hidden()


def test_what_matches_by_now_is_offered_where_nothing_did(visit: Callable[[str], Page], run: Run) -> None:
    waiting = notification_made(run, "ada", state=NotificationState.QUEUED)
    page = visit(f"/w/acme/notifications/?run={run.pk}&state=failed")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    Notification.objects.filter(id=waiting.id).update(state="failed", updated_at=timezone.now())
    page.get_by_role("link", name="1 new item").click()
    expect(page.get_by_role("row", name="Ada Ada")).to_contain_text("Failed")


def test_options_lead_to_details_and_to_a_curl_command(visit: Callable[[str], Page], run: Run) -> None:
    failed_made(run, "ada")
    page = visit("/w/acme/notifications/")
    page.get_by_role("row", name="Ada Ada").get_by_role("button", name="Options").click()
    page.get_by_role("link", name="Details", exact=True).click()
    expect(page.get_by_role("heading", name="Ada Ada")).to_be_visible()
    expect(page.get_by_text("email is invalid").first).to_be_visible()
    page.get_by_role("button", name="Copy as cURL").click()
    expect(page.get_by_text("Copied").first).to_be_attached()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("curl --globoff --path-as-is -X POST https://api.example.com/people")


def test_rows_are_walked_with_the_keyboard(visit: Callable[[str], Page], run: Run) -> None:
    for name in ("first", "second", "third"):
        notification_made(run, name)
    page = visit(f"/w/acme/notifications/?run={run.pk}")
    for key in ("j", "j", "k"):
        page.keyboard.press(key)
    expect(page.locator("#notifications tr.is-current")).to_contain_text("third")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ada Third")).to_be_visible()


def test_open_details_follow_the_notification(visit: Callable[[str], Page], run: Run) -> None:
    row = notification_made(run, "ada", state=NotificationState.QUEUED)
    page = visit(f"/w/acme/runs/{run.pk}/notifications/{row.id}/")
    expect(page.get_by_text("Waiting for its turn")).to_be_visible()
    Notification.objects.filter(id=row.id).update(state="delivered", status_code=204, attempt_number=1)
    expect(page.get_by_text("The destination answered 204.")).to_be_visible()
    expect(page.locator("[hx-trigger='every 3s']")).to_have_count(0)


def test_details_open_over_the_log_with_an_address_of_their_own(visit: Callable[[str], Page], run: Run) -> None:
    failed = failed_made(run, "ada")
    failed_made(run, "bob")
    log = f"/w/acme/notifications/?run={run.pk}&reason=unprocessable"
    page = visit(log)
    page.get_by_role("link", name="Ada Ada").click()
    drawer = page.get_by_role("dialog", name="Ada Ada")
    expect(drawer.get_by_text("email is invalid").first).to_be_visible()
    expect(page).to_have_url(re.compile(f"/runs/{run.pk}/notifications/{failed.id}/$"))
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(page).to_have_url(re.compile(re.escape(log) + "$"))
    expect(page.get_by_role("link", name="Ada Ada")).to_be_focused()


def test_the_drawer_moves_on_with_the_rows(visit: Callable[[str], Page], run: Run) -> None:
    for name in ("first", "second"):
        notification_made(run, name)
    page = visit(f"/w/acme/notifications/?run={run.pk}")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Ada Second")).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("dialog", name="Ada First")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(rf"/notifications/\?run={run.pk}$"))


@pytest.mark.parametrize("place", ["page", "drawer"])
def test_who_reads_details_stays_where_they_are(visit: Callable[[str], Page], run: Run, place: str) -> None:
    row = notification_made(run, "ada", state=NotificationState.RETRYING, attempt_number=1, status_code=503)
    exchange_made(attempt_made(row, 1, outcome="retry", reason="server_error", status_code=503))
    page = visit(f"/w/acme/runs/{run.pk}/notifications/{row.id}/" if place == "page" else "/w/acme/notifications/")
    if place == "drawer":
        page.get_by_role("link", name="Ada Ada").click()
    body = page.get_by_role("region", name="request body of attempt 1")
    body.focus()
    body.get_by_text('"name"').select_text()
    exchange_made(attempt_made(row, 2, status_code=201))
    Notification.objects.filter(id=row.id).update(state="delivered", status_code=201, attempt_number=2)
    expect(page.get_by_role("region", name="Attempt 2", exact=True)).to_contain_text("201")
    expect(body).to_be_focused()
    assert page.evaluate("getSelection().toString()") == '"name"'
    expect(body.locator(".code-key")).to_have_text('"name"')
    expect(page.get_by_role("region", name="request body of attempt 2").locator(".code-key")).to_have_text('"name"')


@pytest.mark.parametrize("place", ["page", "drawer"])
def test_the_curl_command_is_offered_once_there_is_an_attempt(
    visit: Callable[[str], Page], run: Run, place: str
) -> None:
    row = notification_made(run, "ada", state=NotificationState.QUEUED, status_code=None, attempt_number=0)
    page = visit(f"/w/acme/runs/{run.pk}/notifications/{row.id}/" if place == "page" else "/w/acme/notifications/")
    if place == "drawer":
        page.get_by_role("link", name="Ada Ada").click()
    expect(page.get_by_text("Waiting for its turn")).to_be_visible()
    expect(page.get_by_role("button", name="Copy as cURL")).to_have_count(0)
    exchange_made(attempt_made(row, 1, status_code=201))
    Notification.objects.filter(id=row.id).update(state="delivered", status_code=201, attempt_number=1)
    shown = page.get_by_role("dialog", name="Ada Ada") if place == "drawer" else page
    expect(shown.get_by_role("button", name="Copy as cURL")).to_be_visible()


def test_attempts_stand_side_by_side_where_there_is_room(visit: Callable[[str], Page], run: Run) -> None:
    row = failed_made(run, "ada")
    exchange_made(attempt_made(row, 2))
    page = visit(f"/w/acme/runs/{run.pk}/notifications/{row.id}/")
    page.set_viewport_size({"width": 1440, "height": 900})
    assert tops(page)[0] == tops(page)[1]
    page.set_viewport_size({"width": 390, "height": 844})
    assert tops(page)[0] > tops(page)[1], "the latest first"


def tops(page: Page) -> list[float]:
    """How far down each attempt begins."""
    return [
        page.locator(f"#attempt-{number}").evaluate("card => card.getBoundingClientRect().top") for number in (1, 2)
    ]


def test_the_kinds_of_problem_move_under_nobodys_hands(visit: Callable[[str], Page], run: Run) -> None:
    failed_made(run, "ada")
    notification_made(run, "waiting", state=NotificationState.QUEUED)
    page = visit(f"/w/acme/notifications/?run={run.pk}")
    refusal = page.locator("#log-groups th a[href*='422']")
    keeps_the_focus(refusal, "**/fresh/**")
    for person in ("bob", "cleo"):
        failed_made(run, person, status_code=400)
    expect(page.locator("#log-groups").get_by_role("row").nth(1).get_by_role("cell")).to_contain_text(["2", ""])
    expect(refusal).to_be_focused()
    press_slowly(refusal, "**/fresh/**")
    expect(page).to_have_url(re.compile("422"))
