"""What the text in a cell means for each kind of attribute."""

from collections.abc import Callable
from datetime import date
from re import compile as pattern
from typing import Any

import orjson

from audience.attributes import Kind, is_date, is_datetime, number_from, value_problem
from audience.errors import ProfileInvalid

BOOLEANS = {
    **dict.fromkeys(("true", "yes", "y", "1", "on", "ja", "oui", "sí", "si"), True),
    **dict.fromkeys(("false", "no", "n", "0", "off", "nein", "non"), False),
}
# A column is taken for true/false only by these: 1 and 0 may as well be numbers, y and n initials.
TELLING_BOOLEANS = frozenset({"true", "false", "yes", "no", "ja", "nein"})
DOTTED_DATE = pattern(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
LIST_SEPARATORS = ("|", ";", ",")
Parser = Callable[[str], Any]

EXAMPLES: dict[Kind, tuple[str, str]] = {
    "number": ("a number", "42 or 3.14"),
    "boolean": ("true or false", "true, false, yes or no"),
    "date": ("a date", "2026-01-31 or 31.01.2026"),
    "datetime": ("a date and time", "2026-01-31T09:30 or 2026-01-31T09:30:00Z"),
    "list": ("a list", '["red", "blue"] or red, blue'),
    "object": ("a JSON object", '{"size": "M"}'),
}


def cell_value(text: str, kind: Kind, header: str) -> Any:
    """The value of a cell that isn't empty; raises ProfileInvalid naming the column, with an example of the form."""
    value = PARSERS[kind](text)
    if value is None:
        what, example = EXAMPLES[kind]
        raise ProfileInvalid(
            f"“{text[:40]}” in the column “{header[:60]}” is not {what}. Write it like {example}, "
            "or import the column as text."
        )
    return value


def fits(text: str, kind: Kind) -> bool:
    """Whether a cell speaks for the kind when a column's kind is guessed: nothing of the text would get lost."""
    if kind == "boolean":
        return text.lower() in TELLING_BOOLEANS
    if kind == "list":
        return text.startswith("[") and _list(text) is not None
    return PARSERS[kind](text) is not None


def _date(text: str) -> str | None:
    if is_date(text):
        return text
    dotted = DOTTED_DATE.fullmatch(text)
    try:
        return date(*map(int, reversed(dotted.groups()))).isoformat() if dotted else None
    except ValueError:
        return None


def _list(text: str) -> list[Any] | None:
    """JSON, or words between the first of the usual separators that the text has."""
    if text.startswith("["):
        value = _json(text)
        return value if isinstance(value, list) else None
    separator = next((sign for sign in LIST_SEPARATORS if sign in text), ",")
    return [part.strip() for part in text.split(separator) if part.strip()]


def _object(text: str) -> dict[str, Any] | None:
    value = _json(text)
    return value if isinstance(value, dict) else None


def _json(text: str) -> Any:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return None if value_problem(value) else value


PARSERS: dict[Kind, Parser] = {
    "text": str,
    "number": number_from,
    "boolean": lambda text: BOOLEANS.get(text.lower()),
    "date": _date,
    "datetime": lambda text: text if is_datetime(text) else None,
    "list": _list,
    "object": _object,
}
