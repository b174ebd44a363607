"""What a page is held to: axe, the CSP, its weight, how it stands still."""

import gzip
import re
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import BrowserContext, Page, Response, expect

from tests.browser.axe import flaws_now

SHIFTS = """
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const moved = entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 80));
      if (!entry.hadRecentInput) window.shifts.push([entry.value, moved]);
    }
  }).observe({ type: "layout-shift", buffered: true });
"""
# What a change of theme sets in motion is over at once.
SETTLE = """
  new Promise((done) => requestAnimationFrame(() => {
    for (const animation of document.getAnimations()) if (animation instanceof CSSTransition) animation.finish();
    requestAnimationFrame(done);
  }))
"""
# Rows of a table are alike: the first ones stand for all of them. They stay, since polling may replace their cells.
THIN = "document.querySelectorAll('tbody tr:nth-child(n+7)').forEach((row) => { row.hidden = true; })"
OPENERS = """
  [...new Set(
    [...document.querySelectorAll("[data-dialog-open]:not(:disabled)")]
      .filter((each) => each.checkVisibility({ visibilityProperty: true }))
      .map((each) => each.dataset.dialogOpen),
  )]
"""
MENU = ("main [data-bs-toggle=dropdown]:visible",)
OPENERS_LIMIT = 8
# Keys reach what has the focus: a menu's are heard by the menu and by what opened it.
OPENED_WITH_FOCUS = "dialog[open]:focus-within, .dropdown-menu.show:focus-within, [aria-expanded=true]:focus"
# What a page's theme changes; everything else that axe looks at is the same in light and dark.
OF_THEME = ("color-contrast", "link-in-text-block")
QUICK = {"resultTypes": ["violations"], "preload": False}
SCRIPT_BYTES, STYLE_BYTES, SHIFT = 80_000, 25_000, 0.05
# Editors are fetched once the page stands; what is fetched before is what a person waits for.
LAZY = "/dist/editor-"


class Inspected:
    """A tab that notes what the browser complains of and what was fetched."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.page.add_init_script(SHIFTS)
        self.page.on("console", lambda note: self._complain(note.text) if note.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self._complain(str(error)))
        self.page.on("response", self._note)
        self.complaints: list[str] = []
        self.fetched: dict[str, str] = {}
        self._zipped: dict[str, int] = {}

    def _complain(self, text: str) -> None:
        self.complaints.append(text)

    def _note(self, response: Response) -> None:
        if response.request.resource_type in ("script", "stylesheet"):
            self.fetched[response.url] = response.request.resource_type

    def visit(self, url: str) -> None:
        """Until everything that the page fetches by itself has come."""
        self.complaints.clear()
        self.fetched.clear()
        self.page.goto(url)
        expect(self.page.locator("code-editor:not(:has(.cm-editor))")).to_have_count(0)
        expect(self.page.locator("[hx-trigger^=load] > .skeleton")).to_have_count(0)
        expect(self.page.locator("[id^=people-]", has_text="…")).to_have_count(0)

    def show(self, theme: Any, width: int) -> None:
        self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        self.page.set_viewport_size({"width": width, "height": 900})
        if self.page.locator("html[data-bs-theme]").count():
            expect(self.page.locator("html")).to_have_attribute("data-bs-theme", theme)
            self.page.evaluate(SETTLE)

    def violations(self, within: str = "html", rules: tuple[str, ...] = ()) -> list[str]:
        """What axe finds by all of its rules, or by these alone."""
        self.page.evaluate(THIN)
        options = {**QUICK, **({"runOnly": rules} if rules else {})}
        return flaws_now(self.page, within, options)

    def dialogs(self) -> Iterator[str]:
        """Opens the page's dialogs one after the other, one of each kind, and gives a selector for the open one."""
        found = self.page.evaluate("[...document.querySelectorAll('dialog[id]:not([open])')].map(d => d.id)")
        for identity in {re.sub(r"\d+", "", identity): identity for identity in found}.values():
            self.page.evaluate("id => document.getElementById(id).showModal()", identity)
            yield f'[id="{identity}"]'
            self.page.evaluate("id => document.getElementById(id).close()", identity)

    def openers_left_behind(self) -> list[str]:
        """What opens a dialog or a menu and does not have the focus again once Escape closed it."""
        return [opener for opener in self._openers() if not self._has_focus_after_closing(opener)]

    def _openers(self) -> list[str]:
        """Selectors of those that can be seen, one for each dialog and the first menu."""
        found = self.page.evaluate(OPENERS)
        return [*(f'[data-dialog-open="{target}"]:visible' for target in found), *MENU][:OPENERS_LIMIT]

    def _has_focus_after_closing(self, selector: str) -> bool:
        opener = self.page.locator(selector).first
        if not opener.count():
            return True
        opener.press("Enter")
        expect(self.page.locator("dialog[open], .dropdown-menu.show").first).to_be_visible()
        expect(self.page.locator(OPENED_WITH_FOCUS).first).to_be_visible()
        self.page.keyboard.press("Escape")
        expect(self.page.locator("dialog[open], .dropdown-menu.show")).to_have_count(0)
        try:
            expect(opener).to_be_focused()
        except AssertionError:
            return False
        return True

    def weight(self, kind: str) -> int:
        """Bytes, zipped, of what the page fetched of a kind before anybody touched it."""
        return sum(self._weight(url) for url, fetched in self.fetched.items() if fetched == kind and LAZY not in url)

    def _weight(self, url: str) -> int:
        if url not in self._zipped:
            self._zipped[url] = len(gzip.compress(self.page.context.request.get(url).body()))
        return self._zipped[url]

    @property
    def shifts(self) -> list[tuple[float, list[str]]]:
        """By how much the layout has shifted since the page came, each time with what moved."""
        found: list[tuple[float, list[str]]] = self.page.evaluate("window.shifts")
        return found

    @property
    def fits(self) -> bool:
        """Whether nothing sticks out at the side."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
