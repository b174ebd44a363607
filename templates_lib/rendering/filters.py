"""The filters a template may use. Each pays for its work; missing values follow the content's rule."""

from collections.abc import Callable
from typing import Any

import orjson
from jinja2 import filters as jinja_filters
from jinja2 import pass_context

from . import limits
from .budget import RenderContext, Rounds
from .escapes import percent_encoded, xml_escaped
from .failures import BadValue
from .formats import FORMATS
from .values import JsonText, UrlText, is_blank, missing_text, to_json, to_text, type_name

_VIEWS: Any = (type({}.items()), type({}.keys()), type({}.values()))
LISTS_AND_TEXT: Any = (list, tuple, dict, range, Rounds, set, frozenset, *_VIEWS, str)

Filter = Callable[..., Any]


def of_text(function: Filter) -> Filter:
    """A filter from text to a value."""

    @pass_context
    def apply(context: RenderContext, value: Any, *arguments: Any, **keywords: Any) -> Any:
        budget = context.budget
        budget.step()
        text = to_text(context, value)
        budget.check_text(len(text))
        result = function(context, text, *arguments, **keywords)
        if isinstance(result, str):
            budget.check_text(len(result))
        return result

    return apply


def of_list(function: Filter) -> Filter:
    """A filter from a list, object or text to a value; a lazy result is drawn at once."""

    @pass_context
    def apply(context: RenderContext, value: Any, *arguments: Any, **keywords: Any) -> Any:
        items = _items(context, value)
        result = function(context, items, *arguments, **keywords)
        if hasattr(result, "__next__"):
            result = list(Rounds(result, context.budget))
        context.budget.weigh(result)
        return result

    return apply


