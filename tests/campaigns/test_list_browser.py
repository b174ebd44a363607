"""Existing campaigns at the browser: a name edited in its place by keyboard, rows chosen for the same, a saved view."""

import pytest
from playwright.sync_api import Locator, Page, expect

from campaigns.models import Campaign, CampaignStatus
from tests.browser.axe import flaws

LIST = "/w/acme/campaigns/"


@pytest.fixture
def listed(visit, workspace):
    Campaign.objects.bulk_create(Campaign(workspace=workspace, name=f"Offer {number:02}") for number in range(30))
    return lambda address=LIST: visit(address)


def options(page, name):
    page.get_by_role("row").filter(has_text=name).get_by_role("button", name="Options").click()


def rename(page, name, *keys):
    """Opens the field and presses keys once it has the focus."""
    options(page, name)
    page.get_by_role("button", name="Rename").click()
    expect(field(page)).to_be_focused()
    for key in keys:
        page.keyboard.press(key) if key in ("Enter", "Escape") else page.keyboard.type(key)


def field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Name of the campaign")


def test_enter_saves_a_name_and_escape_leaves_it(listed):
    page = listed()
    rename(page, "Offer 29", "Winter offer", "Enter")
    link = page.get_by_role("link", name="Winter offer")
    expect(link).to_be_focused()
    rename(page, "Winter offer", "Never", "Escape")
    expect(link).to_be_focused()
    assert Campaign.objects.filter(name="Winter offer").exists()


def test_a_copy_is_made_and_taken_back(listed):
    page = listed()
    options(page, "Offer 29")
    page.get_by_role("button", name="Duplicate").click()
    expect(page.get_by_label("Campaign name")).to_have_value("Copy of Offer 29")
    message = page.get_by_role("region", name="Messages")
    expect(message.get_by_text("“Copy of Offer 29” is a new draft.")).to_be_visible()
    message.get_by_role("button", name="Undo").click()
    expect(message.get_by_text("“Copy of Offer 29” is deleted.")).to_be_visible()
    expect(page.get_by_role("link", name="Offer 29", exact=True)).to_be_visible()
    assert Campaign.objects.count() == 30


def test_one_is_archived_and_brought_back_where_one_was(listed):
    address = f"{LIST}?q=Offer+2&sort=name"
    page = listed(address)
    options(page, "Offer 25")
    page.get_by_role("button", name="Archive").click()
    message = page.get_by_role("region", name="Messages")
    expect(message.get_by_text("“Offer 25” is archived.")).to_be_visible()
    expect(page.get_by_role("link", name="Offer 25")).to_have_count(0)
    expect(page.get_by_role("link", name="Offer 24")).to_be_visible()
    expect(page.get_by_role("searchbox", name="Search campaigns")).to_have_value("Offer 2")
    message.get_by_role("button", name="Undo").click()
    expect(message.get_by_text("“Offer 25” is back among the campaigns.")).to_be_visible()
    expect(page.get_by_role("link", name="Offer 25")).to_be_visible()
    expect(page.get_by_role("searchbox", name="Search campaigns")).to_have_value("Offer 2")


def test_one_is_deleted_and_the_list_stays_as_it_was_filtered(listed):
    page = listed(f"{LIST}?q=Offer+2&sort=name")
    options(page, "Offer 25")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete campaign").click()
    expect(page.get_by_role("region", name="Messages").get_by_text("“Offer 25” is deleted.")).to_be_visible()
    expect(page.get_by_role("searchbox", name="Search campaigns")).to_have_value("Offer 2")
    expect(page.get_by_role("link", name="Offer 25")).to_have_count(0)


def test_a_name_that_is_refused_keeps_the_field(listed):
    page = listed()
    rename(page, "Offer 29", "Mine")
    Campaign.objects.filter(name="Offer 29").update(revision=2)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="was changed since")).to_be_visible()
    expect(field(page)).to_have_value("Mine")


def test_all_that_match_are_archived_with_progress_and_brought_back(listed):
    page = listed()
    page.get_by_label("Choose all on this page").check()
    bar = page.get_by_role("form", name="Chosen campaigns")
    expect(bar.get_by_text("25 chosen")).to_be_visible()
    bar.get_by_role("button", name="Choose all 30 that match").click()
    expect(bar.get_by_text("30 chosen")).to_be_visible()
    bar.get_by_role("button", name="Archive").click()
    dialog = page.get_by_role("dialog", name="Archive 30 campaigns?")
    dialog.get_by_role("button", name="Archive 30").click()
    done = page.get_by_role("dialog", name="Archive campaigns")
    expect(done.get_by_text("30 of 30 archived")).to_be_visible()
    assert Campaign.objects.filter(status=CampaignStatus.ARCHIVED).count() == 30
    assert flaws(page) == []
    done.get_by_role("button", name="Undo").click()
    expect(done.get_by_text("30 of 30 unarchived")).to_be_visible()
    done.get_by_role("link", name="Done").click()
    expect(page.get_by_role("link", name="Offer 29")).to_be_visible()


def test_one_row_is_deleted_by_typing_its_number(listed):
    page = listed()
    page.get_by_label("Choose Offer 29").check()
    page.get_by_role("form", name="Chosen campaigns").get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog", name="Delete 1 campaign?")
    expect(dialog.get_by_role("button", name="Delete 1")).to_be_disabled()
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 1 deleted")).to_be_visible()
    assert Campaign.objects.count() == 29


def test_filters_become_a_view_that_opens_the_list(listed):
    page = listed(f"{LIST}?q=Offer+1")
    page.get_by_role("button", name="Save view").click()
    page.get_by_label("Name of the view").fill("Tens")
    page.get_by_label("Share with the workspace").check()
    page.get_by_role("dialog").get_by_role("button", name="Save view").click()
    tabs = page.get_by_role("navigation", name="Saved views")
    expect(tabs.get_by_role("link", name="Tens")).to_have_attribute("aria-current", "page")
    page.get_by_role("button", name="Options of the view Tens").click()
    page.get_by_role("button", name="Open the list with this view").click()
    listed()
    expect(page.get_by_role("link", name="Offer 10")).to_be_visible()
    expect(page.get_by_role("link", name="Offer 29")).to_be_hidden()
    tabs.get_by_role("link", name="All").click()
    expect(page.get_by_role("link", name="Offer 29")).to_be_visible()
    tabs.get_by_role("link", name="Tens").click()
    page.get_by_role("button", name="Options of the view Tens").click()
    page.get_by_role("button", name="Delete view").click()
    expect(tabs).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(tabs.get_by_role("link", name="Tens")).to_be_visible()


def test_labels_written_in_setup_narrow_the_list(listed, visit):
    page = listed()
    page.get_by_role("link", name="Offer 29").click()
    page.get_by_label("Labels").fill("winter, vip")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page = visit(LIST)
    page.get_by_label("Label", exact=True).select_option(label="vip")
    expect(page.get_by_role("link", name="Offer 29")).to_be_visible()
    expect(page.get_by_role("link", name="Offer 28")).to_have_count(0)
