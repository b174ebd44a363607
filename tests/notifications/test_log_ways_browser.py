"""Ways through the log in a browser: every filter, pages, the file, the keys, groups of errors."""

import csv
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Workspace
from notifications.models import Notification, Run
from notifications.states import RunState
from notifications.views import log
from tests.campaigns.browsing import rows_beside_the_browser, visit  # noqa: F401
from tests.notifications.ledger import days_ago, failed_made, notification_made, run_made, skipped_made

LOG = "/w/acme/notifications/"


@pytest.fixture
def run(transactional_db: None, workspace: Workspace) -> Run:
    return run_made(workspace, state=RunState.RUNNING)


@pytest.fixture
def people(run: Run) -> Run:
    """Ada failed, Bob is a test user who was reached, Cleo was left out and Dora reached two days ago; their run."""
    earlier = run_made(run.workspace, run_at=days_ago(2), finished_at=days_ago(2), campaign_name="Spring sale")
    notification_made(earlier, "dora", updated_at=days_ago(2), status_code=204)
    skipped_made(earlier, "cleo", "first_name")
    Notification.objects.filter(user_id="cleo").update(updated_at=days_ago(2))
    notification_made(run, "bob", is_test=True, status_code=201)
    failed_made(run, "ada")
    return earlier


def shows(page: Page, *names: str) -> None:
    """Just these people, in this order."""
    expect(page.get_by_role("region", name="Notifications").get_by_role("rowheader")).to_contain_text(
        [f"Ada {name}" for name in names]
    )


def clear(page: Page) -> None:
    page.get_by_role("search").get_by_role("link", name="Clear").click()
    shows(page, "Ada", "Bob", "Cleo", "Dora")


def test_every_choice_narrows_the_rows_and_the_address(visit, people: Run) -> None:  # noqa: F811
    page = visit(LOG)
    shows(page, "Ada", "Bob", "Cleo", "Dora")
    choices: tuple[tuple[str, str, str, list[str]], ...] = (
        ("State", "failed", "state=failed", ["Ada"]),
        ("State", "pending", "state=pending", []),
        ("Reason", "missing_variable", "reason=missing_variable", ["Cleo"]),
        ("Test users", "yes", "test=yes", ["Bob"]),
        ("Test users", "no", "test=no", ["Ada", "Cleo", "Dora"]),
        ("Time", "24h", "within=24h", ["Ada", "Bob"]),
        ("Run", str(people.pk), f"run={people.pk}", ["Cleo", "Dora"]),
    )
    for label, value, query, names in choices:
        page.get_by_role("combobox", name=label, exact=True).select_option(value)
        expect(page).to_have_url(re.compile(rf"/notifications/\?{query}$"))
        expect(page.get_by_role("combobox", name=label, exact=True)).to_have_value(value)
        shows(page, *names) if names else expect(page.get_by_text("Nothing matches")).to_be_visible()
        page.goto(page.url.partition("?")[0])


def test_what_is_typed_narrows_the_rows_and_is_cleared(visit, people: Run) -> None:  # noqa: F811
    page = visit(LOG)
    page.get_by_role("textbox", name="Status code").fill("204")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page).to_have_url(re.compile(r"\?status=204$"))
    shows(page, "Dora")
    clear(page)
    page.get_by_role("searchbox", name="A person's user ID or e-mail address").fill("bob")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?person=bob$"))
    shows(page, "Bob")
    page.get_by_role("combobox", name="State", exact=True).select_option("failed")
    expect(page).to_have_url(re.compile(r"\?person=bob&state=failed$"))
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    clear(page)


def test_a_time_of_ones_own_is_from_and_to(visit, people: Run) -> None:  # noqa: F811
    page = visit(LOG)
    begin = page.get_by_label("From", exact=True)
    expect(begin).to_be_hidden()
    page.get_by_role("combobox", name="Time", exact=True).select_option("custom")
    begin.fill(f"{timezone.now() - timedelta(days=3):%Y-%m-%dT%H:%M}")
    page.get_by_label("To", exact=True).fill(f"{timezone.now() - timedelta(days=1):%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Filter", exact=True).click()
    shows(page, "Cleo", "Dora")
    expect(page).to_have_url(re.compile(r"since=.*&until="))
    expect(begin).to_be_visible()


def test_pages_stay_put_while_rows_arrive(visit, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(log, "PAGE_SIZE", 2)
    for name in ("first", "second", "third", "fourth", "fifth"):
        notification_made(run, name)
    page = visit(f"{LOG}?run={run.pk}")
    shows(page, "Fifth", "Fourth")
    pages = page.get_by_role("navigation", name="Pages")
    expect(pages.get_by_role("link", name="Newer")).to_have_count(0)
    pages.get_by_role("link", name="Older").click()
    shows(page, "Third", "Second")
    notification_made(run, "newcomer")
    with page.expect_response("**/fresh/**"):
        pass
    shows(page, "Third", "Second")
    page.reload()
    shows(page, "Third", "Second")
    pages.get_by_role("link", name="Older").click()
    shows(page, "First")
    expect(pages.get_by_role("link", name="Older")).to_have_count(0)
    pages.get_by_role("link", name="Newer").click()
    shows(page, "Third", "Second")
    pages.get_by_role("link", name="Newer").click()
    shows(page, "Fifth", "Fourth")
    pages.get_by_role("link", name="Newer").click()
    shows(page, "Newcomer", "Fifth")


# The test's server speaks WSGI; the product's is asynchronous.
@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators")
def test_the_file_holds_what_the_filters_show(visit, people: Run) -> None:  # noqa: F811
    page = visit(f"{LOG}?test=no")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    assert download.value.suggested_filename == "notifications.csv"
    with download.value.path().open(newline="") as file:
        rows = [(row["user_id"], row["state"], row["status_code"]) for row in csv.DictReader(file)]
    assert rows == [("ada", "failed", "422"), ("cleo", "skipped", ""), ("dora", "delivered", "204")]


def test_the_keys_that_are_listed_work(visit, people: Run) -> None:  # noqa: F811
    page = visit(LOG)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    for name in ("Next row", "Previous row", "Open the row", "A person's user ID or e-mail address"):
        expect(keys.get_by_text(name, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    for key in ("j", "j", "o"):
        page.keyboard.press(key)
    details = page.get_by_role("dialog", name="Ada Bob")
    expect(details.get_by_role("region", name="Notification", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(details).to_have_count(0)
    expect(page.get_by_role("link", name="Ada Bob")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Ada Ada")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="A person's user ID or e-mail address")).to_be_focused()


def test_a_group_has_an_example_and_leads_to_its_people(visit, people: Run) -> None:  # noqa: F811
    skipped_made(people, "eve", "plan")
    page = visit(f"{LOG}?run={people.pk}")
    groups = page.get_by_role("region", name="Kinds of problem")
    groups.get_by_role("row", name="A value is missing: first_name").get_by_role("link", name="Example").click()
    details = page.get_by_role("dialog", name="Ada Cleo")
    expect(details.get_by_text("first_name").first).to_be_visible()
    details.get_by_role("button", name="Close").click()
    groups.get_by_role("link", name="A value is missing: plan").click()
    shows(page, "Eve")
    page.get_by_role("link", name="Remove the filter “plan”").click()
    expect(page).to_have_url(re.compile(rf"\?run={people.pk}&reason=missing_variable$"))
    shows(page, "Eve", "Cleo")
