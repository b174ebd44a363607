"""The rule editor: a posted form read as Rules, and Rules shown as rows. Segments and campaigns share it.

Fields: ``rules.match`` and ``rules.<n>.field``, ``.operator``, ``.value``. Rows without a field are blank and left out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from accounts.models import Workspace
from audience.choice import AudienceChoice
from audience.fields import Field, fields_available, label_of
from audience.models import Profile
from audience.operators import ALL_OPERATORS, OPERATORS, WITHOUT_VALUE
from audience.operators import OPERATOR_WORDS as OPERATOR_LABELS
from audience.rules import Group, Operator, Rule, Rules
from audience.selection import audience_count, audience_sample, choice_sentence
from webhooks_platform.base.errors import InvalidInput

MATCHES = [("all", "All of the rules"), ("any", "Any of the rules")]


def rules_posted(data: Mapping[str, str]) -> Rules:
    """The rules of a posted editor, as typed: a value may still be missing. ``rules_q`` tells what can't be tested."""
    rows = (_rule_posted(data, f"rules.{index}") for index in _indexes(data))
    match = "any" if data.get("rules.match") == "any" else "all"
    return Rules(root=Group(match=match, items=tuple(row for row in rows if row.field)))


def rows_posted(data: Mapping[str, str]) -> list[int]:
    """The numbers of the posted rows that name a field: a row keeps its number while the editor is open."""
    return [index for index in _indexes(data) if data.get(f"rules.{index}.field")]


def answer_posted(workspace: Workspace, data: Mapping[str, str]) -> "AudienceAnswer":
    """What the posted choice means; a problem names the row by its number in the form."""
    return _at_row(audience_answer(workspace, choice_posted(data)), rows_posted(data))


def _at_row(answer: "AudienceAnswer", indexes: Sequence[int]) -> "AudienceAnswer":
    found = re.fullmatch(r"rules\.([0-9]+)\.(\w+)", answer.field)
    return replace(answer, field=f"rules.{indexes[int(found[1])]}.{found[2]}") if found else answer


def choice_posted(data: Mapping[str, str]) -> AudienceChoice:
    """The audience of a posted form: ``audience`` (a kind), ``segment_id`` and the editor's fields."""
    kind = data.get("audience", "rules")
    if kind == "segment":
        chosen = data.get("segment_id", "")
        return AudienceChoice(kind="segment", segment_id=int(chosen) if chosen.isdecimal() else None)
    if kind in ("everyone", "test_users"):
        return AudienceChoice(kind="test_users" if kind == "test_users" else "everyone")
    return AudienceChoice(kind="rules", rules=rules_posted(data))


def _indexes(data: Mapping[str, str]) -> list[int]:
    found = (re.fullmatch(r"rules\.([0-9]{1,6})\.field", key) for key in data)
    return sorted(int(match[1]) for match in found if match)


def _rule_posted(data: Mapping[str, str], prefix: str) -> Rule:
    operator = data.get(f"{prefix}.operator", "is")
    return Rule(
        field=data.get(f"{prefix}.field", ""),
        operator=operator if operator in ALL_OPERATORS else "is",
        value=data.get(f"{prefix}.value", ""),
    )


@dataclass(frozen=True)
class AudienceAnswer:
    """Whom a choice means at this moment, or why that can't be told yet."""

    count: int = 0
    people: tuple[Profile, ...] = ()
    sentence: str = ""
    problem: str = ""
    field: str = ""


def audience_answer(workspace: Workspace, choice: AudienceChoice) -> AudienceAnswer:
    """Count, three sample people and the sentence; a rule that is not finished is the ``problem``."""
    try:
        return AudienceAnswer(
            count=audience_count(workspace, choice),
            people=tuple(audience_sample(workspace, choice)),
            sentence=choice_sentence(workspace, choice),
        )
    except InvalidInput as error:
        return AudienceAnswer(problem=error.message, field=error.field)


