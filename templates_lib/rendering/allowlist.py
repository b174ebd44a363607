"""What a template may be made of. Everything that isn't listed here is refused, whatever Jinja thinks of it."""

import difflib
from collections.abc import Iterable
from typing import Any

from jinja2 import nodes

from . import limits
from .environment import GLOBALS, LOOP_CALLS, TESTS
from .failures import BadValue, TemplateRefused
from .filters import FILTERS
from .formats import FORMATS, check_literals
from .positions import Source
from .steps import METHODS

ALLOWED_NODES = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.With),
    *(nodes.Assign, nodes.AssignBlock, nodes.ExprStmt),
    *(nodes.Name, nodes.NSRef, nodes.Const, nodes.Tuple, nodes.List, nodes.Dict, nodes.Pair, nodes.Keyword),
    *(nodes.CondExpr, nodes.Filter, nodes.Test, nodes.Call, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Concat),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Pos),
    *(nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow),
)
REFUSED_NODES: dict[type[nodes.Node], str] = {
    nodes.Macro: "Macros are not available.",
    nodes.CallBlock: "{% call %} is not available.",
    nodes.Include: "{% include %} is not available.",
    nodes.Import: "{% import %} is not available.",
    nodes.FromImport: "{% from %} is not available.",
    nodes.Extends: "{% extends %} is not available.",
    nodes.Block: "{% block %} is not available.",
    nodes.FilterBlock: "{% filter %} is not available: put the filter on the value, as in {{ name | upper }}.",
    nodes.Scope: "{% autoescape %} is not needed: every value is escaped for its place.",
    nodes.ScopedEvalContextModifier: "{% autoescape %} is not needed: every value is escaped for its place.",
}
RESERVED_NAMES = frozenset(("self", "super", "caller", "varargs", "kwargs"))
FIXED_NAMES = frozenset(("loop", "range", "namespace", "message"))
FILTER_ADVICE = {
    "safe": "Remove it: values are escaped for their place. For JSON text held in a value, use | from_json.",
    "raw": "Use | from_json for JSON text held in a value.",
    "json": "Use | tojson.",
    "attr": "Use a dot: order.city.",
    "format": "Join with ~, as in {{ first_name ~ ' ' ~ last_name }}.",
    "pprint": "Use | tojson.",
}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    match = difflib.get_close_matches(word, list(known), 1, 0.6)
    return f"Did you mean {match[0]}?" if match else ""


