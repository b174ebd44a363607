"""People who join the audience between Review and Launch: nothing goes out, and the dialog asks for the new number."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from audience.models import Profile
from campaigns.models import Campaign
from notifications.models import Run
from tests.browser.axe import flaws
from tests.campaigns.browsing import shot


@pytest.fixture
def reviewed(transactional_db: None, campaign: Campaign, visit: Callable[[str], Page]) -> Page:
    return visit(f"/w/acme/campaigns/{campaign.pk}/review/")


def test_people_added_meanwhile_are_asked_for(reviewed: Page, campaign: Campaign) -> None:
    page = reviewed
    page.get_by_role("button", name="Launch", exact=True).click()
    Profile.objects.bulk_create(Profile(workspace=campaign.workspace, user_id=f"new-{number}") for number in range(20))
    page.get_by_role("button", name="Launch to 1 person").click()
    dialog = page.get_by_role("dialog", name="Launch “Win-back”?")
    expect(dialog.get_by_text("Nothing was launched")).to_be_visible()
    expect(dialog.get_by_text("21 people fit the audience now")).to_be_visible()
    assert Run.objects.count() == 0
    assert flaws(page, "#launch-dialog") == []
    shot(page, "launch-again-1440")
    dialog.get_by_role("button", name="Launch to 21 people").click()
    expect(page.get_by_text("What was launched")).to_be_visible()
    assert Run.objects.get().run_at <= timezone.now()


def test_the_dialog_that_asks_again_can_be_left_and_opened_anew(reviewed: Page, campaign: Campaign) -> None:
    page = reviewed
    Profile.objects.bulk_create(Profile(workspace=campaign.workspace, user_id=f"new-{number}") for number in range(20))
    page.goto(f"{page.url}?shown=1")
    dialog = page.get_by_role("dialog", name="Launch “Win-back”?")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    opener = page.get_by_role("button", name="Launch", exact=True)
    expect(opener).to_be_focused()
    assert "shown" not in page.url
    opener.press("Enter")
    expect(dialog).to_be_visible()
