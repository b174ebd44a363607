"""``python -m tests.browser.screenshots``: pictures of every page of a product started for them, in docs/screenshots.

Pages that need another state than the walk's are named in MORE. With ``--every-form FOLDER`` each page is taken in all
four forms and at its full height, for looking at, into a folder outside of the repository.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django
from playwright.sync_api import Browser, sync_playwright

from tests.browser.inspection import Inspected
from tests.browser.walk import addresses, is_page, seed, sign_in
from tests.chromium import ARGUMENTS, find_chromium
from tests.product import CHECKOUT, Product, running_product

FOLDER = CHECKOUT / "docs" / "screenshots"
FORMS = (("light", 1440), ("light", 390), ("dark", 1440), ("dark", 390))
# For developers, and heavy.
LEFT_OUT = {"patterns"}
HIGHEST = 760  # pixels of a page that are shown
# Pages whose colours say something: in all forms. The others are kept in light alone, for the repository's sake.
DARK = frozenset(
    {"campaigns", "campaign_content", "campaign_review", "run_detail", "notifications_log", "notification_detail"}
)
# Addresses within the workspace, by the name of their picture.
MORE = {
    "run_detail_paused": "campaigns/runs/{paused}/",
    "notifications_log_run": "notifications/?run={run}",
    "campaign_review_problems": "campaigns/{unfinished}/review/",
    "campaign_schedule_later": "campaigns/{scheduled}/schedule/",
    "not_found": "nothing-here/",
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


@dataclass(frozen=True)
class Album:
    """Where the pictures go, in which forms and how much of each page."""

    folder: Path
    every_form: bool

    def take(self, tab: Inspected, name: str, url: str) -> None:
        for theme, width in FORMS if self.every_form or name in DARK else FORMS[:2]:
            tab.show(theme, width)
            tab.visit(url)
            shown: Any = {} if self.every_form else {"clip": self._top(tab, width)}
            suffix = "-dark" if theme == "dark" else ""
            path = self.folder / f"{name}-{width}{suffix}.png"
            tab.page.screenshot(path=path, full_page=True, animations="disabled", **shown)

    def _top(self, tab: Inspected, width: int) -> dict[str, int]:
        height = min(HIGHEST, tab.page.evaluate("document.documentElement.scrollHeight"))
        return {"x": 0, "y": 0, "width": width, "height": height}


def take_all(browser: Browser, product: Product, album: Album) -> None:
    seeded = seed(product)
    outside, inside = browser.new_context(), browser.new_context()
    sign_in(inside, product)
    visitors = Inspected(outside), Inspected(inside)
    taken: set[str] = set()
    for tab in visitors:
        for name, url in pictures(product, seeded, tab):
            if name not in taken and (album.every_form or name not in LEFT_OUT):
                album.take(tab, name, url)
                taken.add(name)
    for name, url in more(product, seeded):
        album.take(visitors[1], name, url)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.screenshots")
    parser.add_argument("--every-form", type=Path, metavar="FOLDER", help="all four forms of every page, into FOLDER")
    wanted = parser.parse_args().every_form
    folder = wanted or FOLDER
    # Taken elsewhere first: the guides' own pages show the pictures that are there already.
    with tempfile.TemporaryDirectory() as made:
        with running_product() as product, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
            take_all(browser, product, Album(Path(made), every_form=wanted is not None))
            browser.close()
        _replace(folder, sorted(Path(made).glob("*.png")))
    size = sum(path.stat().st_size for path in folder.glob("*.png"))
    sys.stdout.write(f"{len(list(folder.glob('*.png')))} pictures, {size // 1024:,} KB, in {folder}\n")


def _replace(folder: Path, pictures: list[Path]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    for picture in pictures:
        shutil.move(picture, folder / picture.name)


if __name__ == "__main__":
    django.setup()  # for the table of addresses
    main()
