"""What ⌘K offers, and how it is used in a real browser."""

from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from playwright.sync_api import Locator, Page, expect

from frontend import navigation, palette
from frontend.navigation import NavItem
from frontend.palette import Action, Hit, register_action, register_search
from tests.browser.axe import flaws


def people(request: HttpRequest, query: str) -> list[Hit]:
    names = {"Ada Lovelace": 1, "Adam Smith": 2}
    return [Hit(name, f"u_{n}", f"/w/acme/profiles/{n}/", "user") for name, n in names.items() if query in name.lower()]


def everybody(request: HttpRequest) -> bool:
    return True


@pytest.fixture(autouse=True)
def _entries(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [
        NavItem("Campaigns", "send", "test_campaigns", order=10),
        NavItem("Profiles", "users", "test_profiles", order=20, keys="g p"),
        NavItem("Members", "users", "test_members", section="settings"),
    ]
    monkeypatch.setattr(navigation, "_items", entries)
    register_search(10, "People", people)
    register_action(Action("Import people…", "file-import", "test_profiles", 10, everybody, "csv"))


@pytest.fixture
def field(page: Page, site: str) -> Locator:
    """The palette, open."""
    page.goto("/w/acme/campaigns/")
    page.keyboard.press("Control+k")
    found = page.get_by_role("combobox", name="Search or jump to")
    expect(found).to_be_focused()
    return found


def selected(page: Page) -> Locator:
    return page.get_by_role("option", selected=True)


def test_groups_come_in_order_without_empty_ones(rf: RequestFactory) -> None:
    register_search(5, "Nothing", lambda request, query: [])
    register_search(1, "First", lambda request, query: [Hit("x", "", "/", "send")] * 9)
    groups = palette.groups(rf.get("/"), "ada")
    assert [(group.heading, len(group.hits)) for group in groups] == [("First", 5), ("People", 2)]


@pytest.mark.parametrize("query", ["", "  ", "\x00"])
def test_an_empty_query_asks_nobody(rf: RequestFactory, query: str) -> None:
    register_search(1, "Asked", lambda request, query: pytest.fail("was asked"))
    assert palette.groups(rf.get("/"), query) == []


def test_a_long_query_is_cut(rf: RequestFactory) -> None:
    asked: list[str] = []
    register_search(1, "Asked", lambda request, query: asked.append(query) or [])  # type: ignore[func-returns-value]
    palette.groups(rf.get("/"), "a" * 5000)
    assert [len(query) for query in asked] == [100]


def test_actions_are_shown_to_those_who_may(rf: RequestFactory) -> None:
    register_action(Action("Create Campaign", "plus", "test_campaigns", 1, lambda request: False))
    request: Any = rf.get("/")
    assert palette.actions(request) == []
    request.workspace = type("Workspace", (), {"slug": "acme"})
    assert [(link.label, link.url) for link in palette.actions(request)] == [("Import people…", "/w/acme/profiles/")]


def test_it_jumps_to_a_page_by_keyboard_alone(field: Locator, page: Page, site: str) -> None:
    page.keyboard.type("mem")
    expect(selected(page)).to_have_text("MembersSettings")
    expect(selected(page).locator("mark")).to_have_text("Mem")
    assert flaws(page) == []
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/w/acme/settings/members/")


def test_it_finds_things_in_groups_and_marks_the_letters(field: Locator, page: Page, site: str) -> None:
    page.keyboard.type("ada")
    group = page.get_by_role("group", name="People")
    expect(group.get_by_role("option")).to_have_text(["Ada Lovelaceu_1", "Adam Smithu_2"])
    expect(group.locator("mark")).to_have_text(["Ada", "Ada"])
    assert flaws(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/w/acme/profiles/2/")


def test_an_action_is_found_by_another_word(field: Locator, page: Page) -> None:
    page.keyboard.type("csv")
    expect(selected(page)).to_have_text("Import people…")


def test_what_was_open_lately_comes_first(page: Page, site: str) -> None:
    page.goto("/w/acme/profiles/4/")
    page.goto("/w/acme/profiles/5/")
    page.goto("/w/acme/campaigns/")
    page.keyboard.press("Control+k")
    recent = page.get_by_role("group", name="Recent").get_by_role("option")
    expect(recent).to_have_text(["Person 5Profiles", "Person 4Profiles"])
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/w/acme/profiles/5/")


def test_it_says_when_it_finds_nothing_and_gives_the_focus_back(page: Page, site: str) -> None:
    page.goto("/w/acme/campaigns/")
    opener = page.get_by_role("button", name="Search or jump to…")
    opener.click()
    page.keyboard.type("zzz")
    expect(page.get_by_text("Nothing by that name")).to_be_visible()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_letters_that_mean_something_in_patterns_are_letters(field: Locator, page: Page, complaints: list[str]) -> None:
    page.keyboard.type("a(.*[+?")
    expect(page.get_by_text("Nothing by that name")).to_be_visible()
    assert complaints == []


def test_what_is_found_is_chosen_before_actions(field: Locator, page: Page) -> None:
    register_action(Action("Adapt", "edit", "test_profiles", 1, everybody))
    page.reload()
    page.keyboard.press("Control+k")
    page.keyboard.type("ada")
    expect(page.get_by_role("option", name="Adapt")).to_be_visible()
    expect(selected(page)).to_have_text("Ada Lovelaceu_1")


def test_what_was_chosen_with_the_arrows_stays_chosen(field: Locator, page: Page) -> None:
    page.keyboard.insert_text("ada")  # at once: an answer to less would come in between
    expect(page.get_by_role("group", name="People")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(selected(page)).to_have_text("Adam Smithu_2")
