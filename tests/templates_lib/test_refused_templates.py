"""Templates that are refused when they are written, with the place and words for it."""

import pytest

from templates_lib.rendering.failures import TemplateRefused
from templates_lib.rendering.template import compile_field

JSON = [
    ('{"a": "{{ x }}', "never closed", None),
    ('{"a": 12{{ x }}}', "glued to 12", (1, 12)),
    ('{"a": {{ x }}.00}', "comma", (1, 14)),
    ('{"a": {{ x }} {{ y }}}', "A comma is missing", (1, 18)),
    ('{"a" {{ x }}}', "colon", (1, 9)),
    ('{"a": "\\{{ x }}"}', "backslash", (1, 12)),
    ('{"a": "\\u00{{ x }}"}', "backslash", (1, 15)),
    ("{'a': 1}", "double quotes", (1, 2)),
    ('{"a": tru}', "“tru” is not a JSON value", (1, 10)),
    ('{"a": 1\n "b": 2}', "comma", (2, 2)),
    ('{"a": 1}}', "already complete", (1, 9)),
    ('{"a": {% if x %}"y{% else %}"z"{% endif %}}', "branches", (1, 10)),
    ("[{% for i in x %}1{% endfor %}]", "run into each other", None),
    ('{% if x %}{ {% endif %}"a": 1{% if x %}}{% endif %}', "branches", None),
    ('{"a": {% if x %}"{% endif %}{{ y }}{% if x %}"{% endif %}}', "branches", None),
    ("[{% for i in x %}{{ i }}{% endfor %}]", "A comma is missing", (1, 21)),
    ("[{% for i in x %}[{{ i }}{% endfor %}]", "start and the end", None),
    ('{"a": ""{% for i in x %}, "b": "{% endfor %}"}', "start and the end", None),
    ("", "not complete", None),
    # The same text would be punctuation in one round of the loop and a value in the next.
    (
        '[{% for i in x %}{"a": {% if loop.first %}"q"{% endif %}{{ "," if c }}},{% endfor %}]',
        "different places",
        (1, 60),
    ),
    # Some people would get 12 out of 1 and 2.
    ('{"a": {% if c %}1{% endif %}{{ x }}}', "glued", None),
    ('{"a": {% if c %}{{ y }}{% endif %}{{ x }}}', "A comma is missing", None),
    ('{"a": {% if c %}{{ y }}{% endif %}5}', "comma", None),
]
URLS = [
    ("https://{{ x }}/", "can't choose the website", None),
    ("https://{{ x }}.com/", "can't choose the website", None),
    ("https://{{ x }}.co.uk/", "can't choose the website", None),
    ("https://{{ x }}.0.0.1/", "can't choose the website", None),
    ("https://api.{{ x }}/", "can't choose the website", None),
    ("https://{{ x }}{% if c %}.example.com{% else %}.com{% endif %}/", "can't choose the website", None),
    ("{{ x }}/a", "can't choose the website", (1, 4)),
    ("https://a.com{{ x }}", "can't choose the website", None),
    ("https://a.com:{{ x }}/", "port", None),
    ("https://a.com:99999/", "port", None),
    ("https://me:pw@a.com/", "before @", (1, 14)),
    ("https://a..com/", "empty part", None),
    ("javascript:{{ x }}", "must start with https://", (1, 1)),
    ("ftp://a.com", "must start with https://", (1, 1)),
    ("http{{ s }}://a.com", "can't choose the website", None),
    ("https://a.com/\n{{ x }}", "line break", (1, 15)),
    ("https://a.com{% if x %}/p{% endif %}{{ y }}", "branches", None),
    ("https://a.com/%{{ x }}", "bare %", (1, 19)),
    ("https://a.com/{% if c %}%{% endif %}{{ x }}", "bare %", None),
    ("https://a.com/5%", "bare %", None),
    ("https://a.com/#top", "never sent", (1, 15)),
    ("https://a.com/../admin", "changes where the request goes", None),
    ("https://a.com/%2E%2e/admin", "changes where the request goes", None),
    ("", "must start with https://", None),
]
XML = [
    ("<a>{{ x }}</b>", "</b> closes <a>", None),
    ("<{{ x }}/>", "tag or attribute name", None),
    ("<a {{ x }}/>", "tag or attribute name", None),
    ("<a b={{ x }}/>", "in quotes", None),
    ("<a><!-- {{ x }} --></a>", "comment", None),
    ("{{ x }}<a/>", "outside", None),
    ("<!DOCTYPE a><a/>", "DOCTYPE", None),
    ("{% if c %}<!DOCTYPE a>{% endif %}<a/>", "DOCTYPE", None),
    ("<a>{% if x %}<b>{% endif %}</b></a>", "branches", None),
    ("<a><?p {{ x }}?></a>", "tag or attribute name", None),
    ("<a>&{{ x }};</a>", "& right before", None),
    ("<a b='&#{{ x }};'/>", "& right before", None),
    ("<a>", "never closed", None),
    ('<?xml version="1.0" encoding="ISO-8859-1"?><a/>', "always sent as UTF-8", (1, 31)),
]
OTHERS = [
    ("header", "a\n{{ x }}", "line breaks", (1, 2)),
    ("header", '"a\\{{ x }}"', "backslash", None),
    ("form", "a=%4{{ x }}", "bare %", (1, 8)),
    ("text", "\ud800", "can't be sent", (1, 1)),
    ("text", "a\0", "can't be sent", (1, 2)),
    ("text", "{{ '\\ud800' }}", "half of a character", None),
]


