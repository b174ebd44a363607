"""The straight-line code gives exactly what the templates give, or leaves the person to them."""

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from templates_lib.content import (
    FormBody,
    JsonPair,
    JsonPairsBody,
    MultipartBody,
    NoBody,
    Pair,
    RawBody,
    WebhookContent,
)
from templates_lib.rendering import CompiledContent, ContentInvalid, RenderedRequest, compile_content
from templates_lib.rendering.straight import NOT_STRAIGHT
from tests.templates_lib.naughty import NAUGHTY

URL = "https://api.example.com/people"
PERSON: dict[str, Any] = {
    "user_id": "u-1",
    "name": "Zoë “Z” O'Neil\n\\",
    "points": 7,
    "vip": True,
    "plan": "team/pro",
    "campaign": {"id": 3, "name": "Spring"},
    "profile": {"name": "Zoë", "address": {"city": "Zürich"}},
    "now": "2026-11-24T12:00:00+00:00",
}
PAIRS = (
    JsonPair(name="id", value="{{ user_id }}"),
    JsonPair(name='na"me', value="{{ name }} of {{ profile.address.city }}"),
    JsonPair(name="points", value=" {{ points }} ", type="number"),
    JsonPair(name="vip", value="{{ vip }}", type="boolean"),
    JsonPair(name="missing", value="{{ nobody | default('someone') }}"),
    JsonPair(name="all", value='{"m": "{{ message }}", "n": {{ points }}, "who": {{ name }}}', type="json"),
    JsonPair(name="fixed", value="é"),
)
STRAIGHT = {
    "json pairs": WebhookContent(url=URL, message_text="Hi {{ name }}: {{ points }}", body=JsonPairsBody(pairs=PAIRS)),
    "form": WebhookContent(
        url=f"{URL}/{{{{ plan }}}}?q={{{{ name }}}}",
        headers=(Pair(name="X-Plan", value=" {{ plan }} "), Pair(name="X-Fixed", value="1")),
        body=FormBody(pairs=(Pair(name="a b", value="{{ name }}"), Pair(name="b", value="x{{ vip }}"))),
    ),
    "raw JSON": WebhookContent(
        url=URL,
        parameters=(Pair(name="n", value="{{ name }}"), Pair(name="c", value="{{ campaign.name }}")),
        body=RawBody(text='{"n": {{ points }}, "{{ plan }}": "{{ name }}"}', content_type="application/json"),
    ),
    "raw text": WebhookContent(url=URL, body=RawBody(text="{{ name }}{{ name }} ", content_type="text/plain")),
    "nothing": WebhookContent(url=f"{URL}/{{{{ user_id }}}}", method="GET", body=NoBody()),
}


def compiled(content: WebhookContent) -> CompiledContent:
    return compile_content(content, secret_attached=True)


def templated(content: CompiledContent, values: Mapping[str, Any]) -> object:
    return replace(content, straight=None).render(values)


@pytest.mark.parametrize("content", STRAIGHT.values(), ids=STRAIGHT)
def test_straight_is_what_templates_give(content: WebhookContent) -> None:
    made = compiled(content)
    assert made.straight is not None
    rendered = RenderedRequest(made.method, *made.straight(PERSON))
    assert rendered == templated(made, PERSON)


@pytest.mark.parametrize("content", STRAIGHT.values(), ids=STRAIGHT)
@pytest.mark.parametrize("name", sorted(PERSON))
def test_odd_values_come_out_as_templates_have_them(content: WebhookContent, name: str) -> None:
    made = compiled(content)
    for odd in (*NAUGHTY, None, 1.5, float("nan"), 2**70, -1, False, "", [1, "a"], {"a": 1}, "x" * 20_000):
        values = {**PERSON, name: odd}
        assert made.render(values) == templated(made, values), odd
    without = {key: value for key, value in PERSON.items() if key != name}
    assert made.render(without) == templated(made, without)


@pytest.mark.parametrize(
    "text",
    [
        *("{{ name | upper }}", "{% if vip %}a{% endif %}", "{{ name ~ 'x' }}", "{{ name | default(plan) }}"),
        *("{{ now | date }}", "{{ now | date | default('soon') }}", "{{ points | number }}"),
    ],
)
def test_what_needs_a_template_is_not_straight(text: str) -> None:
    assert compiled(WebhookContent(url=URL, body=RawBody(text=text, content_type="text/plain"))).straight is None


def test_a_body_of_parts_is_not_straight() -> None:
    body = MultipartBody(pairs=(Pair(name="a", value="{{ name }}"),))
    assert compiled(WebhookContent(url=URL, body=body)).straight is None


def test_headers_that_are_the_same_for_all_are_one_object() -> None:
    made = compiled(STRAIGHT["json pairs"])
    assert made.straight is not None
    assert made.straight(PERSON)[1] is made.straight({**PERSON, "name": "Ann"})[1]


def test_text_of_the_content_is_never_code() -> None:
    """Names, texts and fallbacks that would end a string of Python or stand in one of its expressions."""
    nasty = "\"'{values}{0}\\n''' \"\"\" {{ name | default('\"}{x') }}"
    pairs = (JsonPair(name="a\"'{b}\\", value=nasty),)
    made = compiled(WebhookContent(url=URL, message_text=nasty, body=JsonPairsBody(pairs=pairs)))
    assert made.straight is not None
    for values in (PERSON, {}):
        assert made.render(values) == templated(made, values)


def test_random_content() -> None:
    chance = random.Random(1)
    straight = 0
    for _ in range(300):
        made = _random_content(chance)
        values = {name: chance.choice([value, chance.choice(NAUGHTY), 5]) for name, value in PERSON.items()}
        if made is None or made.straight is None:
            continue
        try:
            rendered = RenderedRequest(made.method, *made.straight(values))
        except NOT_STRAIGHT:
            continue
        straight += 1
        assert rendered == templated(made, values)
    assert straight > 50


def _random_content(chance: random.Random) -> CompiledContent | None:
    def text() -> str:
        values = [f"{{{{ {name} }}}}" for name in (*PERSON, "campaign.name", "no | default('x')", "message")]
        return "".join(chance.choice(["a", " ", "é", '"', *values, *values]) for _ in range(chance.randint(0, 5)))

    kinds = ("text", "text", "number", "boolean")
    json_pairs = tuple(JsonPair(name=f"n{n}", value=text(), type=chance.choice(kinds)) for n in range(3))
    pairs = tuple(Pair(name=f"p{n}", value=text()) for n in range(2))
    bodies = (JsonPairsBody(pairs=json_pairs), FormBody(pairs=pairs), RawBody(text=text(), content_type="text/plain"))
    content = WebhookContent(
        url=f"{URL}/x{text()}".replace('"', ""),
        parameters=pairs[:1],
        headers=(Pair(name="X-A", value=text()),),
        body=chance.choice(bodies),
        missing=chance.choice(["skip", "empty"]),
    )
    try:
        return compiled(content)
    except ContentInvalid:
        return None
