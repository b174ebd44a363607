"""The builder's steps as people use them: how many it reaches, a repeat in words, two people at one campaign."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from audience.models import Profile
from campaigns.models import Campaign
from tests.readiness import waits_until_ready

STEPS = ("setup", "audience", "content", "schedule", "review")


@pytest.fixture
def open_step(visit: Any, transactional_db: None, campaign: Campaign) -> Any:
    return lambda step: visit(f"/w/acme/campaigns/{campaign.pk}/{step}/")


def add_people(campaign: Campaign, *user_ids: str) -> None:
    Profile.objects.bulk_create(Profile(workspace=campaign.workspace, user_id=user_id) for user_id in user_ids)


def saved(page: Page) -> None:
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()


def reload(page: Page) -> None:
    page.reload()
    expect(page.get_by_text("All changes saved")).to_be_visible()


@pytest.mark.parametrize("step", STEPS)
def test_recipients_are_calculated_anew_on_every_step(open_step, campaign, step) -> None:
    page = open_step(step)
    expect(page.get_by_text("1 recipient · counted")).to_be_visible()
    add_people(campaign, *(f"p-{number}" for number in range(1233)))
    page.get_by_role("button", name="Calculate recipients").click()
    expect(page.get_by_text("1,234 recipients · counted")).to_be_visible()


def test_the_number_follows_the_audience_as_it_is_chosen(open_step, campaign) -> None:
    page = open_step("audience")
    expect(page.get_by_text("1 recipient · counted")).to_be_visible()
    page.get_by_role("radio", name="Test users").check()
    expect(page.get_by_text("0 recipients · counted")).to_be_visible()


def test_a_repeat_is_saved_and_read_back_as_a_sentence(open_step, campaign) -> None:
    page = open_step("schedule")
    page.get_by_role("radio", name="Repeat").check()
    page.get_by_label("Date", exact=True).fill("2030-10-24")
    page.get_by_label("Time", exact=True).fill("09:00")
    page.get_by_label("Time zone").select_option("Europe/Vienna")
    page.get_by_label("Every").fill("2")
    page.get_by_label("Unit").select_option(label="weeks")
    for day in ("Monday", "Thursday"):
        page.get_by_role("checkbox", name=day).check()
    page.get_by_label("Last day").fill("2031-03-31")
    sentence = (
        "Every 2 weeks on Monday and Thursday at 09:00, until 31 March 2031; "
        "next on Thursday 24 October 2030, 09:00 Europe/Vienna time (07:00 UTC)"
    )
    expect(page.get_by_role("status").get_by_text(sentence)).to_be_visible()
    coming = page.get_by_role("list", name="The next 5 times").get_by_role("listitem")
    expect(coming).to_have_count(5)
    expect(coming.nth(1)).to_contain_text("Monday 4 November 2030, 09:00 Europe/Vienna time (08:00 UTC)")
    saved(page)
    reload(page)
    expect(page.get_by_role("radio", name="Repeat")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Thursday")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Tuesday")).not_to_be_checked()
    expect(page.get_by_role("status").get_by_text(sentence)).to_be_visible()
    page.get_by_role("navigation", name="Campaign steps").get_by_role("link", name="Review & launch").click()
    expect(page.get_by_role("main").get_by_text(sentence)).to_be_visible()


def test_a_repeat_goes_by_its_unit(open_step, campaign) -> None:
    page = open_step("schedule")
    page.get_by_role("radio", name="Repeat").check()
    page.get_by_label("Date", exact=True).fill("2030-01-31")
    page.get_by_label("Time", exact=True).fill("18:30")
    page.get_by_label("Unit").select_option(label="months")
    expect(page.get_by_role("checkbox", name="Monday")).to_be_hidden()
    words = "Every month on day 31 (the last day of shorter months) at 18:30"
    expect(page.get_by_role("status").get_by_text(words)).to_be_visible()
    saved(page)
    campaign.refresh_from_db()
    assert (campaign.schedule.kind, campaign.schedule.repeat.every) == ("repeat", "month")


@pytest.mark.parametrize(
    ("step", "change", "other"),
    [
        (
            "setup",
            lambda page: page.get_by_label("Campaign name").fill("Mine"),
            lambda page: page.get_by_label("Labels").fill("late"),
        ),
        (
            "audience",
            lambda page: page.get_by_role("radio", name="Test users").check(),
            lambda page: page.get_by_role("radio", name="Rules made here").check(),
        ),
        (
            "schedule",
            lambda page: page.get_by_label("At most").fill("50"),
            lambda page: page.get_by_role("radio", name="Send later").check(),
        ),
    ],
    ids=["setup", "audience", "schedule"],
)
def test_a_second_editor_is_told_and_nothing_is_overwritten(open_step, campaign, step, change, other) -> None:
    first = open_step(step)
    second = waits_until_ready(first.context.new_page())
    second.goto(first.url)
    change(first)
    saved(first)
    campaign.refresh_from_db()
    before = (campaign.revision, campaign.name, campaign.labels, campaign.audience, campaign.schedule)
    other(second)
    expect(second.get_by_text("was changed since you opened it")).to_be_visible()
    expect(second.get_by_text("Saved", exact=True)).to_have_count(0)
    campaign.refresh_from_db()
    assert (campaign.revision, campaign.name, campaign.labels, campaign.audience, campaign.schedule) == before
    second.get_by_role("button", name="Reload").click()
    expect(second.get_by_text("was changed since you opened it")).to_have_count(0)
