"""Any value through every place of a request to a real receiver, read back there by parsers that are not ours.

Every place is tried with the value itself and with a message text that holds it, rendered by straight-line code and by
the general one. The short form tries some hundred values each; ``-m long`` thousands.
"""

import json
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from templates_lib.content import JsonPair, JsonPairsBody, WebhookContent
from templates_lib.rendering import RenderedRequest, RenderProblem, compile_content
from tests.templates_lib.naughty import NAUGHTY
from tests.templates_lib.wire import Wire, wire
from tests.templates_lib.wire_places import PLACES, Place, body_json, raw, whole

CATEGORIES: tuple[Any, ...] = (
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
EXPRESSIONS = {
    "straight": "{{ x }}",
    "general": "{% if x == x %}{{ x }}{% else %}{{ x }}{% endif %}",
}


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
