"""Turning the values of a profile into text and JSON, and what a missing value is."""

import datetime
import json
import math
import re
import uuid
from collections.abc import Iterator
from typing import Any, NoReturn

import orjson
from jinja2.runtime import Undefined

from .budget import RenderContext
from .failures import BadValue, MissingValue, RenderFailure, Site

_PATH = re.compile(r"\w+(\.\w+)*\Z")
DATES = (datetime.datetime, datetime.date, datetime.time)
_TYPE_NAMES = {"str": "text", "int": "number", "float": "number", "bool": "true or false", "dict": "object"}


class JsonText(str):
    """The result of `| tojson`: already JSON."""

    __slots__ = ()


class UrlText(str):
    """The result of `| urlencode` or `| url_path`: already percent-encoded."""

    __slots__ = ()


class XmlText(str):
    """The result of `| escape`: already escaped for XML."""

    __slots__ = ()


class Missing(Undefined):
    """A name without a value: may be asked about (`x.y`, `if x`, `x == 1`), but never used."""

    __slots__ = ()

    def _refuse(self, *args: Any, **keywords: Any) -> NoReturn:
        raise MissingValue(self._undefined_name or "")

    __str__: Any = _refuse
    __iter__: Any = _refuse
    __len__: Any = _refuse
    __contains__: Any = _refuse
    __lt__ = __gt__ = __le__ = __ge__ = __neg__ = __pos__ = __abs__ = __int__ = __float__ = __call__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __mod__ = __rmod__ = _refuse
    __hash__ = Undefined.__hash__

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(name)


class Empty(Missing):
    """A name without a value, under the rule *send empty*: reads as an empty text that is smaller than nothing."""

    __slots__ = ()

    def _false(self, other: object) -> bool:
        return False

    def __str__(self) -> str:
        return ""

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    __lt__ = __gt__ = __le__ = __ge__ = __contains__ = _false  # type: ignore[assignment]
    __hash__ = Undefined.__hash__


def is_blank(value: object) -> bool:
    return value is None or isinstance(value, Undefined)


def type_name(value: object) -> str:
    name = type(value).__name__
    return _TYPE_NAMES.get(name, name)


def missing_text(context: RenderContext, value: object, site: Site | None = None) -> str:
    """The empty text if the rule is *send empty*. Raises MissingValue otherwise."""
    if context.budget.send_empty:
        return ""
    name = getattr(value, "_undefined_name", None) or ""
    if site and (not name or _PATH.match(site[2])):
        name = site[2]
    raise MissingValue(name, site=site)


def valid_unicode(text: str) -> str:
    """Join surrogate pairs and replace lone surrogates, which no encoding a server reads can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def to_text(context: RenderContext, value: Any, site: Site | None = None) -> str:
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if isinstance(value, str):
        return str.__str__(value)
    if is_blank(value) or (kind is float and not math.isfinite(value)):
        return missing_text(context, value, site)
    if kind is bool:
        return "true" if value else "false"
    if kind is int or kind is float:
        return repr(value)
    if isinstance(value, DATES):
        return value.isoformat()
    if kind is uuid.UUID:
        return str(value)
    if isinstance(value, (list, tuple, dict)):
        return to_json(context, value, site)
    raise BadValue(f"A {type_name(value)} can't be sent as text.", site=site)


def to_json(context: RenderContext, value: Any, site: Site | None = None, *, indent: bool = False) -> str:
    """Any value as JSON text. Raises BadValue, MissingValue or BudgetExceeded."""
    context.budget.weigh(value)

    def convert(item: Any) -> Any:
        if isinstance(item, Undefined):
            return missing_text(context, item, site) or None
        if isinstance(item, str):
            return str.__str__(item)
        if isinstance(item, range):
            return list(item)
        raise TypeError(type(item).__name__)

    options = orjson.OPT_NON_STR_KEYS | (orjson.OPT_INDENT_2 if indent else 0)
    try:
        return orjson.dumps(value, convert, options).decode()
    except orjson.JSONEncodeError as error:
        if isinstance(error.__cause__, RenderFailure):
            raise error.__cause__ from None
    return _to_json_slowly(value, convert, site, indent=indent)


def _to_json_slowly(value: Any, convert: Any, site: Site | None, *, indent: bool) -> str:
    """What orjson refuses and JSON can hold: integers over 64 bits and repaired surrogates."""
    try:
        return json.dumps(
            _mended(value),
            ensure_ascii=False,
            allow_nan=False,
            default=convert,
            indent=2 if indent else None,
            separators=None if indent else (",", ":"),
        )
    except (TypeError, ValueError, RecursionError):
        raise BadValue(f"A {type_name(value)} can't be written as JSON.", site=site) from None


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return valid_unicode(str.__str__(value))
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mended(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.isoformat() if isinstance(value, DATES) else value
