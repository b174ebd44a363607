"""Rules as a database condition, and what keeps them from being one."""

from collections.abc import Iterator
from dataclasses import replace

from django.db.models import Q

from audience.attributes import NUMBER, STANDARD_FIELDS, is_date, is_storable, name_problem, number_from
from audience.errors import RuleInvalid
from audience.fields import ATTRIBUTE_PREFIX, SYSTEM_FIELDS
from audience.operators import (
    COMPARE_DAYS,
    COMPARE_NUMBERS,
    COUNT_DAYS,
    OPERATORS,
    SEVERAL_VALUES,
    SYSTEM_OPERATORS,
    WITHOUT_VALUE,
    values_of,
)
from audience.rule_context import RuleContext, context_plain
from audience.rules import Group, Rule, Rules
from audience.rules_tests import attribute_q, standard_q, system_q

DEPTH_LIMIT = 5
RULE_LIMIT = 100
VALUE_LENGTH = 1_000
VALUES_LIMIT = 50
EQUALS = frozenset({"is", "is_not", *SEVERAL_VALUES})
DAYS_LIMIT = 36_500


def rules_q(rules: Rules, context: RuleContext | None = None) -> Q:
    """The condition on Profile that the rules mean; no rules: everyone.

    Raises RuleInvalid whose ``field`` is the path of the rule, for example ``rules.2.value``.
    Texts: "is" is exact, "contains" and "starts with" ignore case. "is not" and its like include people without a
    value. ``context``: whose days and names; by default the days are UTC's.
    """
    if _rule_count(rules.root) > RULE_LIMIT:
        raise RuleInvalid(f"There are more than {RULE_LIMIT} rules. Split them into segments.", field="rules")
    context = context or context_plain()
    if rules.as_of is not None:
        context = replace(context, today=rules.as_of)
    return _group_q(rules.root, "rules", 1, context)


def rule_problems(rules: Rules, context: RuleContext) -> list[RuleInvalid]:
    """Every rule that can't be tested, each with the path of its part."""
    return list(_problems(rules.root, "rules", context))


def _problems(group: Group, path: str, context: RuleContext) -> Iterator[RuleInvalid]:
    for number, item in enumerate(group.items):
        if isinstance(item, Group):
            yield from _problems(item, f"{path}.{number}", context)
            continue
        try:
            _check(item, f"{path}.{number}", context)
        except RuleInvalid as problem:
            yield problem


def _rule_count(group: Group) -> int:
    return sum(_rule_count(item) if isinstance(item, Group) else 1 for item in group.items)


def _group_q(group: Group, path: str, depth: int, context: RuleContext) -> Q:
    if depth > DEPTH_LIMIT:
        raise RuleInvalid(f"Groups are nested deeper than {DEPTH_LIMIT} levels. Flatten them.", field=path)
    combined = Q()
    for number, item in enumerate(group.items):
        inner = f"{path}.{number}"
        part = _group_q(item, inner, depth + 1, context) if isinstance(item, Group) else _rule_q(item, inner, context)
        if part:  # an empty group tests nothing
            combined = combined & part if group.match == "all" else combined | part
    return combined


def _rule_q(rule: Rule, path: str, context: RuleContext) -> Q:
    _check(rule, path, context)
    value = rule.value.strip()
    if rule.field in STANDARD_FIELDS:
        return standard_q(rule.field, rule.operator, value)
    if rule.field in SYSTEM_FIELDS:
        return system_q(rule.field, rule.operator, value, context)
    return attribute_q(rule.field.removeprefix(ATTRIBUTE_PREFIX), rule.operator, value, context)


def _check(rule: Rule, path: str, context: RuleContext) -> None:
    label = context.label(rule.field)
    _check_field(rule, path, label)
    if rule.operator in WITHOUT_VALUE:
        return
    problem = _value_problem(rule.operator, rule.value.strip(), label) or _kind_problem(rule, context, label)
    if problem:
        raise RuleInvalid(problem, field=f"{path}.value")


def _check_field(rule: Rule, path: str, label: str) -> None:
    if rule.field in STANDARD_FIELDS:
        if rule.operator not in OPERATORS["text"]:
            words = f"{label} is text: it can't be tested for numbers, dates or true and false."
            raise RuleInvalid(words, field=f"{path}.operator")
    elif rule.field in SYSTEM_FIELDS:
        if rule.operator not in SYSTEM_OPERATORS[rule.field]:
            raise RuleInvalid(f"{label} can't be tested this way. Choose another test.", field=f"{path}.operator")
    else:
        name = rule.field.removeprefix(ATTRIBUTE_PREFIX)
        if name == rule.field or name_problem(name):
            raise RuleInvalid(f"“{rule.field[:80]}” is not a field of profiles. Choose one.", field=f"{path}.field")


def _value_problem(operator: str, value: str, label: str) -> str:
    """Why the operator can't compare with the value, with what to do; empty when it can."""
    if not value:
        return f"Say {'how many days' if operator in COUNT_DAYS else 'what'} {label} is compared with."
    if len(value) > VALUE_LENGTH or not is_storable(value):
        return f"The value for {label} is too long or has a character that can't be stored."
    if operator in COMPARE_NUMBERS and not NUMBER.fullmatch(value):
        return _no_number(label, value)
    if operator in COMPARE_DAYS and not is_date(value):
        return _no_date(label, value)
    if operator in COUNT_DAYS and not (value.isascii() and value.isdigit() and int(value) <= DAYS_LIMIT):
        return f"“{value}” is not a number of days. Write a whole number from 0 to {DAYS_LIMIT:,}."
    if operator in SEVERAL_VALUES and not 0 < len(values_of(value)) <= VALUES_LIMIT:
        return f"Write 1 to {VALUES_LIMIT} values for {label}, with commas between them."
    return ""


def _kind_problem(rule: Rule, context: RuleContext, label: str) -> str:
    """What *is* and *is one of* can never find, since no value of the field's kind is written like that."""
    known = context.fields.get(rule.field)
    if known is None or known.kind not in ("number", "date") or rule.operator not in EQUALS:
        return ""
    values = values_of(rule.value) if rule.operator in SEVERAL_VALUES else (rule.value.strip(),)
    is_number = known.kind == "number"
    wrong = next(
        (value for value in values if not (number_from(value) is not None if is_number else is_date(value))), None
    )
    if wrong is None:
        return ""
    return _no_number(label, wrong) if is_number else _no_date(label, wrong)


def _no_number(label: str, value: str) -> str:
    return f"{label} is compared with “{value}”, which is not a number. Write it like 42 or 3.14."


def _no_date(label: str, value: str) -> str:
    return f"{label} is compared with “{value}”, which is not a date. Write it like 2026-01-31."
