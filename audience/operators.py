"""How rules test: the operators of each kind of value, their words, and how their values are typed."""

from typing import Literal, get_args

from audience.attributes import Kind
from audience.rules import Operator

ALL_OPERATORS: tuple[Operator, ...] = get_args(Operator)

_ALWAYS: tuple[Operator, ...] = ("is_set", "is_not_set")
_DAYS: tuple[Operator, ...] = ("before", "after", "in_last_days", "more_days_ago", "in_next_days", "anniversary")
OPERATORS: dict[str, tuple[Operator, ...]] = {
    "text": ("is", "is_not", "one_of", "not_one_of", "contains", "not_contains", "starts_with", *_ALWAYS),
    "number": ("is", "is_not", "greater", "at_least", "less", "at_most", "one_of", "not_one_of", *_ALWAYS),
    "boolean": ("is_true", "is_false", *_ALWAYS),
    "date": ("is", "is_not", *_DAYS, *_ALWAYS),
    "datetime": ("on", "not_on", *_DAYS, *_ALWAYS),
    "list": ("contains", "not_contains", *_ALWAYS),
    "object": _ALWAYS,
}

# What every profile has: there is always a value, and never one to come.
_PAST: tuple[Operator, ...] = ("on", "not_on", "before", "after", "in_last_days", "more_days_ago")
SYSTEM_OPERATORS: dict[str, tuple[Operator, ...]] = {
    "is_test": ("is_true", "is_false"),
    "created_at": _PAST,
    "updated_at": _PAST,
}

# "…" is where the value stands in a sentence; without it, the value follows.
OPERATOR_WORDS: dict[str, str] = {
    "is": "is",
    "is_not": "is not",
    "one_of": "is one of",
    "not_one_of": "is none of",
    "contains": "contains",
    "not_contains": "does not contain",
    "starts_with": "starts with",
    "is_set": "has a value",
    "is_not_set": "has no value",
    "greater": "is greater than",
    "at_least": "is at least",
    "less": "is less than",
    "at_most": "is at most",
    "on": "is on",
    "not_on": "is not on",
    "before": "is before",
    "after": "is after",
    "in_last_days": "is in the last … days",
    "more_days_ago": "is more than … days ago",
    "in_next_days": "is in the next … days",
    "anniversary": "is today in any year",
    "is_true": "is true",
    "is_false": "is false",
}
LIST_WORDS: dict[str, str] = {"contains": "has", "not_contains": "has not"}

WITHOUT_VALUE = frozenset({"is_set", "is_not_set", "is_true", "is_false", "anniversary"})
COMPARE_NUMBERS = frozenset({"greater", "at_least", "less", "at_most"})
COMPARE_DAYS = frozenset({"on", "not_on", "before", "after"})
COUNT_DAYS = frozenset({"in_last_days", "more_days_ago", "in_next_days"})
SEVERAL_VALUES = frozenset({"one_of", "not_one_of"})

Input = Literal["none", "text", "number", "date", "days", "several"]


def operator_words(operator: str, kind: Kind) -> str:
    """The operator as people read it, for a field of this kind."""
    return (LIST_WORDS if kind == "list" else OPERATOR_WORDS).get(operator, OPERATOR_WORDS[operator])


def input_of(operator: str, kind: Kind) -> Input:
    """What the value of a rule is typed into."""
    if operator in WITHOUT_VALUE:
        return "none"
    if operator in COUNT_DAYS:
        return "days"
    if operator in SEVERAL_VALUES:
        return "several"
    if operator in COMPARE_DAYS or kind == "date":
        return "date"
    return "number" if operator in COMPARE_NUMBERS or kind == "number" else "text"


def values_of(value: str) -> tuple[str, ...]:
    """The values of *is one of*: separated by commas, without the blanks around them, each once."""
    return tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))