class AllowList:
    """One walk over a template's tree. Raises TemplateRefused with the place of the first offence."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def check(self, tree: nodes.Template) -> None:
        count = 0
        waiting: list[tuple[nodes.Node, int, int]] = [(tree, 0, 0)]
        while waiting:
            node, depth, loops = waiting.pop()
            count += 1
            loops += isinstance(node, nodes.For)
            self._check_size(node, count, depth, loops)
            self._check_node(node)
            waiting.extend((child, depth + 1, loops) for child in _written_children(node))

    def refuse(self, node: nodes.Node, message: str, hint: str = "") -> None:
        line, column = self.source.of(node)
        raise TemplateRefused(message, line=line, column=column, hint=hint)

    def _check_size(self, node: nodes.Node, count: int, depth: int, loops: int) -> None:
        if count > limits.MAX_TREE_NODES:
            self.refuse(node, "The template is too big.")
        if depth > limits.MAX_TREE_DEPTH:
            self.refuse(node, "This expression is too long or nested too deep.")
        if loops > limits.MAX_LOOPS:
            self.refuse(node, f"There can be at most {limits.MAX_LOOPS} loops inside each other.")

    def _check_node(self, node: nodes.Node) -> None:
        for kind, message in REFUSED_NODES.items():
            if isinstance(node, kind):
                self.refuse(node, message)
        if not isinstance(node, ALLOWED_NODES):
            self.refuse(node, f"{type(node).__name__} is not available.")
        if isinstance(node, (nodes.Name, nodes.NSRef)):
            self._check_name(node)
        elif isinstance(node, nodes.Const):
            self._check_constant(node)
        elif isinstance(node, (nodes.Filter, nodes.Test, nodes.Call)):
            self._check_use(node)
        else:
            self._check_statement(node)

    def _check_statement(self, node: nodes.Node) -> None:
        if isinstance(node, nodes.For) and node.recursive:
            self.refuse(node, "Recursive loops are not available.")
        if isinstance(node, nodes.If) and len(node.elif_) > limits.MAX_BRANCHES:
            self.refuse(node, f"There can be at most {limits.MAX_BRANCHES} elif branches.")
        if isinstance(node, nodes.AssignBlock) and node.filter is not None:
            self.refuse(node, "{% set x | filter %} is not available.", "Put the filter where x is used.")
        if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
            self.refuse(node, f"{node.attr} is not available.")

    def _check_name(self, node: nodes.Name | nodes.NSRef) -> None:
        if node.name.startswith("_") or node.name in RESERVED_NAMES:
            self.refuse(node, f"{node.name} is not available.")
        is_read = isinstance(node, nodes.Name) and node.ctx == "load"
        if node.name in FIXED_NAMES and not is_read:
            self.refuse(node, f"{node.name} can't be set.", "Choose another name.")

    def _check_constant(self, node: nodes.Const) -> None:
        value = node.value
        if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
            self.refuse(node, "This text has half of a character (a surrogate).", "Write the whole character.")
        if isinstance(value, int) and value.bit_length() > limits.MAX_INTEGER_BITS:
            self.refuse(node, "This number is too big.")

    def _check_use(self, node: nodes.Filter | nodes.Test | nodes.Call) -> None:
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            self.refuse(node, "* and ** arguments are not available.")
        if isinstance(node, nodes.Call):
            self._check_call(node)
        elif isinstance(node, nodes.Test):
            if node.name not in TESTS:
                self.refuse(node, f"There is no test “{node.name}”.", did_you_mean(node.name, TESTS))
        elif node.name not in FILTERS:
            advice = FILTER_ADVICE.get(node.name) or did_you_mean(node.name, FILTERS)
            self.refuse(node, f"There is no filter “{node.name}”.", advice)
        elif node.name in FORMATS:
            self._check_literals(node)

    def _check_literals(self, node: nodes.Filter) -> None:
        arguments = [_literal(argument) for argument in node.args]
        keywords = {str(keyword.key): _literal(keyword.value) for keyword in node.kwargs}
        try:
            check_literals(node.name, _literal(_value_or_fallback(node.node)), arguments, keywords)
        except BadValue as bad:
            self.refuse(node, bad.message, bad.hint)

    def _check_call(self, node: nodes.Call) -> None:
        target = node.node
        if isinstance(target, nodes.Name) and target.name in GLOBALS:
            return
        if isinstance(target, nodes.Getattr):
            if is_loop(target.node) and target.attr in LOOP_CALLS:
                return
            if not is_loop(target.node) and target.attr in METHODS:
                return
        name = getattr(target, "attr", None) or getattr(target, "name", None) or "This"
        hint = f"Use the filter: | {name}." if name in FILTERS else did_you_mean(name, METHODS)
        self.refuse(node, f"{name}() is not available.", hint)


def is_loop(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "loop"


def _literal(node: nodes.Node | None) -> Any:
    """None for what is not written in the template itself."""
    return node.value if isinstance(node, nodes.Const) else None


def _value_or_fallback(node: nodes.Node | None) -> nodes.Node | None:
    is_default = isinstance(node, nodes.Filter) and node.name in ("d", "default") and node.args
    return node.args[0] if is_default else node  # type: ignore[union-attr]


def _written_children(node: nodes.Node) -> Iterable[nodes.Node]:
    """The nodes that the template wrote: `{% skip reason %}` is parsed into a step whose name it could not write."""
    if isinstance(node, nodes.ExprStmt) and isinstance(node.node, nodes.Filter) and node.node.node is not None:
        return [node.node.node]
    return node.iter_child_nodes()
