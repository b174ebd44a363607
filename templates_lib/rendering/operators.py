"""Arithmetic in templates, priced before it runs."""

import datetime
import operator as python_operator
from typing import Any

from . import limits
from .budget import RenderContext
from .failures import BadValue, BudgetExceeded
from .values import is_blank, missing_text, type_name

_NUMERIC = {
    "+": python_operator.add,
    "-": python_operator.sub,
    "*": python_operator.mul,
    "/": python_operator.truediv,
    "//": python_operator.floordiv,
    "%": python_operator.mod,
    "**": python_operator.pow,
}


def operate(context: RenderContext, operator: str, left: Any, right: Any) -> Any:
    """`left operator right`. Raises BadValue for types that don't go together, BudgetExceeded for huge results."""
    context.budget.step()
    left, right = _filled(context, left, right), _filled(context, right, left)
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return _calculated(operator, left, right)
    if operator == "+" and isinstance(left, str) and isinstance(right, str):
        context.budget.check_text(len(left) + len(right))
        return str.__str__(left) + str.__str__(right)
    if operator == "+" and isinstance(left, list) and isinstance(right, list):
        context.budget.check_items(len(left) + len(right))
        return _weighed(context, left + right)
    if operator == "*" and type(right) is int and isinstance(left, (str, list)):
        return _repeated(context, left, right)
    if operator == "-" and isinstance(left, datetime.date) and type(left) is type(right):
        return (left - right).days
    hint = "Join texts with ~, as in {{ first ~ ' ' ~ last }}." if operator in "+%" else ""
    raise BadValue(f"{operator} doesn't work between a {type_name(left)} and a {type_name(right)}.", hint=hint)


def _filled(context: RenderContext, value: Any, other: Any) -> Any:
    """What a missing operand counts as under the rule *send empty*."""
    if not is_blank(value):
        return value
    missing_text(context, value)
    return "" if isinstance(other, str) else 0


def _calculated(operator: str, left: Any, right: Any) -> Any:
    both_whole = isinstance(left, int) and isinstance(right, int)
    if operator == "**" and both_whole and abs(left).bit_length() * abs(right) > limits.MAX_INTEGER_BITS:
        raise BudgetExceeded("The number would be too big.")
    try:
        result = _NUMERIC[operator](left, right)
    except ZeroDivisionError:
        raise BadValue("A number is divided by zero.") from None
    if isinstance(result, complex):
        raise BadValue("The result is not a number.")
    if isinstance(result, int) and result.bit_length() > limits.MAX_INTEGER_BITS:
        raise BudgetExceeded("The number would be too big.")
    return result


def _repeated(context: RenderContext, value: Any, times: int) -> Any:
    length = len(value) * max(times, 0)
    if isinstance(value, str):
        context.budget.check_text(length)
        return str.__str__(value) * times
    context.budget.check_items(length)
    return _weighed(context, value * times)


def _weighed(context: RenderContext, value: list[Any]) -> list[Any]:
    context.budget.weigh(value)
    return value
