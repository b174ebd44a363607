"""The patterns page, which shows every component, measured as ui.md asks."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import flaws
from tests.browser.inspection import SETTLE

CHECKOUT = Path(__file__).parents[2]
COMPONENTS = {file.stem: file.read_text() for file in CHECKOUT.glob("*/templates/cotton/*.html")}
TEMPLATES = CHECKOUT / "frontend" / "templates"
PAGE = "".join(map(Path.read_text, (TEMPLATES / "patterns.html", *TEMPLATES.glob("frontend/patterns/*.html"))))
# What names a thing, places it or makes it behave, and looks no different.
PLACES = {"id", "name", "class", "slot", "here", "hide_label"}
UNSEEN = PLACES | {"value", "open", "close_href", "next", "required", "types_when"}
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


def test_every_component_is_on_it(client: Client) -> None:
    shown = {template.name for template in client.get("/patterns").templates}
    assert [name for name in sorted(COMPONENTS) if f"cotton/{name}.html" not in shown] == []


@pytest.mark.parametrize("name", sorted(COMPONENTS))
def test_every_option_of_a_component_is_on_it(name: str) -> None:
    declared = re.search(r"<c-vars(.*?)/>", COMPONENTS[name])
    options = set(re.findall(r":?(\w+)=", declared[1])) if declared else set()
    shown = _options_given(name, PAGE + "".join(COMPONENTS.values()))
    assert options - UNSEEN - shown == set()


def _options_given(name: str, templates: str) -> set[str]:
    """The attributes and the slots with which templates use a component."""
    tag = "c-" + name.replace("_", "-")
    found: set[str] = set()
    for used in re.finditer(rf'<{tag}(?=[ />])((?:[^">]|"[^"]*")*)>', templates):
        slots = "" if used[1].endswith("/") else templates[used.end() :].partition(f"</{tag}>")[0]
        found |= {*re.findall(r":?(\w+)=", used[1]), *re.findall(r'<c-slot name="(\w+)"', slots)}
    return found
