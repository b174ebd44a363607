"""The filters that write dates, numbers and amounts of money as people of a language do.

The language is the argument's, else the person's own `language`, else English; the zone likewise, else UTC. What is
missing stays missing, so that `default(…)` may stand before or behind them; an empty text stays empty.
"""

import copy
import datetime
import decimal
import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.numbers import NumberPattern, format_currency, get_currency_precision
from jinja2 import pass_context

from . import limits
from .budget import RenderContext
from .date_patterns import TIME_FIELDS, ZONE_FIELDS, Pattern, date_pattern
from .failures import BadValue
from .locales import currency_named, locale_named, read_tables, zone_named
from .values import is_blank, to_text, type_name

_STEPS = 5  # 25 to 70 µs, where `upper` takes 3
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.,+Z-]{2,30})?\Z")
_NUMBER = re.compile(r"-?[0-9]{1,60}(?:\.[0-9]{1,60})?\Z")
_DATE_HINT = (
    'Dates look like 2026-01-31 or 2026-01-31T09:30:00Z. Words instead of a date go last: | date | default("soon").'
)
_NUMBER_HINT = 'Numbers look like 1234.5. Words instead of a number go last: | number | default("some").'
MAX_DIGITS = 30
MAX_DECIMALS = 15
USUAL_DECIMALS = 3  # the most that the CLDR's usual pattern, #,##0.###, shows
# Halves away from zero, as on an invoice; Python's usual context would make 0.125 to 0.12.
_COMMERCIAL = decimal.Context(prec=2 * limits.MAX_WORD_CHARACTERS, rounding=decimal.ROUND_HALF_UP)


@pass_context
def date(context: RenderContext, value: Any, pattern: Any = "medium", zone: Any = "", language: Any = "") -> Any:
    context.budget.step(_STEPS)
    if is_blank(value):
        return _missing(context, value)
    day = read_date(value)
    if day is None:
        return ""
    written = date_pattern(to_text(context, pattern))
    own_zone, locale = _zone(context, zone), _locale(context, language)
    if isinstance(day, datetime.datetime):
        day = _in_zone(day, own_zone)
    return _written_date(day, written, locale)


@pass_context
def number(context: RenderContext, value: Any, decimals: Any = None, language: Any = "") -> Any:
    context.budget.step(_STEPS)
    if _is_no_number(value):
        return _missing(context, value)
    amount = read_number(value)
    if amount is None:
        return ""
    _check_decimals(decimals)
    locale = _locale(context, language)
    pattern: NumberPattern = copy.copy(locale.decimal_formats[None])
    if decimals is not None:
        pattern.frac_prec = (decimals, decimals)
    with decimal.localcontext(_COMMERCIAL):
        return pattern.apply(_rounded(amount, USUAL_DECIMALS if decimals is None else decimals), locale)


@pass_context
def currency(context: RenderContext, value: Any, code: Any, language: Any = "") -> Any:
    context.budget.step(_STEPS)
    if _is_no_number(value):
        return _missing(context, value)
    amount = read_number(value)
    if amount is None:
        return ""
    known, locale = read_currency(to_text(context, code)), _locale(context, language)
    with decimal.localcontext(_COMMERCIAL):
        return format_currency(_rounded(amount, get_currency_precision(known)), known, locale=locale)


FORMATS: dict[str, Callable[..., Any]] = {"currency": currency, "date": date, "number": number}


# What the arguments and values mean. Each raises BadValue.


def read_date(value: Any) -> datetime.date | None:
    """A day or a moment; None for an empty text."""
    if isinstance(value, datetime.date):
        return value
    if not isinstance(value, str):
        raise BadValue(f"A {type_name(value)} is not a date.", hint=_DATE_HINT)
    text = value.strip()
    if not text:
        return None
    try:
        if _ISO.match(text):
            return datetime.datetime.fromisoformat(text) if len(text) > 10 else datetime.date.fromisoformat(text)
    except ValueError:
        pass
    raise BadValue(f"“{text[:40]}” is not a date.", hint=_DATE_HINT)


