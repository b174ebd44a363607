"""Every value arrives intact in every place, read back by standard parsers."""

import json
import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.etree import ElementTree

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from templates_lib.content import FormBody, JsonPair, JsonPairsBody, Pair, WebhookContent
from templates_lib.rendering.escapes import xml_characters
from templates_lib.rendering.failures import BadValue, MissingValue
from templates_lib.rendering.values import valid_unicode
from tests.templates_lib.naughty import NAUGHTY
from tests.templates_lib.rendering import URL, raw, render, render_field

EXAMPLES = os.environ.get("RENDERING_EXAMPLES", "")
# The short form tries the same values each time; RENDERING_EXAMPLES=5000 searches for new ones.
many = settings(max_examples=int(EXAMPLES or "100"), derandomize=not EXAMPLES, deadline=None)
texts = st.text(st.characters(), max_size=40) | st.sampled_from(NAUGHTY)
numbers = st.integers(-(2**200), 2**200) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=10,
)


def sent(value: Any) -> Any:
    """What a JSON value becomes: half characters can't be sent."""
    if isinstance(value, str):
        return valid_unicode(value)
    if isinstance(value, list):
        return [sent(item) for item in value]
    if isinstance(value, dict):
        return {sent(name): sent(item) for name, item in value.items()}
    return value


@many
@given(values)
def test_json_value(value: Any) -> None:
    assert json.loads(render_field("json", '{"a": {{ x }}, "z": 1}', {"x": value})) == {"a": sent(value), "z": 1}


@many
@given(texts, texts)
def test_json_text_and_name(first: str, second: str) -> None:
    body = render_field("json", '{"a": "<{{ x }}|{{ y }}>", "n{{ x }}": 1, "z": 2}', {"x": first, "y": second})
    expected = {"a": f"<{sent(first)}|{sent(second)}>", f"n{sent(first)}": 1, "z": 2}
    assert orjson.loads(body) == expected


@many
@given(texts)
def test_json_list_item_in_a_loop(value: str) -> None:
    body = render_field("json", "[{% for i in x %}{{ i }}, {% endfor %}]", {"x": [value, 1, value]})
    assert orjson.loads(body) == [sent(value), 1, sent(value)]


@many
@given(texts)
def test_xml_text_attribute_and_cdata(value: str) -> None:
    source = "<r><a b=\"{{ x }}\" c='{{ x }}'>{{ x }}</a><d><![CDATA[<{{ x }}]{{ x }}>]]></d></r>"
    root = ElementTree.fromstring(render_field("xml", source, {"x": value}))
    expected = xml_characters(value)
    assert root[0].attrib == {"b": expected, "c": expected}
    assert (root[0].text or "", root[1].text, len(root)) == (expected, f"<{expected}]{expected}>", 2)


@many
@given(texts)
def test_url_path_and_query(value: str) -> None:
    try:
        url = render_field("url", "https://a.example.com/p/{{ x }}/q?k={{ x }}&z=1", {"x": value})
    except (MissingValue, BadValue):
        assert value in ("", ".", "..") or len(value) > 1000
        return
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.fragment, url.isascii()) == ("https", "a.example.com", "", True)
    assert [unquote(part) for part in parts.path.split("/")] == ["", "p", valid_unicode(value), "q"]
    assert parse_qsl(parts.query, keep_blank_values=True) == [("k", valid_unicode(value)), ("z", "1")]


@many
@given(texts)
def test_parameters_and_form(value: str) -> None:
    pairs = (Pair(name="a b&", value="<{{ x }}>"), Pair(name="z", value="1"))
    expected = [("a b&", f"<{valid_unicode(value)}>"), ("z", "1")]
    if len(value) < 500:
        url = render(WebhookContent(url=f"{URL}?k=v", parameters=pairs), x=value).url
        assert parse_qsl(urlsplit(url).query) == [("k", "v"), *expected]
    body = render(WebhookContent(url=URL, body=FormBody(pairs=pairs)), x=value).body
    assert parse_qsl(body.decode("ascii")) == expected


@many
@given(texts)
def test_form_written_as_text(value: str) -> None:
    body = render(raw("a={{ x }}&z=1", "application/x-www-form-urlencoded"), x=value).body
    assert parse_qsl(body.decode("ascii"), keep_blank_values=True) == [("a", valid_unicode(value)), ("z", "1")]


@many
@given(texts)
def test_header(value: str) -> None:
    try:
        text = render_field("header", 'a="{{ x }}"; {{ x }}!', {"x": value})
    except BadValue:
        assert any(character < " " or character == "\x7f" for character in value)
        return
    mended = valid_unicode(value)
    quoted = mended.replace("\\", "\\\\").replace('"', '\\"')
    assert text == f'a="{quoted}"; {mended}!'
    assert not set(text) & {"\r", "\n", "\0"}


@many
@given(texts)
def test_text_and_message_are_never_rendered_twice(value: str) -> None:
    content = raw("<<{{ message }}>>", "text/plain", message_text="Hi {{ x }}")
    assert render(content, x=value).body.decode() == f"<<Hi {valid_unicode(value)}>>"


@many
@given(texts, numbers, st.booleans(), values)
def test_json_pairs(text: str, number: float, flag: bool, value: Any) -> None:
    pairs = (
        JsonPair(name='t"\\', value="{{ t }}"),
        JsonPair(name="n", value=" {{ n }} ", type="number"),
        JsonPair(name="b", value="{{ b }}", type="boolean"),
        JsonPair(name="j", value='{"v": {{ j }}, "t": "{{ t }}"}', type="json"),
        JsonPair(name="off", value="{{ nobody }}", enabled=False),
    )
    body = render(WebhookContent(url=URL, body=JsonPairsBody(pairs=pairs)), t=text, n=number, b=flag, j=value).body
    expected = {'t"\\': sent(text), "n": number, "b": flag, "j": {"v": sent(value), "t": sent(text)}}
    assert json.loads(body) == expected


def test_half_characters_are_joined_or_replaced() -> None:
    assert render_field("json", '["{{ x }}", {{ x }}]', {"x": "\ud83d\ude00 \ud800"}) == '["😀 \ufffd", "😀 \ufffd"]'


@pytest.mark.parametrize("value", NAUGHTY, ids=range(len(NAUGHTY)))
def test_naughty_value_keeps_the_host(value: str) -> None:
    try:
        url = render_field("url", "https://{{ x }}.shop.example.com:8443/a", {"x": value})
    except (BadValue, MissingValue):
        return
    assert urlsplit(url).hostname == f"{value.lower()}.shop.example.com"
    assert urlsplit(url).port == 8443


@pytest.mark.parametrize(("first", "second"), [("/.", "."), ("/.", ".x"), ("/%2e", ".")])
def test_dot_segments_made_of_parts(first: str, second: str) -> None:
    source = f"https://a.example.com{first}{{{{ x }}}}/b"
    if second == ".x":
        assert render_field("url", source, {"x": second}).endswith("/..x/b")
    else:
        with pytest.raises(BadValue, match="changes where the request goes"):
            render_field("url", source, {"x": second})
