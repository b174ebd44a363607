"""A scheduled campaign's content in a browser: it can be read, not changed, and one press makes it editable."""

from datetime import datetime

import pytest
from playwright.sync_api import expect

from audience.models import Profile
from campaigns.schedule import Schedule
from campaigns.services import campaign_schedule, campaign_update
from templates_lib.content import JsonPair, JsonPairsBody, Pair, WebhookContent
from tests.browser.axe import flaws
from tests.campaigns.browsing import shot

CONTENT = WebhookContent(
    url="https://api.example.com/people/{{ user_id }}",
    headers=(Pair(name="X-Team", value="marketing"),),
    body=JsonPairsBody(pairs=(JsonPair(name="text", value="{{ message }}"),)),
    message_text="Hi {{ first_name }}",
)


@pytest.fixture
def scheduled(transactional_db, campaign, actor):
    Profile.objects.create(workspace=campaign.workspace, user_id="u-2")
    once = Schedule(kind="later", local=datetime(2030, 10, 24, 9, 0), time_zone="Europe/Vienna")
    campaign_update(campaign=campaign, actor=actor, revision=1, content=CONTENT, schedule=once)
    return campaign_schedule(campaign=campaign, actor=actor, revision=campaign.revision)


def message_of(page):
    expect(page.locator("code-editor:not(:has(.cm-content))")).to_have_count(0)
    return page.get_by_role("textbox", name="Message text")


def test_the_content_is_read_only_until_it_is_taken_off_the_schedule(visit, page, scheduled):
    page.set_viewport_size({"width": 390, "height": 900})
    visit(f"/w/acme/campaigns/{scheduled.pk}/content/")
    message = message_of(page)
    expect(page.get_by_text("https://api.example.com/people/u-1")).to_be_visible()
    message.click()
    page.keyboard.type("half a sent")
    expect(message).to_have_text("Hi {{ first_name }}")
    expect(page.locator("#message_text-error")).to_contain_text("first_name has no fallback")
    expect(page.get_by_role("button", name="Add fallback")).to_have_count(0)
    expect(page.get_by_role("combobox", name="Method")).to_be_disabled()
    page.get_by_role("tab", name="Headers").click()
    expect(page.get_by_label("Header 1", exact=True)).to_be_disabled()
    assert flaws(page) == []
    shot(page, "scheduled-content-390")
    page.get_by_role("button", name="Take off the schedule").click()
    expect(page.get_by_text("Draft", exact=True)).to_be_visible()
    message_of(page).click()
    page.keyboard.type("Now ")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    scheduled.refresh_from_db()
    assert "Now" in scheduled.content.message_text


def test_no_step_has_a_flaw(visit, page, scheduled):
    for step in ("setup", "audience", "schedule", "review"):
        visit(f"/w/acme/campaigns/{scheduled.pk}/{step}/")
        expect(page.get_by_text("Scheduled for Thursday 24 October 2030, 09:00")).to_be_visible()
        assert flaws(page) == []
        shot(page, f"scheduled-{step}")
