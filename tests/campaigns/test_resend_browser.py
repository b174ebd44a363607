"""Resend as people use it: from the filtered log, in a dialog whose count follows the boxes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from campaigns.models import Campaign
from notifications.models import Run
from notifications.states import NotificationState, Reason
from tests.browser.axe import flaws
from tests.campaigns.browsing import shot
from tests.notifications.ledger import failed_made, notification_made, run_made


@pytest.fixture
def run(transactional_db: None, campaign: Campaign) -> Run:
    made = run_made(campaign.workspace, campaign_id=campaign.pk, campaign_name=campaign.name, content=campaign.content)
    for name in ("ada", "bob"):
        failed_made(made, name)
    notification_made(made, "eve", state=NotificationState.SKIPPED, reason=Reason.MISSING_VARIABLE)
    return made


def test_resend_from_the_filtered_log(visit: Callable[[str], Page], run: Run) -> None:
    page = visit(f"/w/acme/notifications/?run={run.pk}")
    page.get_by_role("link", name="Resend failed").click()
    dialog = page.get_by_role("dialog", name="Resend")
    expect(dialog.get_by_role("button", name="Resend to 2 people")).to_be_enabled()
    dialog.get_by_role("checkbox", name="Skipped").check()
    expect(dialog.get_by_role("button", name="Resend to 3 people")).to_be_enabled()
    expect(dialog.get_by_role("checkbox", name="Skipped")).to_be_focused()
    dialog.get_by_role("radio", name="The same as before").check()
    assert flaws(page, "#resend-dialog") == []
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
