"""Many profiles at once: COPY into a temporary table, then one UPDATE and one INSERT.

Two statements rather than one INSERT … ON CONFLICT DO UPDATE, because a value that a row does not name must keep
what is stored, and the row proposed for insertion can't tell "not named" from "empty".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from psycopg.types.json import Jsonb

from audience.attributes import SIZE_LIMIT
from audience.values import CHANGEABLE_FIELDS, PersonValues

# PostgreSQL's text form has spaces that ours lacks; this only stops growth by many merges.
STORED_LIMIT = SIZE_LIMIT * 2
# First key of the advisory lock, so that it meets no other use: "prof" in ASCII.
LOCK_SPACE = 0x70726F66
ANALYZE_FROM = 200

_FIELDS = ", ".join(CHANGEABLE_FIELDS)
_CREATE = f"""
    DROP TABLE IF EXISTS pg_temp.profile_incoming;
    CREATE TEMPORARY TABLE profile_incoming (
        user_id text NOT NULL, {", ".join(f"{name} text" for name in CHANGEABLE_FIELDS)},
        attributes jsonb NOT NULL, removed text[] NOT NULL, is_test boolean
    ) ON COMMIT DROP
"""
_COPY = f"COPY pg_temp.profile_incoming (user_id, {_FIELDS}, attributes, removed, is_test) FROM STDIN (FORMAT BINARY)"
_TYPES = ["text"] * (1 + len(CHANGEABLE_FIELDS)) + ["jsonb", "text[]", "boolean"]
_MERGED = "((person.attributes || incoming.attributes) - incoming.removed)"
_UPDATE = f"""
    UPDATE audience_profile person
    SET {", ".join(f"{name} = coalesce(incoming.{name}, person.{name})" for name in CHANGEABLE_FIELDS)},
        attributes = {_MERGED}, is_test = coalesce(incoming.is_test, person.is_test), updated_at = %(now)s
    FROM pg_temp.profile_incoming incoming
    WHERE person.workspace_id = %(workspace)s AND person.user_id = incoming.user_id
        AND octet_length({_MERGED}::text) <= %(limit)s
    RETURNING person.user_id
"""  # noqa: S608 - constants of this module
_INSERT = f"""
    INSERT INTO audience_profile
        (workspace_id, user_id, {_FIELDS}, attributes, is_test, created_at, updated_at)
    SELECT %(workspace)s, user_id, {", ".join(f"coalesce({name}, '')" for name in CHANGEABLE_FIELDS)},
        attributes - removed, coalesce(is_test, false), %(now)s, %(now)s
    FROM pg_temp.profile_incoming
    WHERE NOT (user_id = ANY(%(updated)s))
    ON CONFLICT (workspace_id, user_id) DO NOTHING
    RETURNING user_id
"""  # noqa: S608 - constants of this module


@dataclass(frozen=True)
class UpsertResult:
    """The user ids by what happened; ``refused`` ones would hold more attributes than a profile can."""

    created: frozenset[str]
    updated: frozenset[str]
    refused: frozenset[str]


def profiles_lock(workspace_id: int) -> None:
    """Until the transaction ends, nobody else writes profiles of the workspace.

    So no person is created between the two statements, and two upserts can't lock each other's rows crosswise.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, workspace_id % 2**31])


def upsert(workspace_id: int, rows: Sequence[PersonValues]) -> UpsertResult:
    """Creates or updates the people; ``rows`` are checked and name each user_id once. Needs an open transaction."""
    profiles_lock(workspace_id)
    with connection.cursor() as cursor:
        _load(cursor, rows)
        parameters = {"workspace": workspace_id, "now": timezone.now(), "limit": STORED_LIMIT}
        updated = _returned(cursor, _UPDATE, parameters)
        created = _returned(cursor, _INSERT, {**parameters, "updated": list(updated)})
        cursor.execute("DROP TABLE pg_temp.profile_incoming")
    return UpsertResult(created, updated, frozenset(row.user_id for row in rows) - created - updated)


def _load(cursor: CursorWrapper, rows: Sequence[PersonValues]) -> None:
    cursor.execute(_CREATE)
    with cursor.copy(_COPY) as copy:
        copy.set_types(_TYPES)
        for row in rows:
            copy.write_row(_cells(row))
    if len(rows) >= ANALYZE_FROM:  # else the planner takes an unknown table for a small one
        cursor.execute("ANALYZE pg_temp.profile_incoming")


def _cells(row: PersonValues) -> tuple[Any, ...]:
    kept = {name: value for name, value in row.attributes.items() if value is not None}
    removed = [name for name, value in row.attributes.items() if value is None]
    fields = (row.fields.get(name) for name in CHANGEABLE_FIELDS)
    return (row.user_id, *fields, Jsonb(kept, dumps=orjson.dumps), removed, row.is_test)


def _returned(cursor: CursorWrapper, statement: str, parameters: dict[str, Any]) -> frozenset[str]:
    cursor.execute(statement, parameters)
    rows: Iterable[tuple[str]] = cursor.fetchall()
    return frozenset(user_id for (user_id,) in rows)
