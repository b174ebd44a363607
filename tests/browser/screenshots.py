"""``python -m tests.browser.screenshots``: pictures of every page of a product started for them, in docs/screenshots.

Pages that need another state than the walk's are named in MORE and EMPTY. With ``--every-form FOLDER`` each page is
taken in all four forms and at its full height, and each of a new workspace too, for looking at, into a folder outside
of the repository. With ``--only NAME…`` the other pictures stay as they are.
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

from tests.browser.inspection import SETTLE, Inspected
from tests.browser.walk import addresses, is_page, open_details, pages_of_workspace, seed, sign_in, sign_up
from tests.chromium import ARGUMENTS, find_chromium
from tests.product import CHECKOUT, Product, running_product

FOLDER = CHECKOUT / "docs" / "screenshots"
FORMS = (("light", 1440), ("light", 390), ("dark", 1440), ("dark", 390))
# For developers, and heavy.
LEFT_OUT = {"patterns"}
# Pixels of a page that are shown: a short page ends where a small window does, a long one is cut.
LOWEST, HIGHEST = 600, 1400
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
    "notifications_log_details": "notifications/?run={run}&state=failed",
}
# What is done on the page before its picture is taken.
BEFORE = {"notifications_log_details": open_details}
# Pages of a new workspace whose pictures are kept.
EMPTY = frozenset({"dashboard_empty", "campaigns_empty"})


def pictures(product: Product, seeded: dict[str, Any], tab: Inspected) -> Iterator[tuple[str, str]]:
    """Name and address of every page that the tab's visitor sees."""
    for address in sorted(set(addresses()), key=lambda address: address.name):
        url = product.url + address.url(seeded)
        if is_page(tab.page.context, url):
            yield address.name, url


def more(product: Product, seeded: dict[str, Any]) -> Iterator[tuple[str, str]]:
    start = f"{product.url}/w/{seeded['workspace']}/"
    yield from ((name, start + path.format(**seeded)) for name, path in MORE.items())


def empty(product: Product, tab: Inspected, workspace: str) -> Iterator[tuple[str, str]]:
    """Every page of the tab's visitor, whose workspace is empty."""
    for name, url, _ in pages_of_workspace(tab.page.context, product, workspace):
        yield f"{name}_empty", url


@dataclass(frozen=True)
class Album:
    """Where the pictures go, in which forms, how much of each page, and which of them (``only`` empty: all)."""

    folder: Path
    every_form: bool
    only: frozenset[str]

    def wants(self, name: str) -> bool:
        if self.only:
            return name in self.only
        return self.every_form or name in EMPTY or not (name in LEFT_OUT or name.endswith("_empty"))

    def take(self, tab: Inspected, name: str, url: str) -> None:
        for theme, width in FORMS if self.every_form or name in DARK else FORMS[:2]:
            tab.show(theme, width)
            tab.visit(url)
            BEFORE.get(name, _nothing)(tab)
            self._unfold(tab, width)
            suffix = "-dark" if theme == "dark" else ""
            tab.page.screenshot(path=self.folder / f"{name}-{width}{suffix}.png", animations="disabled")

    def _unfold(self, tab: Inspected, width: int) -> None:
        """Makes the window as high as the page: what lies outside of a window is not laid out to its end."""
        tab.page.set_viewport_size({"width": width, "height": LOWEST})
        height = tab.page.evaluate("document.documentElement.scrollHeight")
        tab.page.set_viewport_size({"width": width, "height": height if self.every_form else min(HIGHEST, height)})
        tab.page.evaluate(SETTLE)


def _nothing(tab: Inspected) -> None:
    pass


def take_all(browser: Browser, product: Product, album: Album) -> None:
    seeded = seed(product)
    outside, inside, anew = (Inspected(browser.new_context()) for _ in range(3))
    sign_in(inside.page.context, product)
    workspace = sign_up(anew.page.context, product)
    taken: set[str] = set()
    for tab, pages in (
        (outside, pictures(product, seeded, outside)),
        (inside, pictures(product, seeded, inside)),
        (inside, more(product, seeded)),
        (anew, empty(product, anew, workspace)),
    ):
        for name, url in pages:
            if name not in taken and album.wants(name):
                album.take(tab, name, url)
                taken.add(name)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.screenshots")
    parser.add_argument("--every-form", type=Path, metavar="FOLDER", help="all four forms of every page, into FOLDER")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these pictures; the others stay")
    wanted = parser.parse_args()
    folder = wanted.every_form or FOLDER
    # Taken elsewhere first: the guides' own pages show the pictures that are there already.
    with tempfile.TemporaryDirectory() as made:
        with running_product() as product, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
            take_all(browser, product, Album(Path(made), bool(wanted.every_form), frozenset(wanted.only)))
            browser.close()
        _replace(folder, sorted(Path(made).glob("*.png")), keep_others=bool(wanted.only))
    size = sum(path.stat().st_size for path in folder.glob("*.png"))
    sys.stdout.write(f"{len(list(folder.glob('*.png')))} pictures, {size // 1024:,} KB, in {folder}\n")


def _replace(folder: Path, pictures: list[Path], *, keep_others: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in [] if keep_others else folder.glob("*.png"):
        old.unlink()
    for picture in pictures:
        shutil.move(picture, folder / picture.name)


if __name__ == "__main__":
    django.setup()  # for the table of addresses
    main()
