"""Home at the browser: what is launched elsewhere comes by itself."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from accounts.models import Member, User, Workspace
from campaigns.models import Campaign
from notifications.states import NotificationState, RunState
from tests import cast
from tests.browser.axe import flaws
from tests.campaigns.browsing import shot
from tests.notifications.ledger import notification_made, run_made


def test_a_run_launched_elsewhere_comes_by_itself(visit: Callable[[str], Page], workspace: Workspace) -> None:
    Member.objects.update(first_steps_hidden=True)
    page = visit("/w/acme/home/")
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    expect(page.get_by_role("region", name="Runs under way")).to_have_count(0)
    for number in range(7):
        campaign = Campaign.objects.create(workspace=workspace, name=f"Quarterly update {number}")
        run = run_made(workspace, state=RunState.RUNNING, campaign_id=campaign.pk, campaign_name=campaign.name)
        notification_made(run, f"a-{number}")
        notification_made(run, f"b-{number}", state=NotificationState.QUEUED)
    table = page.get_by_role("region", name="Runs under way")
    expect(table.get_by_role("row")).to_have_count(6)
    assert flaws(page) == []
    shot(page, "home-1440")
    page.get_by_role("link", name="and 2 more").click()
    expect(page.get_by_label("Status")).to_have_value("under-way")
    expect(page.get_by_role("link", name="Quarterly update")).to_have_count(7)


def test_beside_the_first_steps_too(visit: Callable[[str], Page], workspace: Workspace) -> None:
    page = visit("/w/acme/home/")
    expect(page.get_by_role("heading", name="Four steps to your first webhook")).to_be_visible()
    run = run_made(workspace, state=RunState.RUNNING, campaign_name="Quarterly update")
    notification_made(run, "a", state=NotificationState.QUEUED)
    table = page.get_by_role("region", name="Runs under way")
    expect(table.get_by_role("link", name="Quarterly update")).to_be_visible()
    expect(page.get_by_role("heading", name="Four steps to your first webhook")).to_be_visible()
    assert flaws(page) == []


def test_another_workspace_is_opened_by_the_switcher(
    visit: Callable[[str], Page], owner: User, workspace: Workspace
) -> None:
    cast.workspace_with(owner, name="Globex")
    page = visit("/w/acme/home/")
    page.get_by_role("button", name="Acme").click()
    expect(page.get_by_role("link", name="Acme")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="Globex").click()
    expect(page).to_have_url(re.compile(r"/w/globex/"))
    expect(page.get_by_role("button", name="Globex")).to_be_visible()
