"""The guides of the folder docs as pages: Markdown made into HTML, whose links and pictures stay within the product."""

import re
import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token

from campaigns.errors import GuideNotFound

DOCS = settings.BASE_DIR / "docs"
PATHS = {
    "marketer": "guide/marketer.md",
    "engineer": "guide/engineer.md",
    "operator": "guide/operator.md",
    "api": "api.md",
    "settings": "settings.md",
    "running": "running.md",
    "scaling": "operations/scaling.md",
    "benchmarks": "benchmarks.md",
}
_NAMES = {path: name for name, path in PATHS.items()}
# Of a PNG file: its signature, the length and name of its first chunk, then width and height (PNG, section 11.2.2).
_PNG_SIZE = slice(16, 24)


class Section(NamedTuple):
    """A part of a guide: the id of its heading, and its words."""

    id: str
    title: str


@dataclass(frozen=True)
class Guide:
    """``title`` is its first heading, ``html`` the rest, in ``sections`` that its contents list."""

    name: str
    title: str
    html: SafeString
    sections: tuple[Section, ...]


@lru_cache(maxsize=64)
def guide_page(name: str, workspace: str) -> Guide:
    """The guide with links into that workspace's pages. Raises GuideNotFound."""
    path = _path(name)
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse((DOCS / path).read_text())
    headline = next(tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open")
    sections: list[Section] = []
    body = tokens[3:] if tokens[0].tag == "h1" else tokens
    for at, token in enumerate(body):
        if token.type == "heading_open":
            section = _section(body[at + 1])
            token.attrSet("id", section.id)
            sections += [section] if token.tag == "h2" else []
        for child in token.children or []:
            _stay_within(child, path, workspace)
    # Written by us, and without HTML of its own.
    html = mark_safe(MarkdownIt().renderer.render(body, MarkdownIt().options, {}))  # noqa: S308
    return Guide(name, headline, html, tuple(sections))


def _section(heading: Token) -> Section:
    """Named without the marks of Markdown."""
    return Section(slugify(heading.content), "".join(child.content for child in heading.children or []))


def guide_picture(name: str) -> Path:
    """The file of a picture. Raises GuideNotFound for one that no guide shows."""
    if name not in _pictures():
        raise GuideNotFound("No guide shows this picture. Open it from Help.")
    return Path(DOCS / "screenshots" / f"{name}.png")


@lru_cache(maxsize=1)
def _pictures() -> frozenset[str]:
    texts = ((DOCS / path).read_text() for path in PATHS.values())
    return frozenset(name for text in texts for name in re.findall(r"screenshots/([\w-]+)\.png", text))


def _path(name: str) -> str:
    if name not in PATHS:
        raise GuideNotFound("There is no such guide. Choose one in Help.")
    return PATHS[name]


def _stay_within(token: Token, path: str, workspace: str) -> None:
    if token.type == "image":
        name = Path(str(token.attrs["src"])).stem
        width, height = struct.unpack(">II", guide_picture(name).read_bytes()[_PNG_SIZE])
        address = reverse("guide_picture", kwargs={"workspace": workspace, "picture": name})
        token.attrs |= {"src": address, "width": width, "height": height, "loading": "lazy"}
    elif token.type == "link_open":
        _lead(token, path, workspace)


def _lead(token: Token, path: str, workspace: str) -> None:
    """To another guide, or nowhere where the file is none; links to headings and to the world stay."""
    target, mark, anchor = str(token.attrs["href"]).partition("#")
    if not target or "://" in target:
        return
    file = (DOCS / path).parent.joinpath(target).resolve()
    name = _NAMES.get(str(file.relative_to(DOCS))) if file.is_relative_to(DOCS) else None
    if name is None:
        del token.attrs["href"]
        return
    token.attrs["href"] = reverse("guide", kwargs={"workspace": workspace, "guide": name}) + mark + anchor
