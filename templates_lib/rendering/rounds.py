"""What is known about a loop's round while its body is followed, and text that depends on it."""

from collections.abc import Iterator
from typing import NamedTuple

from jinja2 import nodes

from .allowlist import is_loop

_AFTER_FIRST = (("gt", 1), ("gteq", 2), ("ne", 1))


class Round(NamedTuple):
    first: bool
    last: bool


class Choice(NamedTuple):
    """Constant texts that a test chooses between, as in `{{ "," if not loop.last }}`."""

    test: nodes.Expr
    if_true: "Choices"
    if_false: "Choices"


Choices = str | Choice


def assumed(test: nodes.Node, current: Round | None) -> bool | None:
    """True or False if the test asks for the position in the innermost loop; None if its answer isn't known."""
    if isinstance(test, nodes.Not):
        known = assumed(test.node, current)
        return None if known is None else not known
    if current is None:
        return None
    if isinstance(test, nodes.Getattr) and is_loop(test.node):
        return {"first": current.first, "last": current.last, "index0": not current.first}.get(test.attr)
    comparison = _loop_index_comparison(test)
    if comparison == ("eq", 1):
        return current.first
    return not current.first if comparison in _AFTER_FIRST else None


def constant_choices(node: nodes.Expr) -> Choices | None:
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, nodes.CondExpr):
        return None
    if_true = constant_choices(node.expr1)
    if_false = constant_choices(node.expr2) if node.expr2 is not None else ""
    return None if if_true is None or if_false is None else Choice(node.test, if_true, if_false)


def texts_of(choices: Choices) -> Iterator[str]:
    if isinstance(choices, str):
        yield choices
    else:
        yield from texts_of(choices.if_true)
        yield from texts_of(choices.if_false)


def _loop_index_comparison(test: nodes.Node) -> tuple[str, object] | None:
    if not isinstance(test, nodes.Compare) or len(test.ops) != 1:
        return None
    left, operand = test.expr, test.ops[0]
    if isinstance(left, nodes.Getattr) and is_loop(left.node) and left.attr == "index":
        return (operand.op, operand.expr.value) if isinstance(operand.expr, nodes.Const) else None
    return None
