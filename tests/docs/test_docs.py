"""What the documentation names exists."""

import re

import pytest
from django.urls import Resolver404, get_resolver, resolve

from templates_lib.rendering.filters import FILTERS
from tests.docs.pages import PAGES, ROOT, anchors, links

API = ROOT / "docs" / "api.md"
ENGINEER = ROOT / "docs" / "guide" / "engineer.md"
DECISIONS = ROOT / "docs" / "decisions"
# What a name in an address of the documentation may stand for.
SAMPLES = {"user_id": "u-1", "notification": "01a20e4f-e8fe-7868-b883-90c1ea7fbff5"}


def test_links_lead_to_files() -> None:
    found = list(links())
    assert len(found) > 30
    missing = [str(link) for link in found if not (link.page.parent / link.target.partition("#")[0]).exists()]
    assert missing == []


def test_links_lead_to_headings() -> None:
    missing = []
    for link in links():
        name, mark, anchor = link.target.partition("#")
        page = (link.page.parent / name).resolve() if name else link.page
        if mark and anchor not in anchors(page):
            missing.append(str(link))
    assert missing == []


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        target for page in PAGES for target in re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text(), re.MULTILINE)
    }
    assert {"run", "test", "check"} <= named
    assert named - targets == set()


def paths_of_the_api() -> list[str]:
    """Addresses as written, with samples for what stands in braces or in a variable of the shell."""
    written = re.findall(r"(/(?:api|healthz)[\w/{}$-]*)", API.read_text())
    return sorted({re.sub(r"\{(\w+)\}|\$(\w+)", _sample, path) for path in written})


def _sample(found: re.Match[str]) -> str:
    return SAMPLES.get((found[1] or found[2]).lower(), "1")


@pytest.mark.parametrize("path", paths_of_the_api())
def test_addresses_of_the_api_lead_somewhere(path: str) -> None:
    if path in ("/api/", "/api/v1/"):
        return
    try:
        resolve(path)
    except Resolver404:
        pytest.fail(f"docs/api.md names {path}, which leads nowhere.")


def test_every_address_of_the_api_is_listed() -> None:
    listed = set(re.findall(r"`(/api/v1/[^`]*)`", API.read_text()))
    assert {shape(path) for path in addresses_served()} - {shape(path) for path in listed} == set()


def addresses_served() -> list[str]:
    api = next(entry for entry in get_resolver().url_patterns if str(entry.pattern) == "api/v1/")
    rooms = api.url_patterns  # type: ignore[union-attr]
    return [f"/api/v1/{entry.pattern}" for room in rooms for entry in room.url_patterns]  # type: ignore[union-attr]


def shape(path: str) -> str:
    return re.sub(r"<[^>]+>|\{\w+\}|\$\w+", "*", path)


def test_the_guide_lists_every_filter() -> None:
    section = ENGINEER.read_text().partition("\nFilters: ")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", section)) == set(FILTERS)


def test_every_decision_is_in_the_index() -> None:
    index = (DECISIONS / "README.md").read_text()
    records = [path.name for path in DECISIONS.glob("[0-9]*.md")]
    assert len(records) > 5
    assert [name for name in records if f"({name})" not in index] == []


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    pages = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md") if path.parent != DECISIONS]
    assert [str(page) for page in pages if str(page) != "README.md" and f"({page})" not in index] == []
