"""What templates may do, and what happens to missing values, skips and the message text."""

import datetime
import uuid
from typing import Any

import orjson
import pytest

from templates_lib.content import JsonPair, JsonPairsBody, MissingRule, Pair, WebhookContent
from templates_lib.rendering import RenderedRequest, compile_content
from templates_lib.rendering.template import compile_field
from tests.templates_lib.rendering import URL, raw, refused, render, render_field

ORDERS = [{"c": "a", "n": 1}, {"c": "b", "n": 2}, {"c": "a", "n": 3}]
# A template, the values, the JSON it makes, and whether it is warned about.
GOOD: list[tuple[str, dict[str, Any], Any, bool]] = [
    ("[{% for i in x %}{{ i }}{% if not loop.last %},{% endif %}{% endfor %}]", {"x": [1, "b"]}, [1, "b"], False),
    ('[{% for i in x %}{% if not loop.first %}, {% endif %}"{{ i }}"{% endfor %}]', {"x": [1]}, ["1"], False),
    ("[{% for i in x %}{% if loop.index > 1 %},{% endif %}{{ i }}{% endfor %}]", {"x": [1, 2]}, [1, 2], False),
    ('[{% for i in x %}{{ "" if loop.last else "," }}{% endfor %}]', {"x": [1]}, [], True),
    ("[{% for i in x %}{{ i }},{% endfor %}]", {"x": [1, 2]}, [1, 2], True),
    ("[{% for i in x -%}  {{ i }}  {%- if not loop.last -%} , {%- endif -%} {% endfor %}]", {"x": [1]}, [1], False),
    (
        '{ {% for k, v in d.items() %}"{{ k }}": {{ v }}{{ "," if not loop.last else "" }}{% endfor %} }',
        {"d": {"a": 1, "b": None}},
        {"a": 1, "b": None},
        False,
    ),
    ('{ {% if a %}"a": 1,{% endif %}{% if b %}"b": 2,{% endif %} }', {"a": 1, "b": 0}, {"a": 1}, True),
    ('{ {% if a %}"a": 1{% endif %}{% if b %},"b": 2{% endif %} }', {"a": 0, "b": 1}, {"b": 2}, True),
    ('{"a": {% if x %}{{ x }}{% else %}null{% endif %}}', {"x": "q"}, {"a": "q"}, False),
    ('{"a": {% raw %}"{{ x }}"{% endraw %}}', {}, {"a": "{{ x }}"}, False),
    ('{"a": "line\nbreak {% if x %}\n{{ x }}\n{% endif %}"}', {"x": 1}, {"a": "line\nbreak \n1\n"}, False),
    ('{# c #}{"a": "{% set b = x | upper %}{{ b }}"}', {"x": "q"}, {"a": "Q"}, False),
    ('{"a": "{% set b %}<{{ x }}>{% endset %}{{ b }}"}', {"x": '"'}, {"a": '<">'}, False),
    (
        '{% set n = namespace(t=0) %}{% for i in x %}{% set n.t = n.t + i %}{% endfor %}{"t": {{ n.t }}}',
        {"x": [1, 2, 3]},
        {"t": 6},
        False,
    ),
    ('{"i": {{ o.items }}, "n": {{ o.keys }}}', {"o": {"items": [1], "keys": 2}}, {"i": [1], "n": 2}, False),
    ('{"a": {{ x | from_json }} }', {"x": '{"b": [1]}'}, {"a": {"b": [1]}}, False),
    ('{"a": {{ x | tojson }} }', {"x": {"b": [1]}}, {"a": {"b": [1]}}, False),
    ('{"a": "{{ x | tojson }}" }', {"x": {"b": '"'}}, {"a": '{"b":"\\""}'}, False),
    ('{"a": {{ x if c }} }', {"c": False}, {"a": None}, False),
    ('{"a": {{ x | selectattr("c", "eq", "a") | map(attribute="n") }} }', {"x": ORDERS}, {"a": [1, 3]}, False),
    (
        '{"a": {{ x | sum("n") }}, "b": {{ x | map(attribute="c") | unique }} }',
        {"x": ORDERS},
        {"a": 6, "b": ["a", "b"]},
        False,
    ),
    ('{"a": {{ x | sort(attribute="n", reverse=true) | first }} }', {"x": ORDERS}, {"a": {"c": "a", "n": 3}}, False),
    (
        '[{% for a in x %}[{% for b in a %}{{ b }}{{ "," if not loop.last }}{% endfor %}]'
        '{{ "," if not loop.last }}{% endfor %}]',
        {"x": [[1, 2], [], [3]]},
        [[1, 2], [], [3]],
        False,
    ),
    (
        '[{% for i in x if i > 1 %}{{ i }}{{ "," if not loop.last }}{% else %}"none"{% endfor %}]',
        {"x": [1, 2]},
        [2],
        False,
    ),
    (
        '{"a": {{ x[0:2] }}, "b": "{{ y.split(" ")[0].upper() }}"}',
        {"x": [1, 2, 3], "y": "an na"},
        {"a": [1, 2], "b": "AN"},
        False,
    ),
    ('{"a": {{ 2 ** 10 + 7 // 2 }}, "b": "{{ x ~ "-" ~ 1 }}"}', {"x": "q"}, {"a": 1027, "b": "q-1"}, False),
    (
        '{"a": "{{ now.strftime("%d.%m.%Y") }}", "b": {{ now.year }}}',
        {"now": datetime.date(2026, 3, 1)},
        {"a": "01.03.2026", "b": 2026},
        False,
    ),
    ('{"a": {{ d }}}', {"d": datetime.date(2026, 3, 1)}, {"a": "2026-03-01"}, False),
]


