"""Words for people that were typed into the request itself."""

from typing import Any

import pytest

from campaigns.words import is_for_people, words_findings, words_typed
from templates_lib.content import FormBody, JsonPair, JsonPairsBody, Pair, RawBody, WebhookContent

URL = "https://a.example"


def raw(text, content_type="application/json", **parts):
    return WebhookContent(url=URL, body=RawBody(text=text, content_type=content_type), **parts)


@pytest.mark.parametrize(
    "text",
    [
        "Your table is ready",
        "Hi {{ first_name }}, welcome!",
        "OK, done.",
        "Zoë's order hasn't left",
        "お客様のテーブルが準備できました",
    ],
)
def test_what_reads_like_words_for_people(text):
    assert is_for_people(text)


@pytest.mark.parametrize(
    "text",
    ["", "campaign", "spring_sale_2026", "{{ first_name }} {{ last_name }}", "2026-11-24 10:00:00", "a/b c/d", "Hi"],
)
def test_what_is_plumbing(text):
    assert not is_for_people(text)


def test_words_in_json_are_found_with_their_place_and_read_without_escapes():
    text = (
        '{\n  "a long key here": "Hi {{ first_name | default("you") }}, your \\"table\\" is ready",\n  "n": {{ x }}\n}'
    )
    [found] = words_typed(raw(text))
    assert (found.line, found.column) == (2, 23)
    assert text.split("\n")[1][22:].startswith(found.source)
    assert found.text == 'Hi {{ first_name | default("you") }}, your "table" is ready'


def test_words_in_xml_and_plain_text_are_found():
    [found] = words_typed(raw("<a>\n  Tom &amp; Jerry are here\n</a>", "application/xml"))
    assert (found.text, found.line, found.column) == ("Tom & Jerry are here", 2, 3)
    [found] = words_typed(raw("Your table is ready", "text/plain"))
    assert (found.source, found.line, found.column) == ("Your table is ready", 1, 1)


def test_words_in_rows_are_found_but_not_in_headers_numbers_and_names():
    pairs = (JsonPair(name="a b c d", value="x"), JsonPair(name="t", value="Your table is ready"))
    number = JsonPair(name="n", value="one two three", type="number")
    content = WebhookContent(
        url=URL,
        parameters=(
            Pair(name="q", value="Your order is late"),
            Pair(name="off", value="Not sent at all", enabled=False),
        ),
        headers=(Pair(name="X-Note", value="not looked at here"),),
        body=JsonPairsBody(pairs=(*pairs, number)),
    )
    assert [found.field for found in words_typed(content)] == ["parameters.0.value", "body.pairs.1.value"]
    form = WebhookContent(url=URL, body=FormBody(pairs=(Pair(name="t", value="Your table is ready"),)))
    assert [found.field for found in words_typed(form)] == ["body.pairs.0.value"]


def test_the_message_s_own_place_is_no_finding():
    assert list(words_typed(raw('{"text": "Dear customer of ours: {{ message }}"}'))) == []


def test_the_fix_moves_the_words_while_the_message_text_is_free():
    found: Any
    [found] = words_findings(raw('{"text": "Say \\"hi\\" to all"}'))
    assert (found.severity, found.fix["path"], found.fix["message"]) == (
        "warning",
        'Say \\"hi\\" to all',
        'Say "hi" to all',
    )
    [taken] = words_findings(raw('{"text": "Say hi to all"}', message_text="Hello"))
    assert taken.fix is None
    assert "has words already" in taken.hint
