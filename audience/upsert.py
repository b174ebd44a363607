"""Many profiles at once: COPY into a temporary table, then one UPDATE and one INSERT.

Two statements rather than one INSERT … ON CONFLICT DO UPDATE, because a value that a row does not name must keep
what is stored, and the row proposed for insertion can't tell "not named" from "empty".
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

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
Mode = Literal["update", "only_new", "only_update"]

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
_DIFFERS = f"""(
    {" OR ".join(f"(incoming.{name} IS NOT NULL AND incoming.{name} <> person.{name})" for name in CHANGEABLE_FIELDS)}
    OR (incoming.is_test IS NOT NULL AND incoming.is_test <> person.is_test)
    OR {_MERGED} IS DISTINCT FROM person.attributes
)"""
_FITS = f"octet_length({_MERGED}::text) <= %(limit)s"
_SAME_PERSON = "person.workspace_id = %(workspace)s AND person.user_id = incoming.user_id"
_KNOWN = f"SELECT FROM audience_profile person WHERE {_SAME_PERSON}"
_UPDATE = f"""
    UPDATE audience_profile person
    SET {", ".join(f"{name} = coalesce(incoming.{name}, person.{name})" for name in CHANGEABLE_FIELDS)},
        attributes = {_MERGED}, is_test = coalesce(incoming.is_test, person.is_test), updated_at = %(now)s
    FROM pg_temp.profile_incoming incoming
    WHERE {_SAME_PERSON} AND {_DIFFERS} AND {_FITS}
    RETURNING person.user_id
"""  # noqa: S608 - constants of this module
_INSERT = f"""
    INSERT INTO audience_profile
        (workspace_id, user_id, {_FIELDS}, attributes, is_test, created_at, updated_at)
    SELECT %(workspace)s, user_id, {", ".join(f"coalesce({name}, '')" for name in CHANGEABLE_FIELDS)},
        attributes - removed, coalesce(is_test, false), %(now)s, %(now)s
    FROM pg_temp.profile_incoming incoming
    WHERE NOT EXISTS ({_KNOWN})
    ON CONFLICT (workspace_id, user_id) DO NOTHING
    RETURNING user_id
"""  # noqa: S608 - constants of this module
# What an update would do to each person, without doing it.
_COMPARE = f"""
    SELECT incoming.user_id, CASE WHEN person.id IS NULL THEN 'created' WHEN NOT {_DIFFERS} THEN 'unchanged'
        WHEN {_FITS} THEN 'updated' ELSE 'refused' END
    FROM pg_temp.profile_incoming incoming LEFT JOIN audience_profile person ON {_SAME_PERSON}
"""  # noqa: S608 - constants of this module
_REFUSED = f"""
    SELECT person.user_id FROM pg_temp.profile_incoming incoming JOIN audience_profile person ON {_SAME_PERSON}
    WHERE {_DIFFERS} AND NOT {_FITS}
"""  # noqa: S608 - constants of this module


@dataclass(frozen=True)
class UpsertResult:
    """The user ids by what happened, or would happen.

    ``refused`` ones would hold more attributes than a profile can. ``skipped``: the mode leaves them alone.
    """

    created: frozenset[str] = frozenset()
    updated: frozenset[str] = frozenset()
    unchanged: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()


def profiles_lock(workspace_id: int) -> None:
    """Until the transaction ends, nobody else writes profiles of the workspace.

    So no person is created between the two statements, and two upserts can't lock each other's rows crosswise.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, workspace_id % 2**31])


def upsert(workspace_id: int, rows: Sequence[PersonValues], *, mode: Mode = "update") -> UpsertResult:
    """Creates or updates the people; ``rows`` are checked and name each user_id once. Needs an open transaction.

    Nobody is written who would stay the same. ``only_new`` leaves existing people alone, ``only_update`` adds nobody.
    """
    profiles_lock(workspace_id)
    with connection.cursor() as cursor:
        _load(cursor, rows)
        parameters = {"workspace": workspace_id, "now": timezone.now(), "limit": STORED_LIMIT}
        # The update first: it must not meet those who are only being created.
        updated = frozenset[str]() if mode == "only_new" else _returned(cursor, _UPDATE, parameters)
        created = frozenset[str]() if mode == "only_update" else _returned(cursor, _INSERT, parameters)
        rest = frozenset(row.user_id for row in rows) - created - updated
        refused = _returned(cursor, _REFUSED, parameters) if rest and mode != "only_new" else frozenset[str]()
        skipped = _skipped(cursor, mode, rest, parameters)
        cursor.execute("DROP TABLE pg_temp.profile_incoming")
    return UpsertResult(created, updated, rest - refused - skipped, skipped, refused)


def _skipped(cursor: CursorWrapper, mode: Mode, rest: frozenset[str], parameters: dict[str, Any]) -> frozenset[str]:
    if mode == "only_new":
        return rest
    if mode == "only_update" and rest:
        known = f"SELECT user_id FROM pg_temp.profile_incoming incoming WHERE NOT EXISTS ({_KNOWN})"  # noqa: S608
        return _returned(cursor, known, parameters)
    return frozenset()


def compare(workspace_id: int, rows: Sequence[PersonValues], *, mode: Mode = "update") -> UpsertResult:
    """What ``upsert`` would do now, with nothing stored. Needs an open transaction."""
    with connection.cursor() as cursor:
        _load(cursor, rows)
        cursor.execute(_COMPARE, {"workspace": workspace_id, "limit": STORED_LIMIT})
        verdicts: dict[str, set[str]] = defaultdict(set)
        for user_id, verdict in cursor.fetchall():
            verdicts["skipped" if _left_alone(mode, verdict) else verdict].add(user_id)
        cursor.execute("DROP TABLE pg_temp.profile_incoming")
    return UpsertResult(**{verdict: frozenset(found) for verdict, found in verdicts.items()})


def _left_alone(mode: Mode, verdict: str) -> bool:
    if mode == "only_new":
        return verdict != "created"
    return mode == "only_update" and verdict == "created"


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
