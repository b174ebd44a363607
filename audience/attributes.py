"""Attributes of a profile: what they may be called and what they may hold. Forms, imports and the API ask here."""

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from math import isfinite
from re import compile as pattern
from typing import Any, Literal

import orjson

from audience.errors import ProfileInvalid

Kind = Literal["text", "number", "boolean", "date", "datetime", "list", "object"]

KIND_WORDS: dict[str, str] = {
    "boolean": "true or false",
    "datetime": "date and time",
    "list": "list (JSON)",
    "object": "object (JSON)",
}

STANDARD_FIELDS = ("user_id", "email", "phone", "first_name", "last_name", "language", "country", "time_zone")
# Names that mean something else in a template: what rendering adds, and the language's own words.
RENDERING_NAMES = ("profile", "campaign", "run", "now", "message", "self")
LANGUAGE_WORDS = ("and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None")
RESERVED = frozenset({*RENDERING_NAMES, *LANGUAGE_WORDS})
NAME_LENGTH = 60
SIZE_LIMIT = 64 * 1024
# Above this, JSON numbers lose digits in most receivers (RFC 8259, section 6).
INTEGER_LIMIT = 2**53

NUMBER = pattern(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,10})?")
UNSTORABLE = pattern("[\x00\ud800-\udfff]")
DATE = pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# ISO 8601 as systems write it: to the minute at least, with or without an offset.
DATETIME = pattern(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
BOOLEANS = {"true": True, "false": False}


@lru_cache(maxsize=4096)
def name_problem(name: str) -> str:
    """Why an attribute can't have this name, with what to do; empty for a good name."""
    if name in STANDARD_FIELDS:
        return f"“{name}” is a standard field. Fill in that field instead."
    if name in RESERVED:
        return f"“{name}” has a meaning of its own in templates. Use another name, for example “{name}_value”."
    if len(name) > NAME_LENGTH:
        return f"The attribute name “{name[:20]}…” is too long. Use at most {NAME_LENGTH} characters."
    if not name.isidentifier() or unicodedata.normalize("NFKC", name) != name:
        return (
            f"“{name[:NAME_LENGTH]}” can't be used as a name in templates. "
            "Use letters, digits and underscores, and don't start with a digit, for example “loyalty_level”."
        )
    return ""


def kind_of(value: object) -> Kind:
    """The kind that rules and forms treat a stored value as."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, list | dict):
        return "list" if isinstance(value, list) else "object"
    if not isinstance(value, str):
        return "text"
    return "date" if is_date(value) else "datetime" if is_datetime(value) else "text"


def is_date(text: str) -> bool:
    """Whether the text is a real calendar day written as YYYY-MM-DD."""
    if not DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_datetime(text: str) -> bool:
    """Whether the text is a real moment written like 2026-01-31T09:30 or 2026-01-31T09:30:00Z."""
    if not DATETIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def number_from(text: str) -> int | float | None:
    """The number that the text writes in full (no exponent, no leading zeros, at most 15 digits), or None."""
    if not NUMBER.fullmatch(text):
        return None
    return float(text) if "." in text else int(text)


def value_parsed(text: str, kind: str) -> Any:
    """The value that a person typed for a kind; raises ProfileInvalid with an example of the right form."""
    if kind == "number":
        return _required(number_from(text.strip()), f"“{text}” is not a number. Write it like 42 or 3.14.")
    if kind == "boolean":
        return _required(BOOLEANS.get(text.strip().lower()), f"“{text}” is neither true nor false.")
    if kind == "date":
        return _required(
            text.strip() if is_date(text.strip()) else None, f"“{text}” is not a date. Write it like 2026-01-31."
        )
    if kind == "datetime":
        example = "Write it like 2026-01-31T09:30 or 2026-01-31T09:30:00Z."
        return _required(
            text.strip() if is_datetime(text.strip()) else None, f"“{text}” is not a date and time. {example}"
        )
    return _json_parsed(text) if kind in ("list", "object") else text


def _required(value: Any, message: str) -> Any:
    if value is None:
        raise ProfileInvalid(message)
    return value


def _json_parsed(text: str) -> Any:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ProfileInvalid(f'This is not JSON ({error}). Write a list like ["red", "blue"].') from None
    if not isinstance(value, list | dict):
        raise ProfileInvalid('Write a list like ["red", "blue"], or an object like {"size": "M"}.')
    return value


def value_text(value: Any) -> str:
    """A stored value as a person would type it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return orjson.dumps(value).decode() if isinstance(value, list | dict) else str(value)


def attributes_checked(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The same attributes when every name and value can be stored and sent.

    Raises ProfileInvalid with ``field`` = ``attributes.<name>`` otherwise.
    """
    for name, value in attributes.items():
        problem = name_problem(name) or value_problem(value)
        if problem:
            raise ProfileInvalid(problem, field=f"attributes.{name}")
    size = len(orjson.dumps(dict(attributes)))
    if size > SIZE_LIMIT:
        raise ProfileInvalid(
            f"The attributes take {size // 1024} KB together; 64 KB is the limit. Shorten or remove some.",
            field="attributes",
        )
    return dict(attributes)


def value_problem(value: Any) -> str:
    """Why a value can't be stored, with what to do; empty for a good one."""
    for part in _parts(value):
        if isinstance(part, str) and not is_storable(part):
            return "The text has a character that can't be stored (NUL or half a surrogate pair). Remove it."
        if isinstance(part, int) and abs(part) > INTEGER_LIMIT:
            return f"{part} is too large for a JSON number: digits would be lost. Send it as text."
        if isinstance(part, float) and not isfinite(part):
            return "Infinity and NaN are not numbers in JSON. Leave the attribute out."
    return ""


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold the text: no NUL, no lone surrogate."""
    return not UNSTORABLE.search(text)


def _parts(value: Any) -> Iterator[Any]:
    """The value and all keys and values inside it."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, dict):
            waiting += [*part.keys(), *part.values()]
        elif isinstance(part, list):
            waiting += part
