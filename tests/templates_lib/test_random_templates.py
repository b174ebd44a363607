"""Random templates: what the compiler accepts has the same structure for every value.

Each template is rendered with a harmless marker and with a naughty value; read back by a standard parser, the results
must be equal once the marker is swapped for the value. RENDERING_TEMPLATES says how many are tried in each language.
"""

import json
import os
import random
import re
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest

from templates_lib.rendering.escapes import xml_characters
from templates_lib.rendering.failures import RenderFailure, TemplateRefused
from templates_lib.rendering.template import compile_field
from templates_lib.rendering.values import valid_unicode
from tests.templates_lib.naughty import NAUGHTY
from tests.templates_lib.rendering import render_field

TEMPLATES = int(os.environ.get("RENDERING_TEMPLATES", "200"))
SEED = int(os.environ.get("RENDERING_SEED", "1"))
MARK = "Q7ZMARK"
# Expressions that pass the value on as it is, and those that make something else of it.
PLAIN = ["v", "v ~ 'x'", "v | default('d')", "v if c else v", "o.v", "t", "v[0:99999]", "(v)", "v | string", "l[0]"]
OTHER = [
    "v | tojson",
    "v | urlencode",
    "[v]",
    "{'k': v}",
    "'x' if c",
    "n",
    "l | join('-')",
    "'}'",
    "'\"'",
    "v | e",
    "c",
]
GLUE = '{{ "," if not loop.last }}'
REFUSALS = "no value|is empty|. or .. part|twice|longer than|part of a website"
MUTATIONS = ["{{ v }}", "{% if c %}", "{% endif %}", "{% for i in l %}", "{% endfor %}", '"', GLUE]


class Templates:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def some(self, most: int, make: Callable[[], str]) -> str:
        return "".join(make() for _ in range(self.random.randint(0, most)))

    def value(self) -> str:
        dash = self.random.choice(["", "", "", "-"])
        return f"{{{{{dash} {self.random.choice(PLAIN * 2 + OTHER)} {dash}}}}}"

    def controlled(self, make: Callable[[], str], separator: str = "") -> str:
        """A piece, at times inside a branch, a loop or a stored text."""
        test = self.random.choice(["c", "not c", "z", "v", "loop.last", "not loop.first", "loop.first"])
        kind = self.random.choices(["", "else", "if", "for", "set", "with"], [60, 15, 7, 8, 5, 5])[0]
        if kind == "else":
            return f"{{% if {test} %}}{make()}{{% else %}}{make()}{{% endif %}}"
        if kind == "if":
            return f"{{% if {test} %}}{make()}{{% endif %}}"
        if kind == "for":
            after = self.random.choice([separator, GLUE, "{% if not loop.last %},{% endif %}", ""])
            return f"{{% for i in {self.random.choice(['l', 'e', 'l[:1]'])} %}}{make()}{after}{{% endfor %}}"
        if kind == "set":
            return f"{{% set t %}}{self.value()}{{% endset %}}{make()}"
        return f"{{% with t = v %}}{make()}{{% endwith %}}" if kind == "with" else make()

    def piece(self, fixed: list[str]) -> str:
        return self.controlled(lambda: self.random.choice([*fixed, self.value(), self.value()]))

    def json_text(self) -> str:
        pieces = ["a", "{", "\\n", "\\\\", "\\u00e9", "é", "'", ","]
        return f'"{self.some(4, lambda: self.piece(pieces))}"'

    def json(self, depth: int = 0) -> str:
        kind = self.random.random()
        if kind < 0.3:
            return self.json_text()
        if kind < 0.55:
            return self.value()
        if kind < 0.65 or depth > 3:
            return self.random.choice(["1", "true", "null", "-0.5e3"])
        end = self.random.choice(["", "", ","])
        if kind < 0.82:
            items = [self.controlled(lambda: self.json(depth + 1), ",") for _ in range(self.random.randint(0, 3))]
            return f"[{','.join(items)}{end}]"
        pairs = [self.controlled(lambda: self.json_pair(depth), ",") for _ in range(self.random.randint(0, 3))]
        return f"{{{','.join(pairs)}}}"

    def json_pair(self, depth: int) -> str:
        name = self.random.choice([self.json_text(), f'"k{self.random.randint(0, 99)}"', self.value()])
        return f"{name}:{self.controlled(lambda: self.json(depth + 1))}"

    def url(self) -> str:
        def part() -> str:
            pieces = ["a", "b", ".", "%20", "~", "é", " "]
            return self.some(
                3, lambda: self.controlled(lambda: self.random.choice([*pieces, self.value(), self.value()]))
            )

        host = self.random.choice(["x.example.com", "{{ h }}.x.example.com"])
        query = self.controlled(lambda: self.random.choice(["", f"?{part()}={part()}&{part()}={part()}"]))
        return f"https://{host}{self.some(3, lambda: '/' + part())}{query}"

    def xml(self, depth: int = 0) -> str:
        def piece() -> str:
            cdata = f"<![CDATA[{self.value()}{self.random.choice(['', ']', '>', ']]'])}{self.value()}]]>"
            pieces = ["x", "&amp;", self.value(), self.value(), cdata, "<!-- n -->", "\n"]
            return self.random.choice(pieces if depth > 2 else [*pieces, self.xml(depth + 1), self.xml(depth + 1)])

        def attribute() -> str:
            quote = self.random.choice("\"'")
            return f" {self.random.choice('pqrs')}={quote}{self.value()}y{quote}"

        tag = self.random.choice("abc")
        attributes = self.some(2, lambda: self.controlled(attribute))
        return f"<{tag}{attributes}>{self.some(4, lambda: self.controlled(piece))}</{tag}>"

    def mutated(self, source: str) -> str:
        for _ in range(self.random.choice([0, 0, 1, 1, 2])):
            at = self.random.randrange(len(source) + 1)
            change = self.random.choice(["", self.random.choice('"\\{}[],:x1 \n'), self.random.choice(MUTATIONS)])
            source = source[:at] + change + source[at + (not change) :]
        return source


