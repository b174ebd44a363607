"""The patterns page, which shows every component, measured as ui.md asks."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import flaws
from tests.browser.inspection import SETTLE

SHIFTS = """
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.shift = (window.shift || 0) + entry.value;
  }).observe({ type: "layout-shift", buffered: true });
"""


def ready(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("#source .cm-content").wait_for()
    expect(page.locator("code-editor:not(:has(.cm-editor))")).to_have_count(0)


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_it(browser: Browser, site: str, width: int, theme: Any) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=theme, base_url=site)
    page = context.new_page()
    ready(page, "/patterns")
    assert page.locator("html").get_attribute("data-bs-theme") == theme
    assert flaws(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


@pytest.mark.parametrize("opener", ["Options", "Open dialog", "Open drawer", "Your account"])
def test_everybody_can_use_what_opens(page: Page, site: str, opener: str) -> None:
    ready(page, "/patterns")
    page.get_by_role("button", name=opener).first.click()
    page.evaluate(SETTLE)
    assert flaws(page) == []


def test_nothing_is_refused_by_the_browser(page: Page, site: str, complaints: list[str]) -> None:
    ready(page, "/patterns")
    page.get_by_label("Body", exact=True).last.click()
    page.keyboard.type("{{ f")
    expect(page.locator(".cm-tooltip-autocomplete")).to_be_visible()
    assert complaints == []


def test_nothing_jumps(page: Page, site: str) -> None:
    page.add_init_script(SHIFTS)
    ready(page, "/patterns")
    assert page.evaluate("window.shift || 0") <= 0.05


def test_a_page_without_an_editor_loads_none(page: Page, site: str) -> None:
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto("/other", wait_until="networkidle")
    assert not [address for address in loaded if "editor" in address]
