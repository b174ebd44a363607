"""The rule editor: a posted form read as Rules, and rules shown as rows. Segments and campaigns share it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from accounts.models import Workspace
from audience.answers import AudienceAnswer, audience_answer
from audience.attributes import is_date
from audience.choice import AudienceChoice
from audience.fields import SYSTEM_FIELDS, Field, fields_testable, label_of
from audience.operators import OPERATORS, input_of, operator_words
from audience.rule_context import RuleContext, context_in_words
from audience.rule_tree import (
    ROOT,
    GroupNode,
    RuleNode,
    form_path,
    leaves,
    rules_of,
    tree_of,
    tree_posted,
    with_group,
    with_rule,
    without,
)
from audience.rules import Rules
from audience.rules_query import rule_problems
from webhooks_platform.base.numbers import number_in

__all__ = ["AudienceAnswer", "audience_answer", "choice_posted", "rules_editor", "rules_posted"]

# How deep the editor nests groups: the outermost one is the first level.
EDITOR_DEPTH = 3
# Values that are typed into the same kind of field: it stays in the page when the test changes from one to the other.
WRITTEN = frozenset({"text", "number", "several"})
MATCHES = (("all", "All of the rules"), ("any", "Any of the rules"))


def rules_posted(data: Mapping[str, str]) -> Rules:
    """The rules of a posted editor, as typed: a value may still be missing. ``rules_q`` tells what can't be tested."""
    return rules_of(tree_posted(data))


def choice_posted(data: Mapping[str, str]) -> AudienceChoice:
    """The audience of a posted form: ``audience`` (a kind), ``segment_id`` and the editor's fields.

    The rules are kept beside another choice, so that going back to them finds them again.
    """
    kind, rules = data.get("audience", "rules"), rules_posted(data)
    if kind == "segment":
        chosen = data.get("segment_id", "")
        segment_id = number_in(chosen)
        return AudienceChoice(kind="segment", segment_id=segment_id, rules=rules)
    if kind in ("everyone", "test_users"):
        return AudienceChoice(kind="test_users" if kind == "test_users" else "everyone", rules=rules)
    return AudienceChoice(kind="rules", rules=rules)


def answer_posted(workspace: Workspace, data: Mapping[str, str], *, after: int | None = None) -> AudienceAnswer:
    """What the posted choice means; a problem names the row by its path in the form."""
    answer = audience_answer(workspace, choice_posted(data), after=after)
    is_rule = answer.field.startswith(f"{ROOT}.")
    return replace(answer, field=form_path(tree_posted(data), answer.field)) if is_rule else answer


@dataclass(frozen=True)
class ValueProblem:
    """A value that can't be compared, for the place under its field (``frontend.answers.with_problems``)."""

    field: str
    message: str
    severity: str = "error"


def value_problems(workspace: Workspace, data: Mapping[str, str]) -> list[ValueProblem]:
    """What is wrong with values that are typed already; one that is still empty is no mistake."""
    found = _errors(tree_posted(data), context_in_words(workspace), unfinished=False)
    return [ValueProblem(_element(path), message) for path, message in found.items()]


def _element(path: str) -> str:
    """htmx keeps an element by its id, and can't find one with dots in it."""
    return path.replace(".", "-")


@dataclass(frozen=True)
class RuleRow:
    """One line of the editor. ``operators`` are pairs of value and words, fitting the field's kind."""

    path: str
    number: int
    field: str
    operator: str
    value: str
    operators: tuple[tuple[str, str], ...]
    input: str
    error: str = ""
    focus: bool = False
    # The field that is in the page stays as it is: someone may have typed on while the answer was under way.
    keep_typed: bool = False
    is_group = False

    @property
    def has_value(self) -> bool:
        return bool(self.field) and self.input != "none"

    @property
    def element(self) -> str:
        return _element(self.path)


@dataclass(frozen=True)
class RuleGroup:
    """A group of the editor; the outermost one has number 0."""

    path: str
    number: int
    match: str
    items: "tuple[RuleRow | RuleGroup, ...]"
    can_nest: bool
    matches: tuple[tuple[str, str], ...] = MATCHES
    is_group = True


@dataclass(frozen=True)
class RulesEditor:
    """What ``audience/_rules.html`` shows: put it into the page's context as ``editor``."""

    root: RuleGroup
    standard: tuple[Field, ...]
    system: tuple[Field, ...]
    attributes: tuple[Field, ...]
    depth_limit: int = EDITOR_DEPTH


