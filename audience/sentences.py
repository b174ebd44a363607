"""Rules and audience choices read back as a sentence."""

from collections.abc import Mapping

from audience.fields import Field, label_of
from audience.operators import SEVERAL_VALUES, WITHOUT_VALUE, operator_words, values_of
from audience.rules import Group, Rule, Rules

Fields = Mapping[str, Field]
NO_FIELDS: Fields = {}


def rules_sentence(rules: Rules, fields: Fields = NO_FIELDS) -> str:
    """For example: People whose Country is “DE” and age is greater than “30”. ``fields`` name attributes."""
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
    label, words = label_of(rule.field, fields), operator_words(rule.operator, known.kind if known else "text")
    value = rule.value.strip()
    if rule.operator in WITHOUT_VALUE:
        return f"{label} {words}"
    if "…" in words:
        return f"{label} {words.replace('…', value or '…')}"
    if rule.operator in SEVERAL_VALUES:
        return f"{label} {words} {', '.join(f'“{part}”' for part in values_of(value))}"
    return f"{label} {words} “{value}”"