@pytest.mark.parametrize(("source", "values", "expected", "warned"), GOOD)
def test_json_template(source: str, values: dict[str, Any], expected: Any, warned: bool) -> None:
    assert orjson.loads(render_field("json", source, values)) == expected
    assert bool(compile_field("json", source, "skip").warnings) == warned


FILTERS = [
    ("{{ x | default('a') | upper }}", {}, "A"),
    ("{{ x | d('a', true) }}", {"x": ""}, "a"),
    ("{{ x | truncate(5) }}", {"x": "abcdefgh"}, "abcd…"),
    ("{{ x | replace('a', 'b') | title | trim }}", {"x": " aa c "}, "Bb C"),
    ("{{ x | join(', ') }}", {"x": ["a", 1, True]}, "a, 1, true"),
    ("{{ x | round(1) }} {{ '12.7' | int }} {{ 'q' | int(3) }} {{ '1.5' | float }}", {"x": 1.26}, "1.3 12 3 1.5"),
    ("{{ x | length }} {{ x | last }} {{ x | reverse | first }} {{ x | max }}", {"x": [1, 2]}, "2 2 2 2"),
    ("{{ x | escape }}", {"x": "<b>"}, "&lt;b&gt;"),
    ("{{ x | urlencode }}", {"x": {"a": "b c", "d": None}}, "a=b%20c"),
    ("{{ 'yes' if x is defined else 'no' }}", {"x": None}, "no"),
    ("{{ x == 'a' }} {{ x != 'a' }}", {}, "false true"),
    ("{% if x %}a{% elif y %}b{% else %}c{% endif %}", {"y": 1}, "b"),
    ("{{ profile['my key'] }}", {"profile": {"my key": "v"}}, "v"),
    ("{{ x }}", {"x": uuid.UUID(int=7)}, "00000000-0000-0000-0000-000000000007"),
    ("{{ true }} {{ 1.0 }} {{ [1, 'a'] }}", {}, 'true 1.0 [1,"a"]'),
]


@pytest.mark.parametrize(("source", "values", "expected"), FILTERS)
def test_filters(source: str, values: dict[str, Any], expected: str) -> None:
    assert render_field("text", source, values) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% for tag in tags %}{{ loop.cycle('odd', 'even') }} {% endfor %}", "odd even odd "),
        ("{% for tag in tags %}{% if loop.changed(tag) %}{{ tag }}{% endif %}{% endfor %}", "ab"),
        ("{% for tag in tags %}{{ range(loop.index) | join }} {% endfor %}", "0 01 012 "),
        ("{% for tag in tags %}{% set ns = namespace(seen=tag) %}{{ ns.seen }}{% endfor %}", "abb"),
        ("{% for tag in tags %}{% for other in range(2) %}{{ loop.index }}{% endfor %} {% endfor %}", "12 12 12 "),
    ],
)
def test_calls_within_a_loop(source: str, expected: str) -> None:
    assert render_field("text", source, {"tags": ["a", "b", "b"]}, missing="empty") == expected