def read_number(value: Any) -> Decimal | None:
    """The number as it is written, without the digits that a float has besides; None for an empty text."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise BadValue(f"A {type_name(value)} is not a number.", hint=_NUMBER_HINT)
    if isinstance(value, int) and value.bit_length() > limits.MAX_INTEGER_BITS:
        raise BadValue("The number is too big.")
    text = value.strip() if isinstance(value, str) else repr(value)
    if not text:
        return None
    if isinstance(value, str) and not _NUMBER.match(text):
        raise BadValue(f"“{text[:40]}” is not a number.", hint=_NUMBER_HINT)
    amount = Decimal(text)
    if amount.adjusted() >= MAX_DIGITS:
        raise BadValue(f"The number has more than {MAX_DIGITS} digits.")
    return amount


def read_language(name: str) -> Locale:
    locale = locale_named(name)
    if locale is None:
        raise BadValue(f"There is no language “{name[:40]}”.", hint="Languages are written like es, pt-BR or zh-Hant.")
    return locale


def read_zone(name: str) -> ZoneInfo:
    zone = zone_named(name)
    if zone is None:
        raise BadValue(f"There is no time zone “{name[:40]}”.", hint="Zones are written like Europe/Madrid or UTC.")
    return zone


def read_currency(code: str) -> str:
    known = currency_named(code)
    if known is None:
        raise BadValue(f"There is no currency “{code[:40]}”.", hint="Currencies are written like EUR or USD.")
    return known


def _check_decimals(decimals: Any) -> None:
    if decimals is None:
        return
    if isinstance(decimals, bool) or not isinstance(decimals, int) or not 0 <= decimals <= MAX_DECIMALS:
        raise BadValue(f"decimals takes a number from 0 to {MAX_DECIMALS}.")


# The person's own


def _missing(context: RenderContext, value: Any) -> Any:
    """Still missing, by its own name: the place where it is put, or `default`, decides."""
    return context.environment.undefined(name="") if value is None or isinstance(value, float) else value


def _is_no_number(value: Any) -> bool:
    return is_blank(value) or (isinstance(value, float) and not math.isfinite(value))


def _locale(context: RenderContext, language: Any) -> Locale:
    name = to_text(context, language).strip()
    if name:
        return read_language(name)
    own = context.parent.get("language")
    return (locale_named(own) if isinstance(own, str) else None) or read_language("en")


def _zone(context: RenderContext, zone: Any) -> ZoneInfo:
    name = to_text(context, zone).strip()
    if name:
        return read_zone(name)
    own = context.parent.get("time_zone")
    return (zone_named(own) if isinstance(own, str) else None) or read_zone("UTC")


# Writing


def _in_zone(moment: datetime.datetime, zone: ZoneInfo) -> datetime.datetime:
    """A time without an offset is read from a clock on a wall, and never moved."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=zone)
    try:
        return moment.astimezone(zone)
    except OverflowError:
        raise BadValue("The date is too far away for a time zone.") from None


def _written_date(day: datetime.date, pattern: Pattern, locale: Locale) -> str:
    if not isinstance(day, datetime.datetime) and pattern.fields & (TIME_FIELDS | ZONE_FIELDS):
        raise BadValue(
            f"“{day.isoformat()}” is a day without a time, and the pattern “{pattern.text}” asks for one.",
            hint="Leave the time out of the pattern, or use a date and time.",
        )
    written = pattern.babel or locale.date_formats[pattern.text]
    try:
        return str(written.apply(day, locale))
    except (ArithmeticError, AttributeError, LookupError, ValueError):
        raise BadValue(f"“{day.isoformat()}” can't be written as “{pattern.text}” in {locale}.") from None


def _rounded(amount: Decimal, places: int) -> Decimal:
    rounded = amount.quantize(Decimal(1).scaleb(-places))
    return rounded if rounded else abs(rounded)  # never -0


# When content is compiled: what is written in the template itself. None stands for what only a person decides.


def _check_date(value: Any, pattern: Any = None, zone: Any = None, language: Any = None) -> None:
    if pattern is not None:
        date_pattern(str(pattern))
    _check(read_date, value)
    _check(read_zone, zone)
    _check(read_language, language)


def _check_number(value: Any, decimals: Any = None, language: Any = None) -> None:
    _check_decimals(decimals)
    _check(read_number, value)
    _check(read_language, language)


def _check_currency(value: Any, code: Any, language: Any = None) -> None:
    if code is not None:
        read_currency(str(code))
    _check(read_number, value)
    _check(read_language, language)


def _check(read: Callable[[Any], Any], literal: Any) -> None:
    """An empty text stays empty, or stands for the person's own."""
    if literal not in (None, ""):
        read(literal if read in (read_date, read_number) else str(literal))


_CHECKS: dict[str, tuple[Callable[..., None], str]] = {
    "currency": (_check_currency, 'a currency and a language: currency("EUR", language="es")'),
    "date": (_check_date, 'a pattern, a zone and a language: date("d MMMM y", zone="Europe/Madrid", language="es")'),
    "number": (_check_number, 'decimals and a language: number(decimals=2, language="es")'),
}


def check_literals(name: str, value: Any, arguments: list[Any], keywords: dict[str, Any]) -> None:
    """Raises BadValue for what would be refused for every person."""
    read_tables()
    check, takes = _CHECKS[name]
    try:
        check(value, *arguments, **keywords)
    except TypeError:
        raise BadValue(f"{name} takes {takes}.") from None
