"""``python -m tests.browser.screenshots``: pictures of every page of a product started for them, in docs/screenshots.

Pages that need another state than the walk's are named in MORE.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from playwright.sync_api import Browser, sync_playwright

from tests.browser.inspection import Inspected
from tests.browser.walk import addresses, is_page, seed, sign_in
from tests.chromium import ARGUMENTS, find_chromium
from tests.product import CHECKOUT, Product, running_product

FOLDER = CHECKOUT / "docs" / "screenshots"
FORMS = (("light", 1440), ("light", 390), ("dark", 1440))
# For developers, and heavy.
LEFT_OUT = {"patterns"}
HIGHEST = 760  # pixels of a page that are shown
DARK = frozenset(
    {"campaigns", "campaign_content", "campaign_review", "run_detail", "notifications_log", "notification_detail"}
)
# Addresses within the workspace, by the name of their picture.
MORE = {
    "run_detail_paused": "campaigns/runs/{paused}/",
    "notifications_log_run": "notifications/?run={run}",
    "campaign_review_problems": "campaigns/{unfinished}/review/",
    "campaign_schedule_later": "campaigns/{scheduled}/schedule/",
}


def pictures(product: Product, seeded: dict[str, Any], tab: Inspected) -> Iterator[tuple[str, str]]:
    """Name and address of every page that the tab's visitor sees."""
    for address in sorted(set(addresses()), key=lambda address: address.name):
        url = product.url + address.url(seeded)
        if is_page(tab.page.context, url):
            yield address.name, url


def more(product: Product, seeded: dict[str, Any]) -> Iterator[tuple[str, str]]:
    start = f"{product.url}/w/{seeded['workspace']}/"
    yield from ((name, start + path.format(**seeded)) for name, path in MORE.items())


def take(tab: Inspected, name: str, url: str) -> None:
    for theme, width in FORMS if name in DARK else FORMS[:2]:
        tab.show(theme, width)
        tab.visit(url)
        height = min(HIGHEST, tab.page.evaluate("document.documentElement.scrollHeight"))
        suffix = "-dark" if theme == "dark" else ""
        clip: Any = {"x": 0, "y": 0, "width": width, "height": height}
        path = FOLDER / f"{name}-{width}{suffix}.png"
        tab.page.screenshot(path=path, full_page=True, clip=clip, animations="disabled")


def take_all(browser: Browser, product: Product) -> None:
    seeded = seed(product)
    outside, inside = browser.new_context(), browser.new_context()
    sign_in(inside, product)
    visitors = Inspected(outside), Inspected(inside)
    taken: set[str] = set()
    for tab in visitors:
        for name, url in pictures(product, seeded, tab):
            if name not in taken | LEFT_OUT:
                take(tab, name, url)
                taken.add(name)
    for name, url in more(product, seeded):
        take(visitors[1], name, url)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    with running_product() as product, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        take_all(browser, product)
        browser.close()
    size = sum(Path(path).stat().st_size for path in FOLDER.glob("*.png"))
    sys.stdout.write(f"{len(list(FOLDER.glob('*.png')))} pictures, {size // 1024:,} KB, in {FOLDER}\n")


if __name__ == "__main__":
    django.setup()  # for the table of addresses
    main()