def test_url_path_keeps_slashes() -> None:
    url = render_field("url", "https://a.example.com/{{ x | url_path }}?q={{ x }}", {"x": "a b/c"})
    assert url == "https://a.example.com/a%20b/c?q=a%20b%2Fc"


def test_space_around_a_url_means_nothing() -> None:
    assert render_field("url", " https://a.example.com/{{ x }}\n", {"x": 1}) == "https://a.example.com/1"


def test_url_in_another_script_becomes_ascii() -> None:
    assert render_field("url", "HTTPS://münchen.example:8443/ö?ü", {}) == (
        "https://xn--mnchen-3ya.example:8443/%C3%B6?%C3%BC"
    )


BAD_VALUES = [
    ("{{ x | from_json }}", {"x": "{"}, "not JSON"),
    ("{{ x.upper() }}", {"x": 1}, "has no .upper()"),
    ("{% for i in x %}{% endfor %}", {"x": 1}, "can't be looped over"),
    ("{{ x + 1 }}", {"x": "1"}, "doesn't work between a text and a number"),
    ("{{ x / 0 }}", {"x": 1}, "divided by zero"),
    ("{{ x | round }}", {"x": "a"}, "needs a number"),
    ("{{ x | sort }}", {"x": [1, "a"]}, "can't work with"),
    ("{{ x[::0] }}", {"x": [1]}, "can't work with"),
    ("{{ x | map(y) }}", {"x": [1], "y": "__skip"}, "There is no filter"),
]


@pytest.mark.parametrize(("source", "values", "words"), BAD_VALUES)
def test_value_that_does_not_fit(source: str, values: dict[str, Any], words: str) -> None:
    problem = refused(raw(f"a\n{source}", "text/plain"), **values)
    assert (problem.kind, problem.field, problem.line) == ("invalid", "body.text", 2)
    assert words in problem.message


def test_value_may_not_take_the_name_of_another_field() -> None:
    problem = refused(raw('{"admin": false, "{{ x }}": true}'), x="admin")
    assert (problem.kind, problem.message) == ("invalid", "For this person the body has the name “admin” twice.")


def test_every_missing_name_is_told() -> None:
    content = raw('{"a": {{ a }}, "c": "{{ c.d }}"}', url=f"{URL}/{{{{ b }}}}", message_text="{{ profile.e | upper }}")
    problem = refused(content, c={}, profile={"e": None})
    assert (problem.kind, problem.field) == ("missing", "message_text")
    assert problem.missing == ("e", "b", "a")
    assert refused(raw("\n{{ a.b.c }}"), a={}).missing == ("a.b.c",)


@pytest.mark.parametrize(
    "source",
    [
        "{{ x | upper }}",
        "{{ x.split(',') }}",
        "{{ x[0:1] }}",
        "{{ 'a' ~ x }}",
        "{{ x + 1 }}",
        "{{ x > 1 }}",
        "{{ x | join }}",
    ],
)
@pytest.mark.parametrize("values", [{}, {"x": None}])
def test_missing_inside_an_expression(source: str, values: dict[str, Any]) -> None:
    problem = refused(raw(source, "text/plain"), **values)
    assert (problem.kind, problem.missing, problem.line) == ("missing", ("x",), 1)


EMPTY = [
    ("json", '{"a": {{ x }}, "b": "{{ x }}", "c": "{{ x | upper }}"}', '{"a": null, "b": "", "c": ""}'),
    ("text", "<{{ x }}{{ x.y.z }}{{ 'a' ~ x }}{% for i in x %}{% endfor %}{{ x | join }}>", "<a>"),
    ("text", "{% if x > 1 or x < 1 or 'a' in x %}a{% endif %}{{ x + 1 }}{{ x + 'a' }}", "1a"),
    ("text", "{{ y > 1 or y in ['a'] }}", "false"),
    ("header", "<{{ x }}>", "<>"),
    ("xml", "<a b='{{ x }}'>{{ x }}</a>", "<a b=''></a>"),
    ("url", "https://a.example.com/?q={{ x }}", "https://a.example.com/?q="),
]