def _items(context: RenderContext, value: Any) -> Any:
    budget = context.budget
    if is_blank(value):
        missing_text(context, value)
        return []
    if not isinstance(value, LISTS_AND_TEXT):
        raise BadValue(f"A {type_name(value)} is not a list.")
    budget.check_items(len(value))
    items = value if isinstance(value, (dict, str)) else list(value)
    budget.step(1 + len(items) // 64)
    budget.weigh(items)
    return items


def check_replacement(context: RenderContext, text: str, old: Any, new: Any) -> None:
    """Price `replace` before it runs: a short text can become a huge one."""
    if isinstance(old, str) and isinstance(new, str):
        context.budget.check_text(len(text) + text.count(old) * max(0, len(new) - len(old)))


def _number(value: Any, who: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise BadValue(f"{who} needs a number, not a {type_name(value)}.", hint="Write | int or | float before it.")
    return value


@pass_context
def _default(context: RenderContext, value: Any, fallback: Any = "", boolean: bool = False) -> Any:
    return fallback if is_blank(value) or (boolean and not value) else value


def _replace(context: RenderContext, text: str, old: Any, new: Any, count: int = -1) -> str:
    old_text, new_text = to_text(context, old), to_text(context, new)
    check_replacement(context, text, old_text, new_text)
    return text.replace(old_text, new_text, -1 if count is None else count)


def _truncate(context: RenderContext, text: str, length: int = 255, killwords: bool = False, end: str = "…") -> str:
    return jinja_filters.do_truncate(context.environment, text, max(int(length), len(end)), bool(killwords), end, 0)


def _url_path(context: RenderContext, text: str) -> UrlText:
    """Keeps the slashes of a path held in one value."""
    segments = text.split("/")
    if any(segment in (".", "..") for segment in segments):
        raise BadValue("The path has a . or .. part, which changes where the request goes.")
    return UrlText("/".join(map(percent_encoded, segments)))


@pass_context
def _urlencode(context: RenderContext, value: Any) -> UrlText:
    context.budget.step()
    if not isinstance(value, dict):
        return UrlText(percent_encoded(to_text(context, value)))
    context.budget.weigh(value)
    pairs = [(to_text(context, name), to_text(context, item)) for name, item in value.items() if not is_blank(item)]
    return UrlText("&".join(f"{percent_encoded(name)}={percent_encoded(text)}" for name, text in pairs))


@pass_context
def _tojson(context: RenderContext, value: Any, indent: Any = None) -> JsonText:
    if is_blank(value) and value is not None:
        missing_text(context, value)
        value = None
    text = to_json(context, value, indent=bool(indent))
    context.budget.check_text(len(text))
    return JsonText(text)


def _from_json(context: RenderContext, text: str) -> Any:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadValue(f"The text is not JSON: {error}.") from None
    context.budget.weigh(value)
    return value


@pass_context
def _length(context: RenderContext, value: Any) -> int:
    if is_blank(value):
        missing_text(context, value)
        return 0
    if not isinstance(value, LISTS_AND_TEXT):
        raise BadValue(f"A {type_name(value)} has no length.")
    return len(value)


def _converted(value: Any, default: Any, convert: Callable[[Any], Any]) -> Any:
    too_long = isinstance(value, str) and len(value) > limits.MAX_WORD_CHARACTERS
    try:
        return default if is_blank(value) or too_long else convert(value)
    except (ValueError, TypeError, OverflowError):
        return default


@pass_context
def _int(context: RenderContext, value: Any, default: Any = 0) -> Any:
    return _converted(value, default, lambda item: int(float(item) if isinstance(item, str) and "." in item else item))


@pass_context
def _float(context: RenderContext, value: Any, default: Any = 0.0) -> Any:
    return _converted(value, default, float)


@pass_context
def _abs(context: RenderContext, value: Any) -> Any:
    return missing_text(context, value) if is_blank(value) else abs(_number(value, "abs"))


@pass_context
def _round(context: RenderContext, value: Any, precision: Any = 0, method: Any = "common") -> Any:
    context.budget.step()
    if is_blank(value):
        return missing_text(context, value)
    if not isinstance(precision, int) or not -15 <= precision <= 15 or method not in ("common", "ceil", "floor"):
        raise BadValue("round takes -15 to 15 places, and “common”, “ceil” or “floor”.")
    return jinja_filters.do_round(_number(value, "round"), precision, method)


def _attributes(context: RenderContext, items: Any, attribute: Any) -> list[Any]:
    return list(items) if attribute is None else [context.environment.getitem(item, attribute) for item in items]


def _join(context: RenderContext, items: Any, separator: Any = "", attribute: Any = None) -> str:
    parts = [to_text(context, item) for item in _attributes(context, items, attribute)]
    glue = to_text(context, separator)
    context.budget.check_text(sum(map(len, parts)) + len(glue) * len(parts))
    return glue.join(parts)


def _sum(context: RenderContext, items: Any, attribute: Any = None, start: Any = 0) -> Any:
    numbers = (_number(item, "sum") for item in _attributes(context, items, attribute))
    return sum(numbers, _number(start, "sum"))


def _first(context: RenderContext, items: Any) -> Any:
    return next(iter(items), context.environment.undefined(name="the first item"))


def _last(context: RenderContext, items: Any) -> Any:
    return next(reversed(items), context.environment.undefined(name="the last item"))


def _reverse(context: RenderContext, items: Any) -> Any:
    return items[::-1] if isinstance(items, str) else list(reversed(list(items)))


def _with_environment(function: Filter) -> Filter:
    return of_list(
        lambda context, items, *arguments, **keywords: function(context.environment, items, *arguments, **keywords)
    )


FILTERS: dict[str, Filter] = {
    "abs": _abs,
    "capitalize": of_text(lambda context, text: text.capitalize()),
    "count": _length,
    "d": _default,
    "default": _default,
    "e": of_text(lambda context, text: xml_escaped(text)),
    "escape": of_text(lambda context, text: xml_escaped(text)),
    "first": of_list(_first),
    "float": _float,
    "from_json": of_text(_from_json),
    "int": _int,
    "items": of_list(lambda context, items: list(items.items())),
    "join": of_list(_join),
    "last": of_list(_last),
    "length": _length,
    "list": of_list(lambda context, items: list(items)),
    "lower": of_text(lambda context, text: text.lower()),
    "map": of_list(jinja_filters.sync_do_map),
    "max": _with_environment(jinja_filters.do_max),
    "min": _with_environment(jinja_filters.do_min),
    "reject": of_list(jinja_filters.sync_do_reject),
    "rejectattr": of_list(jinja_filters.sync_do_rejectattr),
    "replace": of_text(_replace),
    "reverse": of_list(_reverse),
    "round": _round,
    "select": of_list(jinja_filters.sync_do_select),
    "selectattr": of_list(jinja_filters.sync_do_selectattr),
    "sort": _with_environment(jinja_filters.do_sort),
    "string": of_text(lambda context, text: text),
    "sum": of_list(_sum),
    "title": of_text(lambda context, text: jinja_filters.do_title(text)),
    "tojson": _tojson,
    "trim": of_text(lambda context, text, characters=None: text.strip(characters)),
    "truncate": of_text(_truncate),
    "unique": _with_environment(jinja_filters.do_unique),
    "upper": of_text(lambda context, text: text.upper()),
    "url_path": of_text(_url_path),
    "urlencode": _urlencode,
    "wordcount": of_text(lambda context, text: len(text.split())),
    **FORMATS,
}
