"""Where the columns of a file go, as somebody chose it on the page; and the choice of an earlier, like file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from accounts.models import Workspace
from audience.attributes import STANDARD_FIELDS, Kind, name_problem
from audience.importing.columns import NO_USER_ID, Column, Columns, column_problems
from audience.models import Attribute, Import

KINDS: tuple[Kind, ...] = get_args(Kind)
FIELD, ATTRIBUTE, NEW = "field:", "attribute:", "new"
# How far back an import with the same headers is looked for.
LOOKED_THROUGH = 50


@dataclass(frozen=True)
class Mapped:
    """A posted mapping; ``problems`` by the column's number from 0, -1 for the file as a whole."""

    columns: Columns
    problems: dict[int, str]


def known_kinds(workspace: Workspace) -> dict[str, str]:
    """The workspace's attributes and their kinds, by name."""
    return dict(Attribute.objects.filter(workspace=workspace).order_by("name").values_list("name", "kind"))


def mapping_posted(columns: Columns, posted: Mapping[str, str], known: Mapping[str, str]) -> Mapped:
    """The columns with the places that ``columns.N.to``, ``.name`` and ``.kind`` say, and what is wrong with them."""
    items = tuple(_placed(column, _Choice.of(posted, index), known) for index, column in enumerate(columns.items))
    problems = column_problems(items)
    for index, column in enumerate(items):
        if posted.get(f"columns.{index}.to") == NEW and not column.name:
            problems[index] = "Give the new attribute a name, for example loyalty_level."
    if not any(column.name == "user_id" for column in items):
        problems[-1] = NO_USER_ID
    return Mapped(columns.model_copy(update={"items": items, "typed": True}), problems)


@dataclass(frozen=True)
class _Choice:
    to: str
    name: str
    kind: Kind

    @classmethod
    def of(cls, posted: Mapping[str, str], index: int) -> "_Choice":
        kind = posted.get(f"columns.{index}.kind", "text")
        return cls(
            posted.get(f"columns.{index}.to", ""),
            posted.get(f"columns.{index}.name", "").strip(),
            kind if kind in KINDS else "text",
        )


def _placed(column: Column, choice: _Choice, known: Mapping[str, str]) -> Column:
    """What is no place at all counts as *Don't import*."""
    name, kind = "", choice.kind
    if choice.to.startswith(FIELD) and choice.to.removeprefix(FIELD) in STANDARD_FIELDS:
        name, kind = choice.to.removeprefix(FIELD), "text"
    elif choice.to.startswith(ATTRIBUTE) and choice.to.removeprefix(ATTRIBUTE) in known:
        name = choice.to.removeprefix(ATTRIBUTE)
        kind = kind_known(known[name])
    elif choice.to == NEW:
        name = choice.name
        kind = kind_known(known[name]) if name in known else choice.kind
    return column.model_copy(update={"name": name, "kind": kind})


def kind_known(kind: str) -> Kind:
    """An attribute's stored kind, as a kind."""
    return kind if kind in KINDS else "text"


def place_of(column: Column, known: Mapping[str, str]) -> str:
    """The value of the column's choice on the page."""
    if not column.name:
        return ""
    if not column.is_attribute:
        return FIELD + column.name
    return ATTRIBUTE + column.name if column.name in known and not name_problem(column.name) else NEW


def kinds_of_known(columns: Columns, known: Mapping[str, str]) -> Columns:
    """The same columns; those of existing attributes have the kind that these have."""
    items = tuple(
        column.model_copy(update={"kind": kind_known(known[column.name])}) if column.name in known else column
        for column in columns.items
    )
    return columns.model_copy(update={"items": items})


def mapped_before(workspace: Workspace, columns: Columns, *, until: int | None = None) -> Import | None:
    """The latest import (before the one with the id ``until``) of a file with the same headers that was begun."""
    earlier = Import.objects.filter(workspace=workspace, started_at__isnull=False).order_by("-id")
    if until is not None:
        earlier = earlier.filter(pk__lt=until)
    return next((found for found in earlier[:LOOKED_THROUGH] if found.columns.headers == columns.headers), None)
