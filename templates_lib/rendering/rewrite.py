"""Rewriting a checked tree: each value into the escape of its place, each costly operation into its priced step."""

import re
from typing import Any

from jinja2 import nodes
from jinja2.environment import Environment

from .allowlist import is_loop
from .failures import Site, TemplateRefused
from .placement import PUNCTUATION, Placement
from .positions import first_offset
from .steps import PREFIX

_WRITTEN_VALUE = re.compile(r"\s*(.*?)\s*(?:[-+]?}}|\|)", re.DOTALL)
MAX_SITE_CHARACTERS = 60


class Rewriter:
    def __init__(self, placement: Placement, environment: Environment) -> None:
        self.placement = placement
        self.source = placement.source
        self.environment = environment

    def rewrite(self, node: Any, *, stored: bool = False) -> Any:
        """The node that takes this node's place. `stored`: inside `{% set x %}…{% endset %}`."""
        fixed_text = _fixed_text(node) if stored and isinstance(node, nodes.For) else 0
        if isinstance(node, nodes.Output):
            node.nodes = [self._part(part, stored=stored) for part in node.nodes]
            return node
        self._rewrite_children(node, stored=stored or isinstance(node, nodes.AssignBlock))
        if isinstance(node, nodes.For):
            node.iter = self._step("loop", node.iter, fixed_text)
        elif isinstance(node, nodes.CondExpr) and node.expr2 is None:
            node.expr2 = nodes.Const("")
        return self._priced(node)

    def _rewrite_children(self, node: nodes.Node, *, stored: bool) -> None:
        for field, value in node.iter_fields():
            if isinstance(value, nodes.Node):
                setattr(node, field, self.rewrite(value, stored=stored))
            elif isinstance(value, list):
                setattr(node, field, [self._rewritten(item, stored=stored) for item in value])

    def _rewritten(self, item: Any, *, stored: bool) -> Any:
        return self.rewrite(item, stored=stored) if isinstance(item, nodes.Node) else item

    def _priced(self, node: nodes.Node) -> nodes.Node:
        if isinstance(node, nodes.Concat):
            return self._step("joined", *node.nodes)
        if isinstance(node, (nodes.List, nodes.Dict)) or (isinstance(node, nodes.Tuple) and node.ctx == "load"):
            return self._step("built", node)
        if isinstance(node, nodes.Compare) and any(operand.op not in ("eq", "ne") for operand in node.ops):
            node.expr = self._step("comparable", node.expr)
            for operand in node.ops:
                operand.expr = self._step("comparable", operand.expr)
            return node
        if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Slice):
            bounds = (node.arg.start, node.arg.stop, node.arg.step)
            return self._step("cut", node.node, *(bound or nodes.Const(None) for bound in bounds))
        if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr) and not is_loop(node.node.node):
            target = node.node
            return self._step("method", target.node, target.attr, *node.args, keywords=node.kwargs)
        return node

    def _part(self, node: Any, *, stored: bool) -> nodes.Expr:
        if isinstance(node, nodes.TemplateData):
            return self._data(node)
        escape = self.placement.escapes.get(id(node))
        if escape is None:
            line, column = self.source.of(node)
            raise TemplateRefused("This value can never be reached.", line=line, column=column, hint="Remove it.")
        if escape == "json_value" and isinstance(node, nodes.CondExpr) and node.expr2 is None:
            node.expr2 = nodes.Const(None)
        site = self._site(node)
        rewritten: nodes.Expr = self.rewrite(node, stored=stored)
        return rewritten if escape == PUNCTUATION else self._step("stored_text" if stored else escape, rewritten, site)

    def _data(self, node: nodes.TemplateData) -> nodes.TemplateData:
        replacements = self.placement.replacements.get(id(node))
        if not replacements:
            return node
        text = "".join(replacements.get(index, character) for index, character in enumerate(node.data))
        return nodes.TemplateData(text, lineno=node.lineno)

    def _site(self, node: nodes.Expr) -> Site:
        offset = first_offset(node)
        written = _WRITTEN_VALUE.match(self.source.text, offset)
        text = written.group(1) if written else "The value"
        return (*self.source.line_and_column(offset), text[:MAX_SITE_CHARACTERS])

    def _step(self, name: str, node: Any, *arguments: Any, keywords: Any = ()) -> nodes.Filter:
        written = [item if isinstance(item, nodes.Node) else nodes.Const(item) for item in arguments]
        step = nodes.Filter(node, PREFIX + name, written, list(keywords), None, None, lineno=node.lineno)
        step.set_environment(self.environment)
        return step


def _fixed_text(loop: nodes.For) -> int:
    """Characters that one round of a loop adds whatever its values are."""
    return sum(len(data.data) for part in loop.body for data in part.find_all(nodes.TemplateData))


def is_constant(body: list[Any]) -> bool:
    """Whether the template has no tag at all, so that every person gets the same text."""
    outputs = all(isinstance(node, nodes.Output) for node in body)
    return outputs and all(isinstance(part, nodes.TemplateData) for node in body for part in node.nodes)
