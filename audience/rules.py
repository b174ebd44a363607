"""Segment rules as typed data: a tree of groups whose leaves test one field each."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from webhooks_platform.base.typed_json import StoredModel

Operator = Literal[
    "is",
    "is_not",
    "one_of",
    "not_one_of",
    "contains",
    "not_contains",
    "starts_with",
    "is_set",
    "is_not_set",
    "greater",
    "at_least",
    "less",
    "at_most",
    "on",
    "not_on",
    "before",
    "after",
    "in_last_days",
    "more_days_ago",
    "in_next_days",
    "anniversary",
    "is_true",
    "is_false",
]
Match = Literal["all", "any"]


class Rule(BaseModel):
    """One test of one field: a standard or system field by name, or ``attributes.<name>``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["rule"] = "rule"
    field: str
    operator: Operator
    value: str = ""


class Group(BaseModel):
    """Rules and groups joined by all (AND) or any (OR)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["group"] = "group"
    match: Match = "all"
    items: tuple["Rule | Group", ...] = ()


class Rules(StoredModel):
    """A saved rule tree. Empty: everyone.

    ``as_of``: the day that *in the last 7 days* and its like count from; None is the day of asking. A run's frozen
    copy carries the day of its launch.
    """

    root: Group = Group()
    as_of: date | None = None
