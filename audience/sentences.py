"""Rules and audience choices read back as a sentence."""

from audience.fields import OPERATOR_LABELS, WITHOUT_VALUE, label_of
from audience.rules import Group, Rule, Rules


def rules_sentence(rules: Rules) -> str:
    """For example: People whose Country is “DE” and age is greater than “30”."""
    words = _group_words(rules.root, outermost=True)
    return f"People whose {words}" if words else "Everyone"


def _group_words(group: Group, *, outermost: bool = False) -> str:
    parts = [_group_words(item) if isinstance(item, Group) else _rule_words(item) for item in group.items]
    parts = [part for part in parts if part]
    words = (" and " if group.match == "all" else " or ").join(parts)
    return words if outermost or len(parts) < 2 else f"({words})"


def _rule_words(rule: Rule) -> str:
    words = f"{label_of(rule.field)} {OPERATOR_LABELS[rule.operator]}"
    return words if rule.operator in WITHOUT_VALUE else f"{words} “{rule.value.strip()}”"
