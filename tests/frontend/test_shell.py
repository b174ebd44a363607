import pytest
from playwright.sync_api import Page, expect

from frontend import navigation
from frontend.navigation import NavItem
from tests.frontend.test_patterns import violations


@pytest.fixture(autouse=True)
def _entries(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [
        NavItem("Campaigns", "send", "test_campaigns", order=10),
        NavItem("Profiles", "users", "test_profiles", order=20),
        NavItem("Members", "users", "test_members", section="settings"),
    ]
    monkeypatch.setattr(navigation, "_items", entries)


def test_the_sidebar_shows_where_one_is(page: Page, site: str) -> None:
    page.goto("/w/acme/profiles/")
    main = page.get_by_role("navigation", name="Main")
    expect(main.locator("[aria-current=page]")).to_have_text("Profiles")
    main.get_by_role("link", name="Settings").click()
    expect(page).to_have_url(f"{site}/w/acme/settings/members/")


def test_the_palette_jumps_by_keyboard_alone(page: Page, site: str) -> None:
    page.goto("/w/acme/campaigns/")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search or jump to")).to_be_focused()
    page.keyboard.type("sett")
    expect(page.get_by_role("option", selected=True)).to_have_text("Settings / Members")
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/w/acme/settings/members/")


def test_the_palette_says_when_it_finds_nothing_and_gives_focus_back(page: Page, site: str) -> None:
    page.goto("/w/acme/campaigns/")
    page.get_by_role("button", name="Search or jump to…").click()
    page.keyboard.type("zzz")
    expect(page.get_by_text("Nothing by that name")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Search or jump to…")).to_be_focused()
