"""The places of a request that can hold a value: content with it there, and how a receiver reads it."""

import email
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.etree import ElementTree

from templates_lib.content import FormBody, JsonPair, JsonPairsBody, MultipartBody, Pair, RawBody, WebhookContent
from tests.templates_lib.wire import Arrived

CONTROLS = frozenset(map(chr, (*range(0x09), *range(0x0A, 0x20), 0x7F)))
XML_HOLDS = [(0x09, 0x0A), (0x0D, 0x0D), (0x20, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF)]

Make = Callable[[str, str], WebhookContent]
Read = Callable[[Arrived], str]


def whole(text: str) -> str:
    """What UTF-8 can hold: halves of a character that belong together are joined, others are replaced."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def xml_whole(text: str) -> str:
    """XML has no way to write some characters at all: they are replaced."""
    return "".join(
        character if any(low <= ord(character) <= high for low, high in XML_HOLDS) else "\ufffd"
        for character in whole(text)
    )


@dataclass(frozen=True)
class Place:
    """``make(url, expression)``: content with the expression in the place; ``read``: what stands there on arrival.

    ``refused``: whether the place can't carry a value, which must then be refused in words.
    """

    name: str
    make: Make
    read: Read
    arrives: Callable[[str], str] = whole
    refused: Callable[[str], bool] = lambda value: False


def raw(text: str, content_type: str = "application/json") -> Make:
    def made(url: str, x: str) -> WebhookContent:
        return WebhookContent(url=url, body=RawBody(text=text.replace("%X", x), content_type=content_type))

    return made


def row(group: str) -> Make:
    return lambda url, x: WebhookContent(
        url=url, **{group: (Pair(name="v", value=f"<{x}>"), Pair(name="z", value="1"))}
    )


def body(kind: type[FormBody] | type[MultipartBody]) -> Make:
    pairs = lambda x: (Pair(name="v", value=x), Pair(name="z", value="1"))  # noqa: E731
    return lambda url, x: WebhookContent(url=url, body=kind(pairs=pairs(x)))


def json_pair(url: str, x: str) -> WebhookContent:
    return WebhookContent(
        url=url, body=JsonPairsBody(pairs=(JsonPair(name='v"\\', value=x), JsonPair(name="z", value="1")))
    )


def at_url(path: str) -> Make:
    return lambda url, x: WebhookContent(url=url + path.replace("%X", x))


def body_json(arrived: Arrived) -> Any:
    assert arrived.headers["content-type"] == b"application/json"
    found = json.loads(arrived.body)
    assert len(found) == 2
    assert found["z"] == 1
    return found


def json_text(arrived: Arrived) -> str:
    return str(body_json(arrived)["v"])[1:-1]


def json_key(arrived: Arrived) -> str:
    return str(next(name for name in body_json(arrived) if name != "z")).removeprefix("k")


def pairs_text(arrived: Arrived) -> str:
    found = json.loads(arrived.body)
    assert sorted(found) == ['v"\\', "z"]
    return str(found['v"\\'])


def path_segment(arrived: Arrived) -> str:
    empty, before, segment, after = urlsplit(arrived.target.decode("ascii")).path.split("/")
    assert (empty, before, after) == ("", "a", "b")
    return unquote(segment, errors="strict")


def query(arrived: Arrived) -> list[tuple[str, str]]:
    text = urlsplit(arrived.target.decode("ascii")).query
    found = parse_qsl(text, keep_blank_values=True, strict_parsing=True, errors="strict")
    assert found[-1] == ("z", "1")
    assert len(found) == 2
    return found


def form(arrived: Arrived) -> str:
    assert arrived.headers["content-type"] == b"application/x-www-form-urlencoded"
    found = parse_qsl(arrived.body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict")
    assert [name for name, _ in found] == ["v", "z"]
    return found[0][1]


def multipart(arrived: Arrived) -> str:
    head = b"Content-Type: " + arrived.headers["content-type"] + b"\r\n\r\n"
    parts: Any = email.message_from_bytes(head + arrived.body).get_payload()
    names = [part.get_param("name", header="content-disposition") for part in parts]
    assert names == ["v", "z"]
    assert parts[1].get_payload(decode=True) == b"1"
    return str(parts[0].get_payload(decode=True).decode())


def xml(arrived: Arrived) -> ElementTree.Element:
    root = ElementTree.fromstring(arrived.body)
    assert [child.tag for child in root] == ["a", "z"]
    assert root[1].text == "1"
    return root[0]


def raw_pair(url: str, x: str) -> WebhookContent:
    return WebhookContent(
        url=url, body=JsonPairsBody(pairs=(JsonPair(name="v", value='{"n": "%X"}'.replace("%X", x), type="json"),))
    )


def same(first: str | None, second: str | None) -> str:
    assert first == second
    return first or ""


PLACES = [
    Place("JSON text", raw('{"v": "<%X>", "z": 1}'), json_text),
    Place("JSON value", raw('{"v": %X, "z": 1}'), lambda arrived: str(body_json(arrived)["v"])),
    Place("JSON key", raw('{"k%X": 0, "z": 1}'), json_key),
    Place(
        "JSON name",
        raw('{ %X: 0, "z": 1}'),
        lambda arrived: next(iter(body_json(arrived))),
        refused=lambda value: value == "z",
    ),
    Place("JSON pair", json_pair, pairs_text),
    Place(
        "JSON pair of type JSON", lambda url, x: raw_pair(url, x), lambda arrived: json.loads(arrived.body)["v"]["n"]
    ),
    Place("path", at_url("/a/%X/b"), path_segment, refused=lambda value: value in ("", ".", "..")),
    Place("query name", at_url("/?k%X=1&z=1"), lambda arrived: query(arrived)[0][0].removeprefix("k")),
    Place("query value", at_url("/?v=%X&z=1"), lambda arrived: query(arrived)[0][1]),
    Place("parameter", row("parameters"), lambda arrived: query(arrived)[0][1][1:-1]),
    Place("form field", body(FormBody), form),
    Place("multipart field", body(MultipartBody), multipart),
    Place(
        "header",
        row("headers"),
        lambda arrived: arrived.headers["v"].decode()[1:-1],
        refused=lambda value: bool(CONTROLS & set(value)),
    ),
    Place(
        "XML text",
        raw("<r><a>%X</a><z>1</z></r>", "application/xml"),
        lambda arrived: xml(arrived).text or "",
        xml_whole,
    ),
    Place(
        "XML attribute",
        raw("<r><a b=\"%X\" c='%X'/><z>1</z></r>", "text/xml"),
        lambda arrived: same(xml(arrived).get("b"), xml(arrived).get("c")),
        xml_whole,
    ),
    Place(
        "XML CDATA",
        raw("<r><a><![CDATA[%X]]></a><z>1</z></r>", "application/xml"),
        lambda arrived: xml(arrived).text or "",
        xml_whole,
    ),
    Place("plain text", raw("<%X>", "text/plain"), lambda arrived: arrived.body.decode()[1:-1]),
    Place("raw form", raw("v=%X&z=1", "application/x-www-form-urlencoded"), form),
]
