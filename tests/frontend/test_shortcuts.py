"""Keys that press something, and the list of them."""

import pytest
from playwright.sync_api import Locator, Page, expect

from frontend import navigation
from frontend.keys import aria_keys, keys_markup
from frontend.navigation import NavItem
from tests.browser.axe import flaws


@pytest.fixture(autouse=True)
def _entries(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [
        NavItem("Campaigns", "send", "test_campaigns", order=10),
        NavItem("Profiles", "users", "test_profiles", order=20, keys="g p"),
        NavItem("Members", "users", "test_members", section="settings"),
    ]
    monkeypatch.setattr(navigation, "_items", entries)


@pytest.fixture
def keys(page: Page, site: str) -> Locator:
    page.goto("/w/acme/campaigns/")
    return page.get_by_role("dialog", name="Keyboard shortcuts")


def listed(keys: Locator, section: str) -> dict[str, str]:
    rows = keys.locator("section").filter(has_text=section).locator(".shortcut").all()
    return {row.locator("dt").inner_text(): row.locator("dd").inner_text() for row in rows}


@pytest.mark.parametrize(
    ("written", "seen", "aria"),
    [
        ("mod+enter", '<span class="key-mod"></span>↵', "Control+Enter Meta+Enter"),
        ("⌘K", '<span class="key-mod"></span>K', "Control+k Meta+k"),
        ("g c", "G C", ""),
        ("/", "/", "/"),
    ],
)
def test_shortcuts_are_written_for_eyes_and_for_screen_readers(written: str, seen: str, aria: str) -> None:
    assert keys_markup(written) == f'<kbd aria-hidden="true">{seen}</kbd>'
    assert aria_keys(written) == aria


def test_all_of_the_page_are_listed(keys: Locator, page: Page) -> None:
    page.keyboard.press("?")
    expect(keys).to_be_visible()
    assert listed(keys, "On this page") == {
        "Add a person": "C",
        "Send": "Ctrl ↵",
        "Search people": "/",
        "Next row": "J",
        "Previous row": "K",
        "Open the row": "O",
    }
    assert listed(keys, "Everywhere") == {
        "Search or jump to a page": "Ctrl K",
        "Go to Profiles": "G then P",
        "Go to Settings": "G then S",
        "Show these shortcuts": "?",
    }
    assert flaws(page) == []


def test_nothing_happens_while_typing(keys: Locator, page: Page) -> None:
    page.keyboard.press("/")
    expect(page.get_by_label("Search people")).to_be_focused()
    page.keyboard.type("?c")
    expect(page.get_by_label("Search people")).to_have_value("?c")
    expect(keys).to_be_hidden()


def test_a_key_presses_its_button(keys: Locator, page: Page, site: str) -> None:
    page.keyboard.press("c")
    expect(page).to_have_url(f"{site}/w/acme/profiles/7/")


def test_two_keys_one_after_the_other(keys: Locator, page: Page, site: str) -> None:
    page.keyboard.type("gp")
    expect(page).to_have_url(f"{site}/w/acme/profiles/")


def test_the_second_key_alone_does_nothing(keys: Locator, page: Page, site: str) -> None:
    page.keyboard.press("p")
    page.keyboard.press("g")
    page.keyboard.press("x")
    page.keyboard.press("p")
    expect(page).to_have_url(f"{site}/w/acme/campaigns/")


def test_the_list_is_in_the_user_menu_and_gives_the_focus_back(keys: Locator, page: Page) -> None:
    account = page.get_by_role("button", name="Your account")
    account.click()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(keys.get_by_text("Go to Profiles")).to_be_visible()
    page.keyboard.press("Escape")
    expect(account).to_be_focused()
