"""Dates, numbers and amounts of money in a person's language: right, missing, wrong, and bounded."""

import datetime
import random
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from babel import localedata
from babel.dates import PATTERN_CHARS

from templates_lib.checks import check_content
from templates_lib.content import JsonPair, JsonPairsBody, MissingRule, Pair, WebhookContent
from templates_lib.rendering import compile_content, limits, locales
from templates_lib.rendering.date_patterns import date_pattern
from templates_lib.rendering.failures import BadValue, TemplateRefused
from tests.templates_lib.rendering import URL, raw, refused, render, render_field
from tests.templates_lib.test_speed import best_seconds

NOW = "2026-11-24T16:00:00.123456+00:00"
DAY = "2026-01-31"


def text_of(source: str, **values: Any) -> str:
    return render_field("text", source, values)


def refusal_of(source: str, **values: Any) -> BadValue:
    with pytest.raises(BadValue) as failure:
        text_of(source, **values)
    return failure.value


LONG = {
    "en": "November 24, 2026",
    "es": "24 de noviembre de 2026",
    "de-AT": "24. November 2026",
    "ja": "2026年11月24日",
    "ru": "24 ноября 2026\u202fг.",
    "ar": "24 نوفمبر 2026",
    "zh-TW": "2026年11月24日",
    "PT_br": "24 de novembro de 2026",
    "es-XX": "24 de noviembre de 2026",
}


@pytest.mark.parametrize("language", LONG)
def test_date_in_a_language(language: str) -> None:
    assert text_of("{{ now | date('long', language=language) }}", now=NOW, language=language) == LONG[language]


AMOUNTS = {
    "en": ("1,234,567.5", "€1,234,567.50", "¥1,234,568"),
    "es": ("1.234.567,5", "1.234.567,50\xa0€", "1.234.568\xa0JPY"),
    "fr": ("1\u202f234\u202f567,5", "1\u202f234\u202f567,50\xa0€", "1\u202f234\u202f568\xa0JPY"),
    "de-CH": ("1’234’567.5", "EUR\xa01’234’567.50", "¥\xa01’234’568"),
    "hi": ("12,34,567.5", "€12,34,567.50", "JP¥12,34,568"),
    "ja": ("1,234,567.5", "€1,234,567.50", "￥1,234,568"),
}


@pytest.mark.parametrize("language", AMOUNTS)
def test_number_and_currency_in_a_language(language: str) -> None:
    source = "{{ x | number }}|{{ x | currency('EUR') }}|{{ x | currency('jpy') }}"
    assert tuple(text_of(source, x=1234567.5, language=language).split("|")) == AMOUNTS[language]


def test_the_language_is_the_argument_s_else_the_person_s_else_english() -> None:
    source = "{{ x | date('MMMM') }} {{ x | date('MMMM', language='fr') }}"
    assert text_of(source, x=DAY, language="de") == "Januar janvier"
    for own in (None, "", "Deutsch", 7, "x" * 500, "../../etc/passwd"):
        assert text_of(source, x=DAY, language=own) == "January janvier"
    assert text_of(source, x=DAY) == "January janvier"


def test_the_zone_is_the_argument_s_else_the_person_s_else_utc() -> None:
    source = "{{ now | date('d H:mm') }} {{ now | date('d H:mm', zone='america/new_york') }}"
    assert text_of(source, now=NOW, time_zone="Pacific/Auckland") == "25 5:00 24 11:00"
    for own in (None, "", "Mars/Base", 7, "x" * 500, "../../etc/passwd"):
        assert text_of(source, now=NOW, time_zone=own) == "24 16:00 24 11:00"


def test_the_hour_follows_the_change_of_the_clocks() -> None:
    source = "{{ x | date(\"d H:mm 'Uhr' zzz\", zone='Europe/Berlin', language='de') }}"
    moments = ("2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00+00:00")
    assert [text_of(source, x=moment) for moment in moments] == [
        "29 1:59 Uhr MEZ",
        "29 3:00 Uhr MESZ",
        "25 2:30 Uhr MESZ",
        "25 2:30 Uhr MEZ",
    ]


def test_a_day_and_a_time_without_offset_are_never_moved() -> None:
    assert text_of("{{ x | date('d MMM') }}", x=DAY, time_zone="Pacific/Auckland") == "31 Jan"
    assert text_of("{{ x | date('d H:mm') }}", x="2026-01-31T23:30", time_zone="Pacific/Auckland") == "31 23:30"
    problem = refusal_of("{{ x | date('d H:mm') }}", x=DAY)
    assert problem.message == "“2026-01-31” is a day without a time, and the pattern “d H:mm” asks for one."


