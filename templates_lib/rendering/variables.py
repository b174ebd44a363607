"""Which values a template asks a person for, where, and whether it can do without them."""

from collections.abc import Iterable
from typing import NamedTuple

from jinja2 import nodes

from .formats import FORMATS
from .positions import Source

Known = frozenset[str]
_NOTHING: Known = frozenset()
_NOT_VALUES = ("loop", "range", "namespace")


class Use(NamedTuple):
    """One place where a value is read. `path` is written like order.lines.[].sku; columns count from 1."""

    path: str
    has_fallback: bool
    line: int
    column: int


class Protection(NamedTuple):
    """The paths that certainly have a value when a test is true, and when it is false."""

    if_true: Known = _NOTHING
    if_false: Known = _NOTHING


def uses_of(tree: nodes.Template, source: Source) -> tuple[Use, ...]:
    walker = _Walker(source)
    walker.body(tree.body, _NOTHING)
    return tuple(walker.uses)


class _Walker:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.uses: list[Use] = []
        # For each scope, what its names stand for: a path, or None for something computed.
        self.scopes: list[dict[str, str | None]] = [{}]

    # Statements

    def body(self, body: Iterable[nodes.Node], known: Known) -> None:
        for node in body:
            self.statement(node, known)

    def statement(self, node: nodes.Node, known: Known) -> None:
        if isinstance(node, nodes.Output):
            for part in node.nodes:
                self.expression(part, known)
        elif isinstance(node, nodes.If):
            self._if(node, known)
        elif isinstance(node, nodes.For):
            self._for(node, known)
        elif isinstance(node, nodes.ExprStmt):
            self.expression(node.node, known, fallback=True)
        elif isinstance(node, nodes.Assign):
            self.expression(node.node, known)
            self._bind(node.target, self.path(node.node))
        elif isinstance(node, nodes.AssignBlock):
            self._scoped(node.body, known, {})
            self._bind(node.target, None)
        elif isinstance(node, nodes.With):
            self._with(node, known)

    def _if(self, node: nodes.If, known: Known) -> None:
        for branch in (node, *node.elif_):
            self.expression(branch.test, known, fallback=True)
            protection = self.protection(branch.test)
            self.body(branch.body, known | protection.if_true)
            known |= protection.if_false
        self.body(node.else_, known)

    def _for(self, node: nodes.For, known: Known) -> None:
        self.expression(node.iter, known)
        path = self.path(node.iter)
        self.scopes.append({"loop": None})
        self._bind(node.target, f"{path}.[]" if path else None)
        inside = known
        if node.test is not None:
            self.expression(node.test, known, fallback=True)
            inside |= self.protection(node.test).if_true
        self.body(node.body, inside)
        self.scopes.pop()
        self.body(node.else_, known)

    def _with(self, node: nodes.With, known: Known) -> None:
        for value in node.values:
            self.expression(value, known)
        self.scopes.append({})
        for target, value in zip(node.targets, node.values, strict=True):
            self._bind(target, self.path(value))
        self.body(node.body, known)
        self.scopes.pop()

    def _scoped(self, body: list[nodes.Node], known: Known, names: dict[str, str | None]) -> None:
        self.scopes.append(names)
        self.body(body, known)
        self.scopes.pop()

    def _bind(self, target: nodes.Node, path: str | None) -> None:
        if isinstance(target, nodes.Name):
            self.scopes[-1][target.name] = path
        elif isinstance(target, nodes.Tuple):
            for item in target.items:
                self._bind(item, None)

    # Expressions

    def expression(self, node: nodes.Node, known: Known, *, fallback: bool = False) -> None:
        path = self.path(node)
        if path is not None:
            self._note(node, path, fallback or _covers(known, path))
        elif isinstance(node, nodes.Filter) and node.node is not None:
            # `default` must come first: `upper` already asks for the value. Behind `date` and the like it may, too.
            covered = node.name in ("default", "d", "__skip") or (fallback and node.name in FORMATS)
            self.expression(node.node, known, fallback=covered)
            self._arguments(node, known)
        elif isinstance(node, nodes.Or):
            self.expression(node.left, known, fallback=True)
            self.expression(node.right, known | self.protection(node.left).if_false, fallback=fallback)
        elif isinstance(node, nodes.And):
            self.expression(node.left, known, fallback=True)
            self.expression(node.right, known | self.protection(node.left).if_true, fallback=fallback)
        elif isinstance(node, nodes.CondExpr):
            self._choice(node, known, fallback)
        elif isinstance(node, nodes.Test):
            self.expression(node.node, known, fallback=True)
            self._arguments(node, known)
        elif isinstance(node, nodes.Compare):
            self._comparison(node, known, fallback)
        elif isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr):
            self.expression(node.node.node, known)
            self._arguments(node, known)
        else:
            self._children(node, known, fallback and not isinstance(node, nodes.BinExpr))

    def _children(self, node: nodes.Node, known: Known, fallback: bool) -> None:
        for child in node.iter_child_nodes():
            self.expression(child, known, fallback=fallback)

    def _arguments(self, node: nodes.Filter | nodes.Test | nodes.Call, known: Known) -> None:
        for argument in (*node.args, *(keyword.value for keyword in node.kwargs)):
            self.expression(argument, known)

    def _choice(self, node: nodes.CondExpr, known: Known, fallback: bool) -> None:
        protection = self.protection(node.test)
        self.expression(node.test, known, fallback=True)
        self.expression(node.expr1, known | protection.if_true, fallback=fallback)
        if node.expr2 is not None:
            self.expression(node.expr2, known | protection.if_false, fallback=fallback)

    def _comparison(self, node: nodes.Compare, known: Known, fallback: bool) -> None:
        """`x == 1` is false when x is missing; the other comparisons need the value."""
        only_equality = all(operand.op in ("eq", "ne") for operand in node.ops)
        self._children(node, known, fallback and only_equality)

    def protection(self, test: nodes.Node) -> Protection:
        if isinstance(test, nodes.Not):
            inner = self.protection(test.node)
            return Protection(inner.if_false, inner.if_true)
        if isinstance(test, nodes.And):
            return Protection(self.protection(test.left).if_true | self.protection(test.right).if_true)
        if isinstance(test, nodes.Or):
            return Protection(_NOTHING, self.protection(test.left).if_false | self.protection(test.right).if_false)
        if isinstance(test, nodes.Test):
            path = self._paths(test.node)
            if test.name == "defined":
                return Protection(path)
            return Protection(_NOTHING, path if test.name in ("undefined", "none") else _NOTHING)
        if isinstance(test, nodes.Compare):
            return Protection(self._paths(test.expr) if _equals_constant(test) else _NOTHING)
        return Protection(self._paths(test))

    # Paths

    def path(self, node: nodes.Node) -> str | None:
        """The path a name or attribute stands for; None for anything else, and for names set by the template."""
        parts: list[str] = []
        while isinstance(node, (nodes.Getattr, nodes.Getitem)):
            part = _part(node)
            if part is None:
                return None
            parts.insert(0, part)
            node = node.node
        if not isinstance(node, nodes.Name) or node.name in _NOT_VALUES:
            return None
        for scope in reversed(self.scopes):
            if node.name in scope:
                root = scope[node.name]
                return None if root is None else ".".join([root, *parts])
        return ".".join([node.name, *parts])

    def _paths(self, node: nodes.Node) -> Known:
        path = self.path(node)
        return frozenset((path,)) if path else _NOTHING

    def _note(self, node: nodes.Node, path: str, has_fallback: bool) -> None:
        self.uses.append(Use(path, has_fallback, *self.source.of(node)))


def _part(node: nodes.Getattr | nodes.Getitem) -> str | None:
    if isinstance(node, nodes.Getattr):
        return node.attr
    if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, (str, int)):
        return "[]" if isinstance(node.arg.value, int) else node.arg.value
    return None


def _equals_constant(test: nodes.Compare) -> bool:
    operand = test.ops[0]
    is_constant = isinstance(operand.expr, nodes.Const) and operand.expr.value is not None
    return len(test.ops) == 1 and operand.op == "eq" and is_constant


def _covers(known: Known, path: str) -> bool:
    return any(path == item or item.startswith(f"{path}.") for item in known)
