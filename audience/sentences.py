"""Rules and audience choices read back as a sentence."""

from collections.abc import Mapping

from audience.attributes import Kind, is_date, number_from
from audience.fields import Field, label_of
from audience.operators import SEVERAL_VALUES, WITHOUT_VALUE, input_of, operator_words, values_of
from audience.rules import Group, Rule, Rules

Fields = Mapping[str, Field]
NO_FIELDS: Fields = {}


def rules_sentence(rules: Rules, fields: Fields = NO_FIELDS) -> str:
    """For example: People whose Country is “DE” and age is greater than 30. ``fields`` name attributes."""
    words = _group_words(rules.root, fields, outermost=True)
    return f"People whose {words}" if words else "Everyone"


def _group_words(group: Group, fields: Fields, *, outermost: bool = False) -> str:
    parts = [
        _group_words(item, fields) if isinstance(item, Group) else _rule_words(item, fields) for item in group.items
    ]
    parts = [part for part in parts if part]
    words = (" and " if group.match == "all" else " or ").join(parts)
    return words if outermost or len(parts) < 2 else f"({words})"


def _rule_words(rule: Rule, fields: Fields) -> str:
    known = fields.get(rule.field)
    kind: Kind = known.kind if known else "text"
    label, words = label_of(rule.field, fields), operator_words(rule.operator, kind)
    value = rule.value.strip()
    if rule.operator in WITHOUT_VALUE:
        return f"{label} {words}"
    if "…" in words:
        return f"{label} {words.replace('…', value or '…')}"
    if rule.operator in SEVERAL_VALUES:
        return f"{label} {words} {', '.join(_value_words(part, rule, kind) for part in values_of(value))}"
    return f"{label} {words} {_value_words(value, rule, kind)}"


def _value_words(value: str, rule: Rule, kind: Kind) -> str:
    """Numbers and dates as they are; text in quotation marks, and what should be a number or date but is not."""
    typed = kind if rule.operator in SEVERAL_VALUES else input_of(rule.operator, kind)
    bare = (typed == "number" and number_from(value) is not None) or (typed == "date" and is_date(value))
    return value if bare else f"“{value}”"