def test_dates_of_python_are_dates() -> None:
    moment = datetime.datetime(2026, 1, 31, 23, 30, tzinfo=datetime.UTC)
    source = "{{ x | date('d MMM y', zone='Europe/Madrid') }}"
    assert [text_of(source, x=x) for x in (moment, moment.date())] == ["1 Feb 2026", "31 Jan 2026"]


NUMBERS = [
    (0.1 + 0.2, "", "0.3"),
    (2.5, "0", "3"),
    (-2.5, "0", "-3"),
    (0.125, "2", "0.13"),
    (1.005, "2", "1.01"),
    (-0.001, "2", "0.00"),
    ("1234.50", "decimals=2", "1,234.50"),
    (12.3456, "", "12.346"),
    (7, "2", "7.00"),
    (10**29, "1", "100,000,000,000,000,000,000,000,000,000.0"),
    (1e-300, "15", "0.000000000000000"),
]


@pytest.mark.parametrize(("value", "arguments", "expected"), NUMBERS)
def test_numbers_are_as_written_and_halves_go_up(value: Any, arguments: str, expected: str) -> None:
    assert text_of(f"{{{{ x | number({arguments}) }}}}", x=value) == expected


def test_what_stands_around_it_escapes_the_text() -> None:
    pairs = (JsonPair(name="a", value="{{ x | currency('EUR') }}"), JsonPair(name="n", value="{{ x }}", type="number"))
    content = WebhookContent(
        url=f"{URL}/{{{{ day | date('short') }}}}",
        headers=(Pair(name="X-Amount", value="{{ x | currency('EUR') }}"),),
        body=JsonPairsBody(pairs=pairs),
    )
    request = render(content, x=1234.5, day=DAY, language="de")
    assert request.url == f"{URL}/31.01.26"
    assert request.headers[0] == (b"X-Amount", "1.234,50\xa0€".encode())
    assert orjson.loads(request.body) == {"a": "1.234,50\xa0€", "n": 1234.5}
    assert render(content, x=1, day=DAY, language="en").url == f"{URL}/1%2F31%2F26"


def test_the_result_is_text_also_for_a_number_in_json() -> None:
    source = '{"n": {{ x | number }}, "d": {{ day | date("QQQ") }}, "q": "{{ day | date(p) }}"}'
    assert orjson.loads(render_field("json", source, {"x": 5, "day": DAY, "p": "y '\"' M"})) == {
        "n": "5",
        "d": "Q1",
        "q": '2026 " 1',
    }
    number = JsonPairsBody(pairs=(JsonPair(name="n", value="{{ x | number }}", type="number"),))
    assert refused(WebhookContent(url=URL, body=number), x=1234).message == "“1,234” is not a number."


# Missing and empty


@pytest.mark.parametrize("use", ["date", "number", "currency('EUR')", "date | upper"])
@pytest.mark.parametrize("values", [{}, {"x": None}])
def test_missing_follows_the_rule(use: str, values: dict[str, Any]) -> None:
    problem = refused(raw(f"a {{{{ x | {use} }}}}", "text/plain"), **values)
    assert (problem.kind, problem.missing, problem.line) == ("missing", ("x",), 1)
    assert render(raw(f"a{{{{ x | {use} }}}}", "text/plain", missing="empty"), **values).body == b"a"


def test_nan_and_infinity_are_missing() -> None:
    for odd in (float("nan"), float("inf"), 1e400):
        for use in ("number", "currency('EUR')"):
            assert refused(raw(f"{{{{ x | {use} }}}}", "text/plain"), x=odd).missing == ("x",)


