"""A lexer that remembers where each token stands, and refuses templates that are too big while reading them."""

import bisect
import re
from collections.abc import Iterator

from jinja2.exceptions import TemplateSyntaxError
from jinja2.lexer import Lexer, newline_re
from jinja2.nodes import Node

from . import limits
from .failures import TemplateRefused

_BLOCK_STARTS = frozenset(("if", "for", "with", "filter", "call", "macro", "block"))
_BLOCK_ENDS = frozenset(f"end{word}" for word in _BLOCK_STARTS)
_WORDS = ("integer", "float", "name")


class Position(int):
    """A line number, as Jinja's nodes carry it, that also knows its offset in the source."""

    offset: int

    def __new__(cls, line: int, offset: int) -> "Position":
        position = int.__new__(cls, line)
        position.offset = offset
        return position


class Source:
    """A template's text with the positions that its nodes speak of."""

    def __init__(self, text: str) -> None:
        self.text = "\n".join(newline_re.split(text)[::2])
        self._line_starts = [0] + [match.end() for match in re.finditer("\n", self.text)]

    def line_and_column(self, offset: int) -> tuple[int, int]:
        line = bisect.bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def of(self, node: Node) -> tuple[int, int]:
        return self.line_and_column(first_offset(node))


def first_offset(node: Node) -> int:
    """Where the first token of a node stands: an operator's node starts at its left operand."""
    offsets = [first_offset(child) for child in node.iter_child_nodes()]
    if isinstance(node.lineno, Position):
        offsets.append(node.lineno.offset)
    return min(offsets, default=0)


def node_offset(node: Node) -> int:
    """Where a statement or fixed text starts."""
    return node.lineno.offset if isinstance(node.lineno, Position) else first_offset(node)


class PositionLexer(Lexer):
    def tokeniter(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> Iterator[tuple[int, str, str]]:
        text = "\n".join(newline_re.split(source)[::2])
        guard = _SizeGuard()
        cursor = 0
        tokens = super().tokeniter(source, name, filename, state)
        while True:
            try:
                line, kind, value = next(tokens)
            except StopIteration:
                return
            except TemplateSyntaxError as error:
                error.lineno = Position(error.lineno, cursor)
                raise
            start = max(text.find(value, cursor), cursor)
            cursor = start + len(value)
            problem = guard.objection(kind, value)
            if problem:
                raise TemplateRefused(problem, line=line, column=start - text.rfind("\n", 0, start))
            yield Position(line, start), kind, value


class _SizeGuard:
    """Counts tokens and nesting before the parser, which recurses, sees them."""

    def __init__(self) -> None:
        self.tokens = self.expression_tokens = self.brackets = self.blocks = 0
        self.previous = ""

    def objection(self, kind: str, value: str) -> str:
        self._count(kind, value)
        if kind in _WORDS and len(value) > limits.MAX_WORD_CHARACTERS:
            return f"This {'name' if kind == 'name' else 'number'} is too long."
        if self.tokens > limits.MAX_TOKENS:
            return "The template is too big."
        if self.expression_tokens > limits.MAX_EXPRESSION_TOKENS:
            return "This expression is too long."
        if self.brackets > limits.MAX_BRACKETS:
            return "Brackets are nested too deep."
        return "Blocks are nested too deep." if self.blocks > limits.MAX_BLOCKS else ""

    def _count(self, kind: str, value: str) -> None:
        self.tokens += 1
        self.expression_tokens += 1
        if kind in ("variable_begin", "block_begin"):
            self.expression_tokens = self.brackets = 0
        elif kind == "operator":
            self.brackets += (value in "([{") - (value in ")]}")
        elif kind == "name" and self.previous == "block_begin":
            self.blocks += (value in _BLOCK_STARTS) - (value in _BLOCK_ENDS)
        if kind != "whitespace":
            self.previous = kind