def read_json(text: str) -> Any:
    return json.loads(text, object_pairs_hook=lambda pairs: {"pairs": [list(pair) for pair in pairs]})


def read_url(text: str) -> Any:
    parts = urlsplit(text)
    assert not parts.fragment
    path = [unquote(part) for part in parts.path.split("/")]
    return [
        parts.scheme,
        parts.netloc,
        path,
        [[unquote(side) for side in pair.split("=")] for pair in parts.query.split("&")],
    ]


def read_xml(text: str) -> Any:
    def tree(element: ElementTree.Element) -> Any:
        inside = [[tree(child), child.tail or ""] for child in element]
        return [element.tag, [list(item) for item in sorted(element.attrib.items())], element.text or "", inside]

    return tree(ElementTree.fromstring(text))


def swapped(read: Any, value: str) -> Any:
    if isinstance(read, str):
        return read.replace(MARK, value)
    if isinstance(read, list):
        return [swapped(item, value) for item in read]
    return {name: swapped(item, value) for name, item in read.items()} if isinstance(read, dict) else read


def shape(read: Any) -> Any:
    """The structure alone, for templates that make something else of the value."""
    if isinstance(read, list):
        return [shape(item) for item in read]
    if isinstance(read, dict):
        return {name: shape(item) for name, item in read.items()}
    return "text" if isinstance(read, str) else read


def values(value: str, flag: int) -> dict[str, Any]:
    return {
        "v": value,
        "o": {"v": value},
        "l": [value, value],
        "c": flag,
        "n": 5,
        "e": [],
        "z": 0,
        "t": value,
        "h": "shop",
    }


READERS: dict[str, Callable[[str], Any]] = {"json": read_json, "url": read_url, "xml": read_xml}


@pytest.mark.parametrize("kind", READERS)
def test_structure_does_not_depend_on_values(kind: str) -> None:
    templates, seen = Templates(SEED), Counter[str]()
    for _ in range(TEMPLATES):
        source = templates.mutated(getattr(templates, kind)())
        try:
            compile_field(kind, source, "skip")
        except TemplateRefused:
            seen["refused"] += 1
            continue
        # Tests of the value itself, loops over it and a mutated expression make another structure on purpose.
        if not re.search(r"if\s*v\b|in (?!l %|e %|l\[:1\] %)|l\[(?!:1\]|0\])", source):
            for flag in (0, 1):
                compare(kind, source, flag, templates.random.sample(NAUGHTY, 6), seen)
    print(kind, dict(seen))  # noqa: T201
    assert seen["compared"] > TEMPLATES


def compare(kind: str, source: str, flag: int, naughty: list[str], seen: Counter[str]) -> None:
    try:
        marked = READERS[kind](render_field(kind, source, values(MARK, flag)))
    except RenderFailure:
        seen["refused for the marker"] += 1
        return
    written = re.findall(r"\{\{-?\s*(.*?)\s*-?\}\}", source, re.DOTALL)
    exact = all(expression in PLAIN or expression in ("h", GLUE[3:-3]) for expression in written)
    for value in naughty:
        try:
            result = READERS[kind](render_field(kind, source, values(value, flag)))
        except RenderFailure as failure:
            if not re.search(REFUSALS, failure.message):
                raise
            seen["refused for the value"] += 1
            continue
        seen["compared"] += 1
        if exact:
            seen["exactly"] += 1
            expected = xml_characters(value) if kind == "xml" else valid_unicode(value)
            assert swapped(marked, expected) == result, (source, value)
        else:
            assert shape(marked) == shape(result), (source, value)