def test_a_missing_argument_is_missing() -> None:
    for use in ("currency(y)", "date('d', language=y)", "date('d', zone=y)", "date(y)"):
        value = 5 if "currency" in use else DAY
        assert refused(raw(f"{{{{ x | {use} }}}}", "text/plain"), x=value).missing == ("y",)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ x | default('2026-01-31') | date('d.M.') }}", "31.1."),
        ("{{ x | date('d.M.') | default('soon') }}", "soon"),
        ("{{ x | default(0) | number(2) }}", "0.00"),
        ("{{ x | number | default('many') | upper }}", "MANY"),
        ("{{ x | currency('EUR') | default('for free') }}", "for free"),
        ("{{ x | default('') | date }}", ""),
    ],
)
@pytest.mark.parametrize("rule", ["skip", "empty"])
def test_a_fallback_stands_before_or_behind(source: str, expected: str, rule: MissingRule) -> None:
    for values in ({}, {"x": None}):
        assert render_field("text", source, values, missing=rule) == expected
    content = raw(source, "text/plain")
    assert check_content(content, secret_attached=False) == ()


def test_an_empty_text_stays_one() -> None:
    for use in ("date", "number", "currency('EUR')"):
        assert text_of(f"{{{{ x | {use} }}}}", x=" ") == ""
        assert text_of(f"{{{{ x | {use} | default('a', true) }}}}", x="") == "a"


def test_without_a_fallback_the_lint_warns() -> None:
    content = raw("{{ a | date }} {{ b | number | upper }} {{ c | date | default('d') }}", "text/plain")
    found = check_content(content, secret_attached=False)
    assert [problem.message.split()[0] for problem in found] == ["a", "b"]


# What is wrong


NO_DATES = ("soon", "31.1.2026", "2026-02-30", "2026-01-31T25:00", "20260131", DAY * 9000, 5, True, [DAY], {"a": 1})


@pytest.mark.parametrize("value", NO_DATES, ids=lambda value: str(value)[:20])
def test_what_is_no_date_refuses_the_person(value: Any) -> None:
    problem = refused(raw("{{ x | date }}", "text/plain"), x=value)
    assert problem.kind == "invalid"
    assert "is not a date." in problem.message
    assert len(problem.message) < 80
    assert "2026-01-31T09:30:00Z" in problem.hint


NO_NUMBERS = ("many", "1,5", "1e400", "NaN", "Infinity", "1" * 61, "٣", "--1", True, [1], 10**30, 10**400, 1e300)


@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda value: str(value)[:20])
def test_what_is_no_number_refuses_the_person(value: Any) -> None:
    for use in ("number", "currency('EUR')"):
        problem = refused(raw(f"{{{{ x | {use} }}}}", "text/plain"), x=value)
        assert problem.kind == "invalid"
        assert len(problem.message) < 80


WRONG_ARGUMENTS = [
    ("date('d', zone=%s)", "Mars/Base", "There is no time zone “Mars/Base”."),
    ("date('d', zone=%s)", "../UTC", "There is no time zone “../UTC”."),
    ("date('d', language=%s)", "klingon", "There is no language “klingon”."),
    ("date('d', language=%s)", "../root", "There is no language “../root”."),
    ("number(language=%s)", "root", "There is no language “root”."),
    ("currency(%s)", "EURO", "There is no currency “EURO”."),
    ("currency('EUR', language=%s)", "x", "There is no language “x”."),
    ("date(%s)", "d 'de MMMM", "The date pattern “d 'de MMMM” has a quote that is never closed."),
    ("date(%s)", "d de MMMM", "The date pattern “d de MMMM” has d in two places."),
    ("date(%s)", "%d.%m", "The date pattern “%d.%m” has a % that means nothing."),
    ("date(%s)", "d of MMMM", "The date pattern “d of MMMM” has a o that means nothing."),
    ("date(%s)", "dd.MM.YYYY", "The date pattern “dd.MM.YYYY” has Y, the year of a week."),
    ("date(%s)", "DD.MM.yyyy", "The date pattern “DD.MM.yyyy” has D, the day of the year."),
    ("date(%s)", "yyyy-mm-dd", "The date pattern “yyyy-mm-dd” has m, the minutes, without an hour."),
    ("date(%s)", "MMMMMM", "The date pattern “MMMMMM” has a letter too often in a row."),
    ("date(%s)", "'d'", "The date pattern “'d'” has no part of a date."),
    ("date(%s)", "y" * 101, "The date pattern is longer than 100 characters."),
    ("number(%s)", 16, "decimals takes a number from 0 to 15."),
    ("number(%s)", -1, "decimals takes a number from 0 to 15."),
]