@dataclass(frozen=True)
class RuleRow:
    """One line of the editor. ``operators`` are pairs of value and words, fitting the field's kind."""

    index: int
    field: str
    operator: str
    value: str
    operators: tuple[tuple[str, str], ...] = ()
    kind: str = "text"
    focus: bool = False
    # The field that is in the page stays as it is: someone may have typed on while the answer was under way.
    keep_typed: bool = False

    @property
    def has_value(self) -> bool:
        return bool(self.field) and self.operator not in WITHOUT_VALUE


@dataclass(frozen=True)
class RulesEditor:
    """What ``audience/_rules.html`` shows: put it into the page's context as ``editor``."""

    match: str
    rows: tuple[RuleRow, ...]
    standard: tuple[Field, ...]
    attributes: tuple[Field, ...]
    answer: AudienceAnswer
    recount: bool = False
    matches: tuple[tuple[str, str], ...] = tuple(MATCHES)


def rules_editor(workspace: Workspace, rules: Rules) -> RulesEditor:
    """The editor for one flat list of rules, as a page shows it first; always with a row to begin with."""
    return _editor(workspace, rules, range(len(rules.root.items)), adding=False)


def rules_editor_again(workspace: Workspace, data: Mapping[str, str], *, changed: str, adding: bool) -> RulesEditor:
    """The editor of a posted form, after the field ``changed`` did. Values typed meanwhile stay, and are counted.

    Where no field changed a row came or went: the focus, which was on a button, goes to the last row.
    """
    editor = _editor(workspace, rules_posted(data), rows_posted(data), adding=adding)
    rows = tuple(
        replace(
            row,
            keep_typed=changed != f"rules.{row.index}.field",
            focus=not changed and row is editor.rows[-1],
        )
        for row in editor.rows
    )
    return replace(editor, rows=rows, recount=True)


def _editor(workspace: Workspace, rules: Rules, indexes: Sequence[int], *, adding: bool) -> RulesEditor:
    fields = fields_available(workspace)
    known = {field.name: field for field in fields}
    flat = [item for item in rules.root.items if isinstance(item, Rule)]
    rows = [_row(index, rule, known.get(rule.field)) for index, rule in zip(indexes, flat, strict=False)]
    shown = Rules(root=Group(match=rules.root.match, items=tuple(_rule_of(row) for row in rows)))
    if adding or not rows:
        rows.append(_row(max(indexes, default=-1) + 1, Rule(field="", operator="is"), None))
    return RulesEditor(
        match=rules.root.match,
        rows=tuple(rows),
        standard=tuple(field for field in fields if not field.is_attribute),
        attributes=tuple(field for field in fields if field.is_attribute) + _unknown(flat, known),
        answer=_at_row(audience_answer(workspace, AudienceChoice(kind="rules", rules=shown)), indexes),
    )


def _row(index: int, rule: Rule, field: Field | None) -> RuleRow:
    """An operator that the field's kind does not have becomes its first one."""
    kind = field.kind if field else "text"
    operators = OPERATORS[kind]
    operator = rule.operator if rule.operator in operators or not field else operators[0]
    offered = operators if operator in operators else (*operators, operator)
    return RuleRow(
        index=index,
        field=rule.field,
        operator=operator,
        value=rule.value,
        operators=tuple((name, OPERATOR_LABELS[name]) for name in offered),
        kind=kind,
    )


def _rule_of(row: RuleRow) -> Rule:
    return Rule(field=row.field, operator=cast(Operator, row.operator), value=row.value)


def _unknown(rules: list[Rule], known: Mapping[str, Field]) -> tuple[Field, ...]:
    """Fields that rules name though no profile has them (any more): shown, so that nothing is lost by looking."""
    names = dict.fromkeys(rule.field for rule in rules if rule.field not in known)
    return tuple(Field(name, label_of(name), "text") for name in names)


def without_row(data: Mapping[str, str], index: int) -> dict[str, str]:
    """The posted fields with one row of the editor taken out."""
    return {key: value for key, value in data.items() if not key.startswith(f"rules.{index}.")}
