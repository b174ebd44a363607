"""The values that people have for one attribute: how many, which of them fit a type, and all of them as that type."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models.fields.json import KeyTransform
from django.utils import timezone

from accounts.models import Workspace
from audience.attributes import BOOLEANS, is_date, is_datetime, number_from, value_text
from audience.models import Profile

MISFITS_SHOWN = 3

# A null and an empty text are no value.
_PEOPLE_HAVING = """
SELECT held.name, count(*)
FROM audience_profile AS p, jsonb_each(p.attributes) AS held (name, value)
WHERE p.workspace_id = %(workspace)s AND held.name = ANY(%(names)s) AND held.value NOT IN ('null', '""')
GROUP BY held.name
"""
_REMOVE = """
UPDATE audience_profile SET attributes = attributes - %(name)s, updated_at = %(now)s, revision = revision + 1
WHERE workspace_id = %(workspace)s AND jsonb_exists(attributes, %(name)s)
"""
# {value} is one of the fixed expressions below.
_CONVERT = """
UPDATE audience_profile
SET attributes = jsonb_set(attributes, ARRAY[%(name)s], to_jsonb({value})),
    updated_at = %(now)s, revision = revision + 1
WHERE workspace_id = %(workspace)s AND jsonb_typeof(attributes -> %(name)s) = ANY(%(types)s)
    AND attributes ->> %(name)s <> ''
"""
_CONVERSIONS = {
    "text": ("attributes ->> %(name)s", ["number", "boolean"]),
    "number": ("btrim(attributes ->> %(name)s)::numeric", ["string"]),
    "boolean": ("lower(btrim(attributes ->> %(name)s))::boolean", ["string"]),
    "date": ("btrim(attributes ->> %(name)s)", ["string"]),
    "datetime": ("btrim(attributes ->> %(name)s)", ["string"]),
}


@dataclass(frozen=True)
class Misfits:
    """How many people have a value that does not fit, and the first of them: user ID and value."""

    count: int
    examples: tuple[tuple[str, str], ...]


def people_having(workspace: Workspace, names: Iterable[str]) -> dict[str, int]:
    """How many people have a value for each attribute, in one query."""
    counts = dict.fromkeys(names, 0)
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE_HAVING, {"workspace": workspace.pk, "names": list(counts)})
        counts.update(cursor.fetchall())
    return counts


def misfits(workspace: Workspace, name: str, kind: str) -> Misfits:
    """Who has a value that can't be read as the kind without losing anything."""
    held = Profile.objects.filter(workspace=workspace, attributes__has_key=name).order_by("id")
    rows = held.values_list("user_id", KeyTransform(name, "attributes")).iterator(chunk_size=5_000)
    count = 0
    examples: list[tuple[str, str]] = []
    for user_id, value in rows:
        if not value_fits(value, kind):
            count += 1
            if len(examples) < MISFITS_SHOWN:
                examples.append((user_id, value_text(value)))
    return Misfits(count, tuple(examples))


def value_fits(value: Any, kind: str) -> bool:
    """Whether the stored value is of the kind, or a text that writes one. No value fits every kind."""
    if value is None or value == "":
        return True
    if isinstance(value, list | dict):
        return kind == ("list" if isinstance(value, list) else "object")
    if not isinstance(value, str):
        return kind == "text" or kind == ("boolean" if isinstance(value, bool) else "number")
    tests: dict[str, Callable[[str], bool]] = {
        "text": lambda text: True,
        "number": lambda text: number_from(text) is not None,
        "boolean": lambda text: text.lower() in BOOLEANS,
        "date": is_date,
        "datetime": is_datetime,
    }
    return kind in tests and tests[kind](value.strip())


def values_convert(workspace: Workspace, name: str, kind: str) -> None:
    """Stores every value as the kind; all of them have to fit (``misfits``)."""
    if kind in _CONVERSIONS:
        value, types = _CONVERSIONS[kind]
        _execute(_CONVERT.format(value=value), workspace, name, types=types)


def values_remove(workspace: Workspace, name: str) -> None:
    """Takes the attribute from everybody."""
    _execute(_REMOVE, workspace, name)


def _execute(statement: str, workspace: Workspace, name: str, **more: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"workspace": workspace.pk, "name": name, "now": timezone.now(), **more})
