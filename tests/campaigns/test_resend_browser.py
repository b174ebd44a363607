"""Resend as people use it: from the filtered log, in a dialog whose count follows the boxes."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from campaigns.models import Campaign
from notifications.models import Run
from notifications.states import NotificationState, Reason
from tests.cast import signed_in
from tests.notifications.ledger import failed_made, notification_made, run_made

AXE = (Path(__file__).parents[1] / "browser" / "axe.min.js").read_text()


@pytest.fixture(scope="session", autouse=True)
def _rows_beside_the_browser() -> Iterator[None]:
    """Playwright keeps a loop in this thread, where the tests make rows: Django must not mind, teardown included."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture
def visit(
    transactional_db: None, page: Page, live_server: LiveServer, owner: User, client: Client
) -> Callable[[str], Page]:
    """Opens a page as the owner."""
    session = signed_in(client, owner).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": str(live_server)}])

    def opened(address: str) -> Page:
        page.goto(f"{live_server}{address}")
        return page

    return opened


@pytest.fixture
def run(transactional_db: None, campaign: Campaign) -> Run:
    made = run_made(campaign.workspace, campaign_id=campaign.pk, campaign_name=campaign.name, content=campaign.content)
    for name in ("ada", "bob"):
        failed_made(made, name)
    notification_made(made, "eve", state=NotificationState.SKIPPED, reason=Reason.MISSING_VARIABLE)
    return made


def shot(page: Page, name: str) -> None:
    """For people who want to look: ``SHOTS=/tmp/somewhere``."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png")


def test_resend_from_the_filtered_log(visit: Callable[[str], Page], run: Run) -> None:
    page = visit(f"/w/acme/notifications/?run={run.pk}")
    page.get_by_role("link", name="Resend failed").click()
    dialog = page.get_by_role("dialog", name="Resend")
    expect(dialog.get_by_role("button", name="Resend to 2 people")).to_be_enabled()
    dialog.get_by_role("checkbox", name="Skipped").check()
    expect(dialog.get_by_role("button", name="Resend to 3 people")).to_be_enabled()
    expect(dialog.get_by_role("checkbox", name="Skipped")).to_be_focused()
    dialog.get_by_role("radio", name="The same as before").check()
    page.evaluate(AXE)
    assert page.evaluate("axe.run('#resend-dialog').then(found => found.violations.map(one => one.id))") == []
    shot(page, "resend-1440")
    page.set_viewport_size({"width": 390, "height": 844})
    shot(page, "resend-390")
    dialog.get_by_role("button", name="Resend to 3 people").click()
    expect(page.get_by_text("The resend has started").first).to_be_visible()
    made = Run.objects.exclude(pk=run.pk).get()
    assert (made.resend.states, made.resend.same_webhook_id) == (("failed", "skipped"), True)


def test_the_dialog_is_left_with_escape(visit: Callable[[str], Page], run: Run) -> None:
    page = visit(f"/w/acme/campaigns/runs/{run.pk}/")
    page.get_by_role("link", name="Resend failed").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Resend")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Resend")).to_have_count(0)
    expect(page.get_by_role("link", name="Resend failed")).to_be_focused()
    assert Run.objects.count() == 1
