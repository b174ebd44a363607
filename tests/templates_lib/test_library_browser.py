"""Templates as people use them: two versions compared, one restored, found by tag and words, made from a preset."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.models import User, Workspace
from audience.models import Profile
from campaigns.models import Campaign
from campaigns.services import campaign_create
from channels.models import ChannelKind
from channels.services import channel_switch
from templates_lib.content import JsonPair, JsonPairsBody, Pair, WebhookContent
from templates_lib.models import Template
from templates_lib.services import template_save
from tests.browser.axe import flaws
from tests.campaigns.browsing import rows_beside_the_browser, shot, visit  # noqa: F401
from tests.cast import acting

LIBRARY = "/w/acme/templates/"
FIRST = WebhookContent(
    url="https://crm.example.com/notes",
    headers=(Pair(name="X-Team", value="sales"),),
    body=JsonPairsBody(pairs=(JsonPair(name="note", value="{{ message }}"),)),
)
SECOND = FIRST.model_copy(update={"method": "PUT", "headers": (Pair(name="X-Team", value="marketing"),)})


@pytest.fixture
def save(transactional_db: None, workspace: Workspace, owner: User) -> Callable[..., Template]:
    def saved(name: str, content: WebhookContent = FIRST, **options: Any) -> Template:
        options = {"answered_ok_at": timezone.now(), **options}
        return template_save(workspace=workspace, actor=acting(owner, workspace), name=name, content=content, **options)

    return saved


@pytest.fixture
def twice_saved(save: Callable[..., Template]) -> Template:
    save("CRM note")
    return save("CRM note", SECOND, new_version=True)


@pytest.fixture
def campaign(workspace: Workspace, owner: User) -> Campaign:
    actor = acting(owner, workspace)
    channel_switch(workspace=workspace, actor=actor, kind=ChannelKind.WEBHOOK, enabled=True)
    Profile.objects.create(workspace=workspace, user_id="u-1", first_name="Ada")
    content = WebhookContent(message_text="Come back!")
    return campaign_create(actor=actor, name="Win-back", channel=ChannelKind.WEBHOOK, content=content)


def messages(page: Page) -> Locator:
    return page.get_by_role("region", name="Messages")


def version_options(page: Page, number: int) -> None:
    page.get_by_role("button", name=f"Options of version {number}").click()


def test_two_versions_are_compared_line_by_line(visit, twice_saved) -> None:  # noqa: F811
    page = visit(f"{LIBRARY}{twice_saved.pk}/")
    version_options(page, 1)
    page.get_by_role("link", name="Compare with version 2").click()
    compared = page.get_by_role("region", name="Version 1 compared with version 2")
    lines = compared.get_by_role("region", name="Difference").inner_text().splitlines()
    assert [line.rstrip() for line in lines if line.strip()] == [
        "- POST https://crm.example.com/notes",
        "+ PUT https://crm.example.com/notes",
        "  Connection: none",
        "  Headers:",
        "-   X-Team = sales",
        "+   X-Team = marketing",
        "  Body, JSON:",
        "    note = {{ message }}",
        "  If a value is missing: skip the person and log why",
    ]
    expect(compared.get_by_text("− stood in version 1, + stands in version 2")).to_be_visible()
    assert flaws(page) == []
    shot(page, "template-difference")
    compared.get_by_role("link", name="Close").click()
    expect(compared).to_have_count(0)


def test_an_old_version_is_restored_and_that_is_undone(visit, twice_saved) -> None:  # noqa: F811
    page = visit(f"{LIBRARY}{twice_saved.pk}/")
    version_options(page, 1)
    page.get_by_role("button", name="Restore").click()
    page.get_by_role("dialog").get_by_role("button", name="Restore").click()
    expect(messages(page).get_by_text("Version 1 is in use again, as version 3.")).to_be_visible()
    request = page.get_by_role("region", name="Request")
    expect(request.get_by_text("POST https://crm.example.com/notes")).to_be_visible()
    messages(page).get_by_role("button", name="Undo").click()
    expect(messages(page).get_by_text("Version 2 is in use again, as version 4.")).to_be_visible()
    expect(request.get_by_text("PUT https://crm.example.com/notes")).to_be_visible()
    versions = page.get_by_role("region", name="Saved versions").get_by_role("rowheader")
    expect(versions).to_have_text(["4", "3", "2", "1"])


def test_tags_are_written_and_find_a_template(visit, save) -> None:  # noqa: F811
    save("CRM note")
    save("Parcel", FIRST.model_copy(update={"url": "https://post.example/parcels"}), tags=["shop"])
    page = visit(LIBRARY)
    page.get_by_role("row", name="CRM note").get_by_role("button", name="Options").click()
    page.get_by_role("link", name="Name and tags").click()
    page.get_by_label("Tags").fill("sales, big deals")
    page.get_by_role("button", name="Save template").click()
    expect(messages(page).get_by_text("The template is saved.")).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="Templates", exact=True).first.click()
    rows = page.get_by_role("region", name="Templates", exact=True).get_by_role("rowheader")
    expect(rows).to_have_count(2)
    page.get_by_role("combobox", name="Tag").select_option("big deals")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("CRM note")
    page.get_by_role("link", name="Clear").click()
    search = page.get_by_role("searchbox", name="Search templates")
    for words, found in (("post.example", "Parcel"), ("deals", "CRM note"), ("crm", "CRM note")):
        search.fill(words)
        search.press("Enter")
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text(found)
        expect(search).to_have_value(words)
    search.fill("zendesk")
    search.press("Enter")
    expect(page.get_by_role("heading", name="No template found")).to_be_visible()


def test_a_preset_says_what_to_fill_in_and_then_fills_a_campaign(visit, campaign) -> None:  # noqa: F811
    page = visit(LIBRARY)
    page.get_by_role("link", name="Create from a preset").click()
    expect(page.get_by_role("row", name="Slack message")).to_contain_text("Channel ID")
    page.get_by_role("link", name="Slack message").click()
    channel = page.get_by_role("textbox", name="Channel ID")
    expect(channel).to_have_accessible_description(re.compile("^In Slack, open the channel, click its name"))
    expect(page.get_by_role("region", name="The connection it needs")).to_contain_text("Bot User OAuth Token")
    page.get_by_role("button", name="Create template").click()
    expect(channel).to_have_attribute("aria-invalid", "true")
    expect(channel).to_have_accessible_description(re.compile("Channel ID"))
    channel.fill("C0123456789")
    page.get_by_role("button", name="Create template").click()
    expect(messages(page).get_by_text("The template is saved.")).to_be_visible()
    page.goto(page.url.split("/w/")[0] + f"/w/acme/campaigns/{campaign.pk}/content/")
    page.get_by_role("button", name="Use a template").click()
    page.get_by_role("radio", name="Slack message").check()
    page.get_by_role("button", name="Use template").click()
    expect(messages(page).get_by_text("Filled from “Slack message”")).to_be_visible()
    expect(page.locator("code-editor:not(:has(.cm-content))")).to_have_count(0)
    body = page.get_by_role("group", name="Body values")
    expect(body.get_by_role("textbox", name="Value 1", exact=True)).to_have_text("C0123456789")
    expect(page.get_by_role("textbox", name="Message text")).to_have_text("Come back!")


def test_what_was_filled_from_a_template_is_listed_and_opened(visit, campaign, twice_saved) -> None:  # noqa: F811
    page = visit(f"{LIBRARY}{twice_saved.pk}/")
    used = page.get_by_role("region", name="Used by")
    expect(used.get_by_text("No campaign was filled from it yet.")).to_be_visible()
    page.goto(page.url.split("/w/")[0] + f"/w/acme/campaigns/{campaign.pk}/content/")
    page.get_by_role("button", name="Use a template").click()
    page.get_by_role("radio", name="CRM note").check()
    page.get_by_role("button", name="Use template").click()
    expect(messages(page).get_by_text("Filled from “CRM note”")).to_be_visible()
    page.goto(page.url.split("/w/")[0] + f"{LIBRARY}{twice_saved.pk}/")
    used.get_by_role("link", name="Win-back, version 2").click()
    expect(page.get_by_role("combobox", name="Method")).to_have_value("PUT")
