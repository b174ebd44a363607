"""Settings > Channels > Manage Channels in a browser: the channel's defaults, and switching off with runs in flight."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User, Workspace
from channels.models import ChannelKind, ChannelSwitch
from channels.services import channel_switch
from notifications.models import Run
from notifications.states import RunState
from tests.cast import acting
from tests.things import things_of

ADDRESS = "/w/acme/settings/channels/"


@pytest.fixture
def channels(visit: Callable[[str], Page], workspace: Workspace, owner: User) -> Page:
    """The page while Webhook is on."""
    channel_switch(workspace=workspace, actor=acting(owner, workspace), kind=ChannelKind.WEBHOOK, enabled=True)
    return visit(ADDRESS)


@pytest.fixture
def run(transactional_db: None, workspace: Workspace) -> Run:
    found: Run = Run.objects.get(pk=things_of(workspace)["run"])
    Run.objects.filter(pk=found.pk).update(state=RunState.RUNNING)
    return found


def test_defaults_are_saved_and_shown(channels: Page) -> None:
    form = channels.get_by_role("form", name="Defaults of Webhook")
    form.get_by_label("Time zone").select_option(label="Asia/Tokyo")
    form.get_by_label("Keep requests and answers for").select_option(label="7 days")
    form.get_by_label("Daily limit").fill("2,500")
    form.get_by_role("button", name="Save defaults").click()
    expect(channels.get_by_role("region", name="Messages")).to_contain_text("The defaults are saved.")
    for _ in range(2):
        expect(form.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
        expect(form.get_by_label("Keep requests and answers for")).to_have_value("7")
        expect(form.get_by_label("Daily limit")).to_have_value("2500")
        expect(channels.get_by_text("0 of 2,500 people in launches of today")).to_be_visible()
        channels.reload()


def test_a_daily_limit_that_is_no_number_is_said_at_its_field(channels: Page) -> None:
    form = channels.get_by_role("form", name="Defaults of Webhook")
    form.get_by_label("Daily limit").fill("many")
    form.get_by_role("button", name="Save defaults").click()
    expect(form.get_by_label("Daily limit")).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_label("Daily limit")).to_have_value("many")
    expect(form.get_by_text("Enter a whole number, or nothing.")).to_be_visible()


def asked(page: Page) -> Locator:
    """Switches Webhook off, and gives what is asked then."""
    page.get_by_role("switch", name="Webhook").click()
    expect(page.get_by_role("heading", name="1 run of Webhook is in flight")).to_be_visible()
    return page.get_by_role("form", name="Runs in flight")


@pytest.mark.parametrize(
    ("choice", "state"),
    [("Switch off, finish runs", RunState.RUNNING), ("Switch off, pause runs", RunState.PAUSED)],
)
def test_runs_in_flight_finish_or_pause(run: Run, channels: Page, choice: str, state: RunState) -> None:
    asked(channels).get_by_role("button", name=choice).click()
    expect(channels.get_by_role("switch", name="Webhook")).not_to_be_checked()
    expect(channels.get_by_text("While Webhook is off")).to_be_visible()
    run.refresh_from_db()
    assert (run.state, ChannelSwitch.objects.get().enabled) == (state, False)


def test_webhook_stays_on_for_who_thinks_better_of_it(run: Run, channels: Page) -> None:
    asked(channels).get_by_role("link", name="Keep Webhook on").click()
    expect(channels.get_by_role("switch", name="Webhook")).to_be_checked()
    assert ChannelSwitch.objects.get().enabled
