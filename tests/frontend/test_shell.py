import pytest
from playwright.sync_api import Page, expect

from frontend import navigation
from frontend.navigation import NavItem


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
