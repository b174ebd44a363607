"""Messages that can be undone, in a real browser: with the mouse, with Z, in a dialog, and how long they stay."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import flaws


@pytest.fixture
def note(page: Page) -> Locator:
    return page.locator(".toast-note")


def archived(page: Page) -> None:
    page.goto("/actions")
    page.get_by_role("button", name="Archive", exact=True).click()


def test_undo_posts_and_comes_back_to_the_page(page: Page, site: str, note: Locator) -> None:
    page.goto("/actions?q=spring")
    page.get_by_role("button", name="Archive", exact=True).click()
    page.get_by_role("button", name="Undo").click()
    expect(note).to_have_text("“Spring sale” is back.")
    expect(page).to_have_url(f"{site}/actions?q=spring")


def test_z_undoes_but_not_while_typing(page: Page, site: str, note: Locator) -> None:
    archived(page)
    page.get_by_label("URL").press("z")
    expect(note).to_contain_text("was archived")
    expect(page.get_by_label("URL")).to_have_value("z")
    page.get_by_role("button", name="Options").focus()
    page.keyboard.press("z")
    expect(note).to_have_text("“Spring sale” is back.")


def test_a_message_of_the_last_page_can_be_undone(page: Page, site: str, note: Locator) -> None:
    page.goto("/archived")
    expect(note.get_by_role("button", name="Undo")).to_have_attribute("aria-keyshortcuts", "z")
    page.keyboard.press("z")
    expect(note).to_have_text("“Spring sale” is back.")


def test_the_key_belongs_to_the_newest_message(page: Page, site: str, note: Locator) -> None:
    archived(page)
    page.get_by_role("button", name="Archive", exact=True).click()
    expect(note).to_have_count(2)
    expect(page.locator("[data-undo][data-shortcut]")).to_have_count(1)
    expect(note.last.locator("kbd")).to_have_text("Z")
    expect(note.first.locator("kbd")).to_have_count(0)


def test_it_is_read_out_with_its_key(page: Page, site: str) -> None:
    archived(page)
    expect(page.get_by_role("status").last).to_have_text("“Spring sale” was archived. To undo it, press Z.")


def test_it_can_be_used_within_an_open_dialog_and_outlives_it(page: Page, site: str, note: Locator) -> None:
    page.goto("/actions")
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Archive here").click()
    expect(page.get_by_role("dialog").get_by_role("button", name="Undo")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(note).to_have_text("“Spring sale” is back.")


def test_it_stays_for_ten_seconds_and_waits_while_it_has_the_focus(page: Page, site: str, note: Locator) -> None:
    page.clock.install(time=0)
    page.goto("/actions")
    page.clock.pause_at(60)  # from here on it goes on as it is told
    page.get_by_role("button", name="Archive", exact=True).click()
    expect(note).to_be_visible()
    page.clock.run_for(6000)
    expect(note).to_be_visible()
    page.get_by_role("button", name="Undo").focus()
    page.clock.run_for(30_000)
    expect(note).to_be_visible()
    page.get_by_role("button", name="Options").focus()
    page.clock.run_for(5000)
    expect(note).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_it(page: Page, site: str, theme: Any) -> None:
    page.emulate_media(color_scheme=theme)
    archived(page)
    page.get_by_role("button", name="Undo").wait_for()
    assert flaws(page) == []
