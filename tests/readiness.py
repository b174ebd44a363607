"""Nothing is done on a page whose scripts have not run yet.

Whoever follows a link waits for the page's answer, not for its scripts. On a busy machine the next press came
before them.
"""

from playwright.sync_api import BrowserContext, Page

# Listeners of the window come after those of the document, htmx's among them; deferred scripts and modules ran before.
_SAYS_SO = """
  addEventListener("DOMContentLoaded", () => document.documentElement.setAttribute("data-test-ready", ""));
"""


def says_when_ready(context: BrowserContext) -> None:
    """Its pages say so from now on."""
    context.add_init_script(_SAYS_SO)


def waits_until_ready(page: Page) -> Page:
    """Before every step and every expectation on it the page is waited for; its context ``says_when_ready``."""
    page.add_locator_handler(page.locator("html:not([data-test-ready])"), lambda _: None)
    return page