@pytest.mark.parametrize(("use", "argument", "message"), WRONG_ARGUMENTS)
def test_a_wrong_argument(use: str, argument: Any, message: str) -> None:
    """Found when content is compiled if the template says it, at the person if a value does."""
    x = DAY if use.startswith("date") else 5
    assert refusal_of(f"{{{{ x | {use % 'y'} }}}}", x=x, y=argument).message == message
    if argument != -1:  # the parser makes an operator of the sign
        literal = f'"{argument}"' if isinstance(argument, str) else str(argument)
        with pytest.raises(TemplateRefused) as refusal:
            text_of(f"\n{{{{ x | {use % literal} }}}}", x=x)
        assert (refusal.value.message, refusal.value.line, refusal.value.column) == (message, 2, 4)


@pytest.mark.parametrize(
    "source",
    [
        "{{ x | default('soon') | date }}",
        "{{ 'soon' | date }}",
        "{{ x | d('many') | number }}",
        "{{ x | currency }}",
        "{{ x | currency('') }}",
        "{{ x | date('') }}",
        "{{ x | date('d', 'UTC', 'en', 1) }}",
        "{{ x | date(format='d') }}",
        "{{ x | number(true) }}",
        "{% if x | date('MM-dd') == now | date('MM-DD') %}a{% endif %}",
    ],
)
def test_a_mistake_in_the_template_is_found_when_it_is_compiled(source: str) -> None:
    with pytest.raises(TemplateRefused):
        text_of(source, x=None)


# Bounds


def test_no_pattern_breaks_a_render() -> None:
    """Whatever the pattern, language, zone and moment: a short text, or the person is refused with a reason."""
    chance = random.Random(1)
    languages = sorted(localedata.locale_identifiers())[::40]
    moments = (DAY, NOW, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-03-29T02:30", "0001-01-01")
    zones = ("UTC", "Europe/Madrid", "Asia/Kolkata", "Etc/GMT+12", "America/St_Johns")
    written = 0
    for _ in range(3000):
        letters = chance.sample(sorted(PATTERN_CHARS), chance.randint(1, 3))
        pattern = chance.choice((" ", "'%s{0}'", "年", "''")).join(letter * chance.randint(1, 5) for letter in letters)
        values = {"x": chance.choice(moments), "p": pattern, "z": chance.choice(zones), "l": chance.choice(languages)}
        try:
            assert 0 < len(text_of("{{ x | date(p, z, l) }}", **values)) < 300
            written += 1
        except BadValue as bad:
            if "can't work with" in bad.message:
                pytest.fail(f"{values}: {bad.message}")
    assert written > 500


def test_widths_of_a_pattern_are_bounded_by_its_length() -> None:
    assert len(text_of("{{ x | date(p) }}", x=NOW, p="y" * 100)) == 100
    assert len(text_of("{{ x | date(p) }}", x=NOW, p="S" * 100)) == 100
    assert date_pattern("d '" + "x" * 90 + "'").fields == {"d"}


@pytest.fixture
def no_languages() -> Iterator[None]:
    """Babel as it is in a new process."""
    locales._loaded.clear()
    localedata.clear_caches()
    yield
    locales._loaded.clear()
    localedata.clear_caches()


@pytest.mark.usefixtures("no_languages")
def test_few_languages_are_held_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_LANGUAGES", 5)
    for identifier in sorted(localedata.locale_identifiers())[:60]:
        assert text_of("{{ x | date('MMMM', language=l) }}", x=DAY, l=identifier)
        assert len(locales._loaded) <= 5
        # Each with what it builds upon: a language and a script.
        assert len(localedata._cache) <= 5 * 3 + 1


@pytest.mark.usefixtures("no_languages")
def test_all_languages_in_one_request_are_over_its_time() -> None:
    everything = sorted(localedata.locale_identifiers())
    source = "{% for l in all %}{{ x | date('full', language=l) }}{% endfor %}"
    assert refused(raw(source, "text/plain"), x=NOW, all=everything).kind == "budget"


def test_a_thousand_dates() -> None:
    """Measured: 35 ms, 53 for numbers and 82 for amounts of money (docs/decisions/0004-rendering-by-place.md)."""
    for use, bound in (("date('d MMMM y')", 0.2), ("number(2)", 0.3), ("currency('EUR')", 0.45)):
        compiled = compile_content(raw(f"{{{{ x | {use} }}}}", "text/plain"), secret_attached=True)
        person = {"x": NOW if "date" in use else 1234.5, "language": "es", "time_zone": "Europe/Madrid"}
        assert best_seconds(lambda: [compiled.render(person) for _ in range(1000)]) < bound  # noqa: B023
