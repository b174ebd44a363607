"""The priced steps that loops, joins, slices and methods of a template are rewritten into."""

from collections.abc import Iterable
from typing import Any, NoReturn

from jinja2 import pass_context

from . import limits
from .budget import RenderContext, Rounds
from .escapes import ESCAPES
from .failures import BadValue, SkipRequested
from .filters import LISTS_AND_TEXT, check_replacement
from .values import DATES, is_blank, missing_text, to_text, type_name

TEXT_METHODS = frozenset(
    (
        *("capitalize", "lower", "swapcase", "title", "upper", "lstrip", "rstrip", "strip"),
        *("removeprefix", "removesuffix", "replace", "rsplit", "split"),
        *("count", "endswith", "find", "isalnum", "isalpha", "isdigit", "startswith"),
    )
)
OBJECT_METHODS = frozenset(("get", "items", "keys", "values"))
DATE_METHODS = frozenset(("date", "isoformat", "isoweekday", "strftime", "weekday"))
METHODS = TEXT_METHODS | OBJECT_METHODS | DATE_METHODS
MAX_DATE_FORMAT_CHARACTERS = 100

# What a rewritten template calls; a template can't write these names, because the allow-list knows only FILTERS.
PREFIX = "__"


@pass_context
def loop(context: RenderContext, value: Any, text_per_round: int) -> Iterable[Any]:
    if is_blank(value):
        missing_text(context, value)
        return ()
    if not isinstance(value, LISTS_AND_TEXT):
        raise BadValue(f"A {type_name(value)} is not a list, so it can't be looped over.")
    return Rounds(value, context.budget, text_per_round)


@pass_context
def joined(context: RenderContext, *parts: Any) -> str:
    texts = [to_text(context, part) for part in parts]
    context.budget.step()
    context.budget.check_text(sum(map(len, texts)))
    return "".join(texts)


@pass_context
def built(context: RenderContext, value: Any) -> Any:
    context.budget.step()
    context.budget.weigh(value)
    return value


@pass_context
def comparable(context: RenderContext, value: Any) -> Any:
    """An operand of <, > or `in`: an empty field counts as missing, where Python would raise TypeError."""
    return context.environment.undefined(name="") if value is None else value


@pass_context
def cut(context: RenderContext, value: Any, *bounds: Any) -> Any:
    context.budget.step()
    if is_blank(value):
        return missing_text(context, value)
    if not isinstance(value, (str, list, tuple)):
        raise BadValue(f"A {type_name(value)} can't be cut with [:].")
    return value[slice(*bounds)]


@pass_context
def method(context: RenderContext, value: Any, name: str, *arguments: Any, **keywords: Any) -> Any:
    budget = context.budget
    budget.step()
    if is_blank(value):
        missing_text(context, value)
        return "" if name in TEXT_METHODS else context.environment.undefined(name=name)
    if isinstance(value, str):
        value = str.__str__(value)
        budget.check_text(len(value))
    if name not in _methods_of(value):
        raise BadValue(f"A {type_name(value)} has no .{name}().")
    _check_arguments(context, value, name, arguments)
    result = getattr(value, name)(*arguments, **keywords)
    if isinstance(result, str):
        budget.check_text(len(result))
    return result


def _methods_of(value: Any) -> frozenset[str]:
    if isinstance(value, str):
        return TEXT_METHODS
    if type(value) is dict:
        return OBJECT_METHODS
    return DATE_METHODS if isinstance(value, DATES) else frozenset()


def _check_arguments(context: RenderContext, value: Any, name: str, arguments: tuple[Any, ...]) -> None:
    if name == "replace" and len(arguments) >= 2:
        check_replacement(context, value, arguments[0], arguments[1])
    if name == "strftime":
        # A width such as %999999999d makes strftime write that many characters.
        written = str(arguments[0]) if arguments else ""
        if len(written) > MAX_DATE_FORMAT_CHARACTERS or any(character.isdigit() for character in written):
            raise BadValue("The date format is too long or has a number in it.", hint="Write it like %Y-%m-%d.")


@pass_context
def skip(context: RenderContext, reason: Any) -> NoReturn:
    text = "" if is_blank(reason) else to_text(context, reason)
    raise SkipRequested(text[: limits.MAX_REASON_CHARACTERS].strip() or "Left out by the template.")


STEPS = {
    PREFIX + step.__name__: step for step in (loop, joined, built, comparable, cut, method, skip, *ESCAPES.values())
}
