"""What axe finds on a page, once the page stands still."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).with_name("axe.min.js").read_text()
# axe throws when an answer replaces what it is looking at: nothing must be on its way, and nothing have changed lately.
STILL = """
  new Promise((done) => {
    let last = performance.now();
    const watch = new MutationObserver(() => { last = performance.now(); });
    watch.observe(document, { subtree: true, childList: true, characterData: true });
    const look = setInterval(() => {
      if (document.querySelector(".htmx-request") || performance.now() - last < 500) return;
      clearInterval(look);
      watch.disconnect();
      done();
    }, 50);
  })
"""


def flaws(page: Page, within: str = "html") -> list[str]:
    page.evaluate(STILL)
    return flaws_now(page, within)


def flaws_now(page: Page, within: str = "html", options: dict[str, Any] | None = None) -> list[str]:
    """For whoever knows that nothing is on its way."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate("([within, options]) => axe.run(within, options)", [within, options or {}])["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]
