"""Any value through every place of a request to a real receiver, read back there by parsers that are not ours.

Every place is tried with the value itself and with a message text that holds it, rendered by straight-line code and by
the general one. The short form tries some hundred values each; ``-m long`` thousands.
"""

import email
import json
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from templates_lib.content import FormBody, JsonPair, JsonPairsBody, MultipartBody, Pair, RawBody, WebhookContent
from templates_lib.rendering import RenderedRequest, RenderProblem, compile_content
from tests.templates_lib.naughty import NAUGHTY
from tests.templates_lib.wire import Arrived, Wire, wire

CATEGORIES = (
    *("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po"),
    *("Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn"),
)
LONG = ["Zoë " * 2560, '👩‍👩‍👧‍👦\\"' * 600, "<&>'\"{{}}%" * 1024, "\u202e\u0301\r\n" * 2000]
texts = st.one_of(
    st.sampled_from([*NAUGHTY, *LONG]),
    st.text(st.characters(), max_size=60),
    *(st.text(st.characters(categories=[category]), min_size=1, max_size=8) for category in CATEGORIES),
)
numbers = st.integers(-(2**64), 2**64) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
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
    return next(name for name in body_json(arrived) if name != "z").removeprefix("k")


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
    parts = email.message_from_bytes(head + arrived.body).get_payload()
    names = [part.get_param("name", header="content-disposition") for part in parts]
    assert names == ["v", "z"]
    assert parts[1].get_payload(decode=True) == b"1"
    return parts[0].get_payload(decode=True).decode()


def xml(arrived: Arrived) -> ElementTree.Element:
    root = ElementTree.fromstring(arrived.body)
    assert [child.tag for child in root] == ["a", "z"]
    assert root[1].text == "1"
    return root[0]


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
EXPRESSIONS = {
    "straight": "{{ x }}",
    "general": "{% if x == x %}{{ x }}{% else %}{{ x }}{% endif %}",
}


def raw_pair(url: str, x: str) -> WebhookContent:
    return WebhookContent(
        url=url, body=JsonPairsBody(pairs=(JsonPair(name="v", value='{"n": "%X"}'.replace("%X", x), type="json"),))
    )


def same(first: str | None, second: str | None) -> str:
    assert first == second
    return first or ""


@pytest.fixture(scope="module")
def receiver() -> Iterator[Wire]:
    with wire() as made:
        yield made


def through(receiver: Wire, place: Place, content: WebhookContent, value: str, said: str) -> None:
    """``said``: what the expression stands for, the value or the message text made with it."""
    result = compile_content(content, secret_attached=False).render({"x": value})
    if isinstance(result, RenderProblem):
        too_long = "longer than 8,192" in result.message
        assert place.refused(whole(said)) or (too_long and len(value) > 500), (result, value)
        assert result.message.endswith(".")
        return
    assert isinstance(result, RenderedRequest)
    assert not place.refused(whole(said)), value
    assert place.read(receiver.send(result)) == place.arrives(said)


def tried(receiver: Wire, place: Place, value: str) -> None:
    for expression in EXPRESSIONS.values():
        through(receiver, place, place.make(receiver.url, expression), value, value)
    content = place.make(receiver.url, "{{ message }}").with_message("Hi {{ x }}!")
    through(receiver, place, content, value, f"Hi {value}!")


def profile(examples: int, *, derandomize: bool) -> settings:
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(max_examples=examples, derandomize=derandomize, deadline=None, suppress_health_check=checks)


by_place = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)


@by_place
@profile(80, derandomize=True)
@given(value=texts)
def test_a_text_arrives_as_it_is(receiver: Wire, place: Place, value: str) -> None:
    tried(receiver, place, value)


@by_place
def test_every_category_of_unicode_arrives(receiver: Wire, place: Place) -> None:
    for category in CATEGORIES:
        found = (chr(code) for code in (*range(0x3000), *range(0xD800, 0xE010), *range(0x1F300, 0x1F700), 0x10FFFF))
        tried(receiver, place, "".join([each for each in found if unicodedata.category(each) == category][:40]))


@by_place
def test_naughty_values_and_ten_kilobytes_arrive(receiver: Wire, place: Place) -> None:
    for value in (*NAUGHTY, *LONG):
        tried(receiver, place, value)


@profile(200, derandomize=True)
@given(value=values)
def test_a_json_value_stays_what_it_is(receiver: Wire, value: Any) -> None:
    content = raw('{"v": %X, "z": 1}')(receiver.url, "{{ x }}")
    json_value(receiver, content, value)


def json_value(receiver: Wire, content: WebhookContent, value: Any) -> None:
    result = compile_content(content, secret_attached=False).render({"x": value})
    if isinstance(result, RenderProblem):
        assert result.kind == "missing"
        assert value is None
        return
    assert body_json(receiver.send(result))["v"] == mended(value)


def mended(value: Any) -> Any:
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, list):
        return [mended(item) for item in value]
    return {whole(name): mended(item) for name, item in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize(
    ("kind", "value", "arrives"),
    [
        ("number", 12345678901234567, 12345678901234567),
        ("number", "-0.5e3", -500.0),
        ("boolean", True, True),
        ("boolean", "No", False),
        ("json", {"a": [1, None, "\ud83d\ude00"]}, {"a": [1, None, "😀"]}),
        ("json", None, None),
    ],
)
def test_typed_pairs_arrive_with_their_type(receiver: Wire, kind: str, value: Any, arrives: Any) -> None:
    x = "{{ x }}" if value is not None else "{{ x | default(none) }}"
    content = WebhookContent(url=receiver.url, body=JsonPairsBody(pairs=(JsonPair(name="v", value=x, type=kind),)))
    result = compile_content(content, secret_attached=False).render({"x": value})
    assert isinstance(result, RenderedRequest), result
    assert json.loads(receiver.send(result).body) == {"v": arrives}


@pytest.mark.parametrize(
    ("kind", "value"), [("number", "1e"), ("number", "07"), ("boolean", "maybe"), ("number", '1,"a":2')]
)
def test_what_has_another_type_is_refused_in_words(receiver: Wire, kind: str, value: str) -> None:
    content = WebhookContent(
        url=receiver.url, body=JsonPairsBody(pairs=(JsonPair(name="v", value="{{ x }}", type=kind),))
    )
    result = compile_content(content, secret_attached=False).render({"x": value})
    assert isinstance(result, RenderProblem)
    assert value in result.message


@pytest.mark.long
@by_place
@profile(1_500, derandomize=False)
@given(value=texts)
def test_thousands_of_texts_arrive_as_they_are(receiver: Wire, place: Place, value: str) -> None:
    tried(receiver, place, value)


@pytest.mark.long
@profile(5_000, derandomize=False)
@given(value=values)
def test_thousands_of_json_values_stay_what_they_are(receiver: Wire, value: Any) -> None:
    json_value(receiver, raw('{"v": %X, "z": 1}')(receiver.url, "{{ x }}"), value)
