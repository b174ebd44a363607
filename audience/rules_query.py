"""Rules as a database condition. Names and values only ever travel as parameters, never as SQL text."""

from collections.abc import Callable
from decimal import Decimal

from django.db.models import Case, DecimalField, Func, Q, TextField, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Collate, Left, Length
from django.db.models.lookups import Exact, GreaterThan, IContains, IsNull, IStartsWith, LessThan, Regex

from audience.attributes import BOOLEANS, NUMBER, STANDARD_FIELDS, is_date, is_storable, name_problem, number_from
from audience.errors import RuleInvalid
from audience.fields import ATTRIBUTE_PREFIX, OPERATORS, WITHOUT_VALUE, label_of
from audience.rules import Group, Rule, Rules

DEPTH_LIMIT = 5
RULE_LIMIT = 100
VALUE_LENGTH = 1_000

# What may be read as a number or a day in stored JSON; guards the cast, which would fail the whole query.
STORED_NUMBER = r"^-?[0-9]{1,40}(\.[0-9]{1,40})?$"
STORED_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}($|[T ])"


def rules_q(rules: Rules) -> Q:
    """The condition on Profile that the rules mean; no rules: everyone.

    Raises RuleInvalid whose ``field`` is the path of the rule, for example ``rules.2.value``.
    Texts: "is" is exact, "contains" and "starts with" ignore case. "is not" includes people without a value.
    """
    if _rule_count(rules.root) > RULE_LIMIT:
        raise RuleInvalid(f"There are more than {RULE_LIMIT} rules. Split them into segments.", field="rules")
    return _group_q(rules.root, "rules", depth=1)


def _rule_count(group: Group) -> int:
    return sum(_rule_count(item) if isinstance(item, Group) else 1 for item in group.items)


def _group_q(group: Group, path: str, depth: int) -> Q:
    if depth > DEPTH_LIMIT:
        raise RuleInvalid(f"Groups are nested deeper than {DEPTH_LIMIT} levels. Flatten them.", field=path)
    combined = Q()
    for number, item in enumerate(group.items):
        inner = f"{path}.{number}"
        part = _group_q(item, inner, depth + 1) if isinstance(item, Group) else _rule_q(item, inner)
        if part:  # an empty group tests nothing
            combined = combined & part if group.match == "all" else combined | part
    return combined


def _rule_q(rule: Rule, path: str) -> Q:
    _check(rule, path)
    if rule.field in STANDARD_FIELDS:
        return _standard_q(rule, path)
    return _ATTRIBUTE_TESTS[rule.operator](rule.field.removeprefix(ATTRIBUTE_PREFIX), _typed(rule, path))


def _check(rule: Rule, path: str) -> None:
    if rule.field not in STANDARD_FIELDS:
        name = rule.field.removeprefix(ATTRIBUTE_PREFIX)
        if name == rule.field or name_problem(name):
            raise RuleInvalid(f"“{rule.field[:80]}” is not a field of profiles. Choose one.", field=f"{path}.field")
    if rule.operator in WITHOUT_VALUE:
        return
    if not rule.value.strip():
        raise RuleInvalid(f"Say what {label_of(rule.field)} is compared with.", field=f"{path}.value")
    if len(rule.value) > VALUE_LENGTH or not is_storable(rule.value):
        raise RuleInvalid(
            f"The value for {label_of(rule.field)} is too long or has a character that can't be stored.",
            field=f"{path}.value",
        )


def _typed(rule: Rule, path: str) -> str:
    """The rule's value, checked against what the operator compares."""
    label, value = label_of(rule.field), rule.value.strip()
    if rule.operator in ("greater", "less") and not NUMBER.fullmatch(value):
        raise RuleInvalid(
            f"{label} is compared with “{value}”, which is not a number. Write it like 42 or 3.14.",
            field=f"{path}.value",
        )
    if rule.operator in ("before", "after") and not is_date(value):
        raise RuleInvalid(
            f"{label} is compared with “{value}”, which is not a date. Write it like 2026-01-31.",
            field=f"{path}.value",
        )
    return value


def _standard_q(rule: Rule, path: str) -> Q:
    field, value = rule.field, rule.value.strip()
    if rule.operator not in OPERATORS["text"]:
        raise RuleInvalid(
            f"{label_of(field)} is text: it can't be tested for numbers, dates or true and false.",
            field=f"{path}.operator",
        )
    tests = {
        "is": Q(**{field: value}),
        "is_not": ~Q(**{field: value}),
        "contains": Q(**{f"{field}__icontains": value}),
        "starts_with": Q(**{f"{field}__istartswith": value}),
        "is_set": ~Q(**{field: ""}),
        "is_not_set": Q(**{field: ""}),
    }
    return tests[rule.operator]


def _is(name: str, value: str) -> Q:
    """Containment, which the GIN index serves: the text itself, and the number or truth value it writes."""
    condition = Q(attributes__contains={name: value})
    number = number_from(value)
    if number is not None:
        condition |= Q(attributes__contains={name: number})
    if value.lower() in BOOLEANS:
        condition |= Q(attributes__contains={name: BOOLEANS[value.lower()]})
    return condition


def _contains(name: str, value: str) -> Q:
    """Part of a text, or one whole item of a list."""
    kind = Func(KeyTransform(name, "attributes"), function="jsonb_typeof", output_field=TextField())
    in_text = Q(IContains(_text(name), value)) & ~Q(Exact(kind, "array"))
    return Q(attributes__contains={name: [value]}) | in_text


def _text(name: str) -> KeyTextTransform:
    return KeyTextTransform(name, "attributes")


def _is_set(name: str) -> Q:
    return Q(GreaterThan(Length(_text(name)), 0))


def _is_not_set(name: str) -> Q:
    """Written out: the negation of a comparison with NULL would be NULL."""
    return Q(IsNull(_text(name), True)) | Q(Exact(_text(name), ""))


def _number(name: str) -> Case:
    """The stored number, also one written as text; NULL for anything else."""
    number = Func(_text(name), template="(%(expressions)s)::numeric", output_field=DecimalField())
    return Case(When(Q(Regex(_text(name), STORED_NUMBER)), then=number), output_field=DecimalField())


def _day(name: str) -> Case:
    """The first ten characters of a stored date or time, which sort like days; NULL for anything else."""
    day = Collate(Left(_text(name), 10), "C")
    return Case(When(Q(Regex(_text(name), STORED_DAY)), then=day), output_field=TextField())


def _is_true(name: str) -> Q:
    return Q(attributes__contains={name: True})


def _is_false(name: str) -> Q:
    return Q(attributes__contains={name: False})


_ATTRIBUTE_TESTS: dict[str, Callable[[str, str], Q]] = {
    "is": _is,
    "is_not": lambda name, value: ~_is(name, value),
    "contains": _contains,
    "starts_with": lambda name, value: Q(IStartsWith(_text(name), value)),
    "is_set": lambda name, value: _is_set(name),
    "is_not_set": lambda name, value: _is_not_set(name),
    "greater": lambda name, value: Q(GreaterThan(_number(name), Decimal(value))),
    "less": lambda name, value: Q(LessThan(_number(name), Decimal(value))),
    "before": lambda name, value: Q(LessThan(_day(name), value)),
    "after": lambda name, value: Q(GreaterThan(_day(name), value)),
    "is_true": lambda name, value: _is_true(name),
    "is_false": lambda name, value: _is_false(name),
}