@pytest.mark.parametrize(("kind", "source", "expected"), EMPTY)
def test_rule_send_empty(kind: str, source: str, expected: str) -> None:
    assert render_field(kind, source, {"y": None}, missing="empty") == expected


def test_empty_path_segment_is_missing_whatever_the_rule() -> None:
    problem = refused(WebhookContent(url=f"{URL}/{{{{ x }}}}/y", missing="empty"), x="")
    assert (problem.kind, problem.missing, problem.field) == ("missing", ("x",), "url")


@pytest.mark.parametrize(("rule", "expected"), [("skip", "missing"), ("stop", "missing"), ("empty", None)])
def test_number_without_value(rule: MissingRule, expected: str | None) -> None:
    pairs = (JsonPair(name="n", value="{{ x }}", type="number"), JsonPair(name="b", value="{{ x }}", type="boolean"))
    content = WebhookContent(url=URL, body=JsonPairsBody(pairs=pairs), missing=rule)
    for values in ({}, {"x": None}, {"x": ""}):
        result = compile_content(content, secret_attached=True).render(values)
        if isinstance(result, RenderedRequest):
            assert (expected, result.body) == (None, b'{"n":null,"b":null}')
        else:
            assert (result.kind, result.missing) == (expected, ("x",))


def test_wrong_number_and_boolean() -> None:
    pairs = (JsonPair(name="n", value="{{ x }}", type="number"), JsonPair(name="b", value="{{ y }}", type="boolean"))
    content = WebhookContent(url=URL, body=JsonPairsBody(pairs=pairs))
    assert refused(content, x="007", y="yes").message == "“007” is not a number."
    assert refused(content, x="7", y="maybe").field == "body.pairs.1.value"
    assert render(content, x="7", y="No").body == b'{"n":7,"b":false}'


def test_skip_on_purpose() -> None:
    content = raw('{% if not consent %}{% skip "no consent in " ~ country %}{% endif %}{"a": 1}')
    problem = refused(content, country="FR")
    assert (problem.kind, problem.message, problem.field) == ("skip", "no consent in FR", "body.text")
    assert render(content, consent=True).body == b'{"a": 1}'


def test_skip_comes_before_a_bad_value() -> None:
    content = raw("{% skip 'on purpose' %}", "text/plain", headers=(Pair(name="X-A", value="{{ x }}"),))
    assert refused(content, x="a\nb").message == "on purpose"


def test_skip_comes_before_missing_values() -> None:
    content = raw('{% skip "not a customer" %}', url=f"{URL}/{{{{ crm_id }}}}")
    assert refused(content).message == "not a customer"
    assert refused(raw("{% skip %}", "text/plain")).message == "Left out by the template."


def test_message_is_a_value_in_every_place() -> None:
    content = WebhookContent(
        url=f"{URL}/{{{{ message }}}}",
        headers=(Pair(name="X-Message", value="{{ message }}"),),
        body=JsonPairsBody(pairs=(JsonPair(name="m", value="{{ message }}"),)),
        message_text='{{ x }} "{% raw %}{{ y }}{% endraw %}"',
    )
    request = render(content, x="Zoë/", message="an attribute of this name")
    assert request.url == f"{URL}/Zo%C3%AB%2F%20%22%7B%7B%20y%20%7D%7D%22"
    assert request.headers[0] == (b"X-Message", 'Zoë/ "{{ y }}"'.encode())
    assert orjson.loads(request.body) == {"m": 'Zoë/ "{{ y }}"'}


def test_names_set_in_one_field_do_not_reach_the_next() -> None:
    content = raw("{{ x | default('none') }}", "text/plain", url=f"{URL}/{{% set x = 'a' %}}{{{{ x }}}}")
    assert render(content).body == b"none"


def test_stored_request_reads_back() -> None:
    request = render(
        raw("é\n\n{{ x }}", "text/plain", headers=(Pair(name="X-A", value="ü {{ x }}"),)), x="\ud83d\ude00"
    )
    assert RenderedRequest.load(request.dump()) == request
    for broken in (b"", b"{}", b"[9,1,2,[]]\n"):
        with pytest.raises(ValueError):
            RenderedRequest.load(broken)