@pytest.mark.parametrize(
    ("kind", "source", "words", "place"),
    [
        *(("json", *case) for case in JSON),
        *(("url", *case) for case in URLS),
        *(("xml", *case) for case in XML),
        *OTHERS,
    ],
)
def test_misplaced_text_or_value(kind: str, source: str, words: str, place: tuple[int, int] | None) -> None:
    with pytest.raises(TemplateRefused) as refusal:
        compile_field(kind, source, "skip")
    assert words in f"{refusal.value.message} {refusal.value.hint}"
    if place:
        assert (refusal.value.line, refusal.value.column) == place


@pytest.mark.parametrize(
    "url", ["https://{{ x }}.example.com/", "https://a.{{ x }}.example.com/", "https://{{ x }}.com"]
)
def test_no_value_in_the_host_beside_a_secret(url: str) -> None:
    with pytest.raises(TemplateRefused, match="secret is sent there"):
        compile_field("url_fixed_host", url, "skip")


LANGUAGE = [
    ("{{ x | safe }}", "There is no filter “safe”", (1, 4)),
    ("{{ x | uper }}", "Did you mean upper?", (1, 4)),
    ("{% if x is numbr %}{% endif %}", "Did you mean number?", None),
    ("{% macro a() %}{% endmacro %}", "Macros", None),
    ("{% include 'a' %}", "include", None),
    ("{% import 'a' as b %}", "import", None),
    ("{% from 'a' import b %}", "from", None),
    ("{% extends 'a' %}", "extends", None),
    ("{% block a %}{% endblock %}", "block", None),
    ("{% filter upper %}{% endfilter %}", "put the filter on the value", None),
    ("{% autoescape true %}{% endautoescape %}", "is not needed", None),
    ("{% call x() %}{% endcall %}", "call", None),
    ("{% do x %}", "no tag {% do %}", None),
    ("{% for a in b recursive %}{% endfor %}", "Recursive", None),
    ("{% set x | upper %}a{% endset %}", "Put the filter where x is used", None),
    ("{{ loop(1) }}", "loop() is not available", None),
    ("{{ self }}", "self is not available", None),
    ("{{ x.__class__ }}", "__class__ is not available", None),
    ("{{ __x }}", "__x is not available", None),
    ("{{ x | __json_string((1, 1, '')) }}", "no filter", None),
    ("{{ x | __skip }}", "no filter", None),
    ("{{ x.format(1) }}", "format() is not available", None),
    ("{{ lipsum() }}", "lipsum() is not available", None),
    ("{{ x.upper(*a) }}", "* and **", None),
    ("{% for loop in x %}{% endfor %}", "loop can't be set", None),
    ("{% with loop = x %}{% endwith %}", "loop can't be set", None),
    ("{% set message = x %}", "message can't be set", None),
    ("{{ x | }}", "filter's name is missing", (1, 8)),
    ("{{ x", "never closed", None),
    ("{% if x %}", "End it with {% endif %}", None),
    ("{% if x %}{% endfor %}", "First end {% if %}", (1, 14)),
    ("{% endif %}", "ends nothing", None),
    ("{% elseif x %}", "Write {% elif", None),
    ("{{ }}", "no name between", None),
    ("{{ x y }}", "“y” is not expected", (1, 6)),
    ("{% if x = 1 %}{% endif %}", "Write ==", None),
    ("{{ x | d('a' }}", "“)” is missing", None),
    ("{{ “x” }}", "straight quotes", (1, 4)),
    ("{{ 'x }}", "quote is never closed", None),
    ("{{ x ? }}", "“?” is not expected", (1, 6)),
    ("{# x", "note is never closed", None),
    ("{% for a of b %}{% endfor %}", "“in” is expected here, not “of”", None),
    ("{% skip %}{{ x }}", "never be reached", None),
]


@pytest.mark.parametrize(("source", "words", "place"), LANGUAGE)
def test_language_not_available(source: str, words: str, place: tuple[int, int] | None) -> None:
    with pytest.raises(TemplateRefused) as refusal:
        compile_field("text", source, "skip")
    assert words in f"{refusal.value.message} {refusal.value.hint}"
    if place:
        assert (refusal.value.line, refusal.value.column) == place


BOMBS = {
    "source": "x" * 65_537,
    "tokens": "{{ a }}" * 5000,
    "expression": "{{ " + "a+" * 400 + "a }}",
    "brackets": "{{ " + "(" * 20 + "a" + ")" * 20 + " }}",
    "lists": "{{ " + "[" * 20 + "]" * 20 + " }}",
    "blocks": "{% if a %}" * 11 + "{% endif %}" * 11,
    "loops": "{% for a in b %}" * 4 + "{% endfor %}" * 4,
    "stored blocks": "{% set a %}" * 2000 + "{% endset %}" * 2000,
    "branches": "{% if a %}" + "{% elif b %}" * 51 + "{% endif %}",
    "digits": "{{ " + "9" * 5000 + " }}",
    "big number": "{{ " + "9" * 90 + " }}",
    "name": "{{ " + "a" * 5000 + " }}",
    "nots": "{{ " + "not " * 300 + "a }}",
    "minuses": "{{ " + "-" * 300 + "a }}",
    "attributes": "{{ a" + ".b" * 190 + " }}",
    "filters": "{{ a" + "|upper" * 190 + " }}",
    "choices": "{{ " + "a if b else " * 90 + "a }}",
}


@pytest.mark.parametrize("name", BOMBS)
def test_too_big_to_compile(name: str) -> None:
    with pytest.raises(TemplateRefused):
        compile_field("text", BOMBS[name], "skip")


def test_too_many_ways_through_the_text() -> None:
    ways = "".join(f"{{% if a{index} %}}{'<b x=' if index % 2 else ' '}{{% endif %}}" for index in range(40))
    with pytest.raises(TemplateRefused):
        compile_field("xml", f"<a>{ways}</a>", "skip")
