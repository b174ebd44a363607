"""The parts of a field that is nothing but fixed text and plain values, which `straight` makes code of."""

from typing import NamedTuple

from jinja2 import nodes

from .steps import PREFIX

STRAIGHT_ESCAPES = frozenset(("plain_text", "json_value", "json_string", "url_part", "url_segment", "header_text"))
_SPECIAL_NAMES = frozenset(("self", "super", "caller", "loop", "varargs", "kwargs"))


class Value(NamedTuple):
    """A value in its place: the escape there, the names that lead to it, and what stands in for one that is missing."""

    escape: str
    path: tuple[str, ...]
    fallback: str | None = None


Parts = tuple[str | Value, ...]


def parts_of(tree: nodes.Template) -> Parts | None:
    """The parts of a rewritten template that is nothing but text and plain values."""
    outputs = [node for node in tree.body if isinstance(node, nodes.Output)]
    if len(outputs) < len(tree.body):
        return None
    parts = [_part(node) for output in outputs for node in output.nodes]
    return tuple(part for part in parts if part is not None) if None not in parts else None


def _part(node: nodes.Node) -> str | Value | None:
    if isinstance(node, nodes.TemplateData):
        return node.data
    if (
        not isinstance(node, nodes.Filter)
        or node.node is None
        or node.name.removeprefix(PREFIX) not in STRAIGHT_ESCAPES
    ):
        return None
    escape, inner = node.name.removeprefix(PREFIX), node.node
    fallback = None
    if isinstance(inner, nodes.Filter) and inner.node is not None and (fallback := _fallback(inner)) is not None:
        inner = inner.node
    path = _path(inner)
    if not path or path[0] in _SPECIAL_NAMES or (path[0] == "message" and len(path) > 1):
        return None
    return Value(escape, path, fallback)


def _fallback(node: nodes.Filter) -> str | None:
    """The text of `| default("text")` without its second argument."""
    if node.name not in ("default", "d") or len(node.args) != 1 or node.kwargs or node.dyn_args or node.dyn_kwargs:
        return None
    written = node.args[0]
    return written.value if isinstance(written, nodes.Const) and type(written.value) is str else None


def _path(node: nodes.Node) -> tuple[str, ...]:
    if isinstance(node, nodes.Name):
        return (node.name,)
    if isinstance(node, nodes.Getattr) and (before := _path(node.node)):
        return (*before, node.attr)
    return ()
