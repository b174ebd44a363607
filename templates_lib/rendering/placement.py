"""Finding the place of every value: a language machine runs along a template's fixed text, on sets of states.

The branches of an `if` must end alike and a loop's body must end as it began, so whatever a template accepts has the
same structure for every person. A loop is followed for its first, middle and last round until nothing new appears,
which makes `{{ "," if not loop.last }}` exact.
"""

from typing import Any, NamedTuple, NoReturn

from jinja2 import nodes

from . import limits
from .failures import TemplateRefused
from .languages import LANGUAGES, Language, Misplaced
from .positions import Source, first_offset, node_offset
from .rounds import Choices, Round, assumed, constant_choices, texts_of

States = frozenset[Any]
MAX_LOOP_PASSES = 8
# Takes the place of an escape for constant text that the machine has read as punctuation.
PUNCTUATION = "punctuation"


class Warned(NamedTuple):
    line: int
    column: int
    message: str


class Placement:
    """The escapes of one template's values. Nodes are known by identity until the tree is rewritten."""

    def __init__(self, language: Language[Any], source: Source) -> None:
        self.language = language
        self.source = source
        self.escapes: dict[int, str] = {}
        self.replacements: dict[int, dict[int, str]] = {}
        self.warnings: set[Warned] = set()
        self.names_are_values = False
        self._rounds: list[Round] = []
        self._steps = 0

    def follow(self, tree: nodes.Template) -> None:
        """Raises TemplateRefused where the text or a value is misplaced."""
        end = len(self.source.text)
        states = self._body(frozenset([self.language.start]), tree.body)
        self._survivors(states, end, self.language.finish, forgiving=self.language.forgiving)

    def _refuse(self, offset: int, message: str, hint: str = "") -> NoReturn:
        line, column = self.source.line_and_column(offset)
        raise TemplateRefused(message, line=line, column=column, hint=hint)

    def _warn(self, offset: int, message: str) -> None:
        self.warnings.add(Warned(*self.source.line_and_column(offset), message))

    def _spend(self, steps: int, offset: int) -> None:
        self._steps += steps
        if self._steps > limits.MAX_ANALYSIS_STEPS:
            self._refuse(offset, "The template is too complex to check.", "Use fewer branches and loops.")

    def _survivors(self, states: States, offset: int, step: Any, *, forgiving: bool) -> list[Any]:
        """The results of a step over all states; states it fails for are refused, or dropped with a warning."""
        self._spend(len(states), offset)
        results, failures = [], []
        for state in states:
            try:
                results.append(step(state))
            except Misplaced as misplaced:
                failures.append(misplaced)
        for failure in failures:
            if failure.final or not results or not forgiving:
                self._refuse(offset, failure.message, failure.hint)
            self._warn(offset, f"For some people: {failure.message}")
        return results

    # Statements

    def _body(self, states: States, body: list[nodes.Node]) -> States:
        for node in body:
            states = self._statement(states, node)
        return states

    def _statement(self, states: States, node: nodes.Node) -> States:
        self._spend(1, node_offset(node))
        if isinstance(node, nodes.Output):
            for part in node.nodes:
                states = self._data(states, part) if isinstance(part, nodes.TemplateData) else self._value(states, part)
            return states
        if isinstance(node, nodes.If):
            return self._if(states, node)
        if isinstance(node, nodes.For):
            return self._for(states, node)
        if isinstance(node, nodes.With):
            return self._body(states, node.body)
        if isinstance(node, nodes.AssignBlock):
            self._stored_block(node)
        # After `{% skip %}` nothing follows: no state is left, so the branch may end anywhere.
        return frozenset() if isinstance(node, nodes.ExprStmt) else states

    def _if(self, states: States, node: nodes.If) -> States:
        ends = []
        for branch in (node, *node.elif_):
            known = self._assumed(branch.test)
            if known is not False:
                ends.append(self._body(states, branch.body))
            if known is True:
                break
        else:
            ends.append(self._body(states, node.else_))
        return self._alike(ends, node, "The branches of this {% if %}")

    def _for(self, states: States, node: nodes.For) -> States:
        only = self._round(states, node, Round(first=True, last=True))
        between = self._round(states, node, Round(first=True, last=False))
        for _ in range(MAX_LOOP_PASSES):
            more = between | self._round(between, node, Round(first=False, last=False))
            if more == between:
                break
            between = more
        else:
            self._refuse(
                node_offset(node),
                "The items of this loop run into each other.",
                'Between them write {{ "," if not loop.last }}.',
            )
        last = self._round(between, node, Round(first=False, last=True))
        none = self._body(states, node.else_)
        return self._alike([only | last, none], node, "The {% for %} and its {% else %}")

    def _round(self, states: States, node: nodes.For, assumption: Round) -> States:
        self._rounds.append(assumption)
        after = self._body(states, node.body)
        self._rounds.pop()
        self._alike([states, after], node, "The start and the end of this {% for %}")
        return after

    def _alike(self, ends: list[States], node: nodes.Node, what: str) -> States:
        together: States = frozenset().union(*ends)
        shapes = {self.language.shape(state) for state in together}
        if len(shapes) > 1:
            places = " / ".join(sorted(self.language.describe(shape) for shape in shapes))
            hint = "Whatever is opened inside (a quote, a bracket, a tag) has to be closed inside."
            self._refuse(node_offset(node), f"{what} end in different places ({places}).", hint)
        return together

    def _stored_block(self, node: nodes.AssignBlock) -> None:
        """`{% set x %}…{% endset %}` makes a plain text, whatever the language around it."""
        outside = self.language, self._rounds
        self.language, self._rounds = LANGUAGES["text"], []
        self._body(frozenset([self.language.start]), node.body)
        self.language, self._rounds = outside

    def _assumed(self, test: nodes.Node) -> bool | None:
        return assumed(test, self._rounds[-1] if self._rounds else None)

    # Fixed text

    def _data(self, states: States, node: nodes.TemplateData) -> States:
        replacements = self.replacements.setdefault(id(node), {})
        return self._text(states, node.data, node_offset(node), replacements)

    def _text(self, states: States, text: str, start: int, replacements: dict[int, str] | None) -> States:
        """`replacements` is None for text that an expression makes: all of it stands at one offset."""
        index = 0
        while index < len(text) and states:
            if len(states) == 1:
                (state,) = states
                run = self.language.unchanged_run(state, text, index)
                if run:
                    index += run
                    continue
            offset = start if replacements is None else start + index
            states = self._character(states, text[index], offset, replacements, index)
            index += 1
        return states

    def _character(
        self, states: States, character: str, offset: int, replacements: dict[int, str] | None, index: int
    ) -> States:
        read = self.language.read

        def step(state: Any) -> Any:
            replacement = self.language.replacement(state, character)
            if replacement is not None and replacements is not None:
                replacements[index] = replacement
                return read(state, "x")
            warning = self.language.warning(state, character)
            if warning:
                self._warn(offset, warning)
            return read(state, character)

        after = frozenset(self._survivors(states, offset, step, forgiving=self.language.forgiving))
        if len(after) > limits.MAX_LANGUAGE_STATES:
            self._refuse(offset, "There are too many different ways to get here.", "Use fewer branches.")
        return after

    # Values

    def _value(self, states: States, node: nodes.Expr) -> States:
        if not states:
            return states
        offset = first_offset(node)
        choices = constant_choices(node)
        if choices is not None and not isinstance(choices, str) and self._is_punctuation(states, choices):
            self._remember(node, {PUNCTUATION}, offset)
            return self._chosen(states, choices, offset)
        places = self._survivors(states, offset, self.language.place, forgiving=False)
        self._remember(node, {escape for escape, _ in places}, offset)
        self.names_are_values |= any(map(self.language.makes_name, states))
        return frozenset(after for _, after in places)

    def _remember(self, node: nodes.Expr, found: set[str], offset: int) -> None:
        known = self.escapes.get(id(node))
        found |= {known} if known else set()
        if found == {"url_segment", "url_part"}:
            found = {"url_part"}
        if len(found) > 1:
            self._refuse(
                offset,
                "This value stands in different places, depending on what comes before it.",
                "Close every quote and bracket inside the {% if %} that opens it.",
            )
        self.escapes[id(node)] = found.pop()

    def _is_punctuation(self, states: States, choices: Choices) -> bool:
        return all(self.language.takes_punctuation(state, text) for state in states for text in texts_of(choices))

    def _chosen(self, states: States, choices: Choices, offset: int) -> States:
        if isinstance(choices, str):
            return self._text(states, choices, offset, None)
        known = self._assumed(choices.test)
        after: States = frozenset()
        if known is not False:
            after |= self._chosen(states, choices.if_true, offset)
        if known is not True:
            after |= self._chosen(states, choices.if_false, offset)
        return after
