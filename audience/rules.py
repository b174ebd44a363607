"""Segment rules as typed data: a tree of groups, or one flat group in a campaign's own audience."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from webhooks_platform.base.typed_json import StoredModel

Operator = Literal[
    "is",
    "is_not",
    "contains",
    "starts_with",
    "is_set",
    "is_not_set",
    "greater",
    "less",
    "before",
    "after",
    "is_true",
    "is_false",
]


class Rule(BaseModel):
    """One test of one field: a standard field by name, or ``attributes.<name>``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["rule"] = "rule"
    field: str
    operator: Operator
    value: str = ""


class Group(BaseModel):
    """Rules and groups joined by all (AND) or any (OR)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["group"] = "group"
    match: Literal["all", "any"] = "all"
    items: tuple["Rule | Group", ...] = ()


class Rules(StoredModel):
    """A saved rule tree. Empty: everyone."""

    root: Group = Group()