def rules_editor(workspace: Workspace, rules: Rules, *, data: Mapping[str, str] | None = None) -> RulesEditor:
    """The editor as a page shows it first; ``data``: the form that was refused, with every mistake at its field."""
    tree = tree_of(rules) if data is None else tree_posted(data)
    return _Maker(workspace, tree, unfinished=data is not None).editor()


def rules_editor_again(workspace: Workspace, data: Mapping[str, str], edit: Mapping[str, str]) -> RulesEditor:
    """The editor of a posted form after a change. ``edit``: ``add``, ``add_group`` or ``remove`` with a path, or none.

    Values typed meanwhile stay. Where a row came or went the focus, which was on a button, goes to a row.
    """
    tree, focus = _edited(tree_posted(data), edit)
    return _Maker(workspace, tree, focus=focus).editor()


def _edited(tree: GroupNode, edit: Mapping[str, str]) -> tuple[GroupNode, str]:
    changes = {"add": with_rule, "add_group": with_group, "remove": without}
    for name, change in changes.items():
        if name in edit:
            return change(tree, edit[name])
    return tree, ""


def _errors(tree: GroupNode, context: RuleContext, *, unfinished: bool) -> dict[str, str]:
    """Messages by path in the form."""
    values = {f"{rule.path}.value" for rule in leaves(tree) if not rule.value.strip()}
    found = {form_path(tree, each.field): each.message for each in rule_problems(rules_of(tree), context)}
    return {path: message for path, message in found.items() if unfinished or path not in values}


@dataclass
class _Maker:
    """Makes the rows of one editor, numbering rules and groups from top to bottom."""

    workspace: Workspace
    tree: GroupNode
    focus: str = ""
    unfinished: bool = False
    rules_made: int = 0
    groups_made: int = -1
    errors: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, Field] = field(default_factory=dict)

    def editor(self) -> RulesEditor:
        context = RuleContext(context_in_words(self.workspace).today, fields=self._fields())
        self.known = context.fields
        self._begin_with_a_row()
        self.errors = _errors(self.tree, context, unfinished=self.unfinished)
        fields = (*self.known.values(), *self._unknown())
        return RulesEditor(
            root=self._group(self.tree, depth=1),
            standard=tuple(each for each in fields if not each.is_attribute and each.name not in SYSTEM_FIELDS),
            system=tuple(each for each in fields if each.name in SYSTEM_FIELDS),
            attributes=tuple(each for each in fields if each.is_attribute),
        )

    def _fields(self) -> dict[str, Field]:
        return {each.name: each for each in fields_testable(self.workspace)}

    def _begin_with_a_row(self) -> None:
        if not self.tree.items:
            self.tree, self.focus = with_rule(self.tree, ROOT)[0], self.focus and f"{ROOT}.0"

    def _unknown(self) -> Iterator[Field]:
        """Fields that rules name though no profile has them (any more): shown, so that nothing is lost by looking."""
        names = dict.fromkeys(rule.field for rule in leaves(self.tree) if rule.field)
        return (Field(name, label_of(name), "text") for name in names if name not in self.known)

    def _group(self, group: GroupNode, depth: int) -> RuleGroup:
        self.groups_made += 1
        number = self.groups_made
        items = (
            self._group(node, depth + 1) if isinstance(node, GroupNode) else self._row(node) for node in group.items
        )
        return RuleGroup(group.path, number, group.match, tuple(items), can_nest=depth < EDITOR_DEPTH)

    def _row(self, rule: RuleNode) -> RuleRow:
        """An operator that the field's kind does not have becomes its first one."""
        self.rules_made += 1
        known = self.known.get(rule.field)
        kind = known.kind if known else "text"
        offered = known.operators if known else OPERATORS["text"]
        operator = rule.operator if rule.operator in offered else (offered[0] if known else rule.operator)
        value_input = input_of(operator, kind)
        return RuleRow(
            path=rule.path,
            number=self.rules_made,
            field=rule.field,
            operator=operator,
            value=_value_for(value_input, rule),
            operators=tuple((name, operator_words(name, kind)) for name in dict.fromkeys((*offered, operator))),
            input=value_input,
            error=self.errors.get(f"{rule.path}.value", ""),
            focus=rule.path == self.focus,
            keep_typed=rule.typed_into == value_input or {rule.typed_into, value_input} <= WRITTEN,
        )


def _value_for(value_input: str, rule: RuleNode) -> str:
    """What was typed for another kind of value is not carried where it can't be shown."""
    if not rule.typed_into or rule.typed_into == value_input:
        return rule.value
    fits = {"date": is_date(rule.value), "days": rule.value.isdigit()}
    was_text = rule.typed_into in WRITTEN
    return rule.value if fits.get(value_input, was_text) else ""
