"""Many profiles at once: COPY into a temporary table, one look at who differs, then one UPDATE and one INSERT.

Two statements rather than one INSERT … ON CONFLICT DO UPDATE, because a value that a row does not name must keep
what is stored, and the row proposed for insertion can't tell "not named" from "empty".
"""

from collections import defaultdict
from collections.abc import Sequence
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
    OR merged.attributes <> person.attributes
)"""
# One look at everybody; what is written afterwards is only those whom it changes. OFFSET 0: merged once, not per use.
_JUDGE = f"""
    DROP TABLE IF EXISTS pg_temp.profile_verdict;
    CREATE TEMPORARY TABLE profile_verdict ON COMMIT DROP AS
    SELECT incoming.user_id, person.id AS person_id, CASE
        WHEN person.id IS NULL THEN %(unknown)s
        WHEN %(known)s = 'skipped' THEN 'skipped'
        WHEN NOT {_DIFFERS} THEN 'unchanged'
        WHEN octet_length(merged.attributes::text) > %(limit)s THEN 'refused'
        ELSE 'updated' END AS verdict
    FROM pg_temp.profile_incoming incoming
    LEFT JOIN audience_profile person ON person.workspace_id = %(workspace)s AND person.user_id = incoming.user_id
    LEFT JOIN LATERAL (SELECT {_MERGED} AS attributes OFFSET 0) merged ON person.id IS NOT NULL
"""  # noqa: S608 - constants of this module
_VERDICTS = "SELECT user_id, verdict FROM pg_temp.profile_verdict"
_UPDATE = f"""
    UPDATE audience_profile person
    SET {", ".join(f"{name} = coalesce(incoming.{name}, person.{name})" for name in CHANGEABLE_FIELDS)},
        attributes = {_MERGED}, is_test = coalesce(incoming.is_test, person.is_test),
        updated_at = %(now)s, revision = person.revision + 1
    FROM pg_temp.profile_verdict verdict JOIN pg_temp.profile_incoming incoming USING (user_id)
    WHERE verdict.verdict = 'updated' AND person.id = verdict.person_id
"""  # noqa: S608 - constants of this module
_INSERT = f"""
    INSERT INTO audience_profile
        (workspace_id, user_id, {_FIELDS}, attributes, is_test, created_at, updated_at)
    SELECT %(workspace)s, user_id, {", ".join(f"coalesce({name}, '')" for name in CHANGEABLE_FIELDS)},
        attributes - removed, coalesce(is_test, false), %(now)s, %(now)s
    FROM pg_temp.profile_incoming JOIN pg_temp.profile_verdict verdict USING (user_id)
    WHERE verdict.verdict = 'created'
    ON CONFLICT (workspace_id, user_id) DO NOTHING
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
        done = _judged(cursor, workspace_id, rows, mode)
        parameters: dict[str, Any] = {"workspace": workspace_id, "now": timezone.now()}
        if done.updated:
            cursor.execute(_UPDATE, parameters)
        if done.created:
            cursor.execute(_INSERT, parameters)
        _drop(cursor)
    return done


def compare(workspace_id: int, rows: Sequence[PersonValues], *, mode: Mode = "update") -> UpsertResult:
    """What ``upsert`` would do now, with nothing stored. Needs an open transaction."""
    with connection.cursor() as cursor:
        done = _judged(cursor, workspace_id, rows, mode)
        _drop(cursor)
    return done


def _judged(cursor: CursorWrapper, workspace_id: int, rows: Sequence[PersonValues], mode: Mode) -> UpsertResult:
    _load(cursor, rows)
    unknown = "skipped" if mode == "only_update" else "created"
    known = "skipped" if mode == "only_new" else ""
    cursor.execute(_JUDGE, {"workspace": workspace_id, "limit": STORED_LIMIT, "unknown": unknown, "known": known})
    cursor.execute(_VERDICTS)
    found: dict[str, set[str]] = defaultdict(set)
    for user_id, verdict in cursor.fetchall():
        found[verdict].add(user_id)
    return UpsertResult(**{verdict: frozenset(user_ids) for verdict, user_ids in found.items()})


def _drop(cursor: CursorWrapper) -> None:
    cursor.execute("DROP TABLE pg_temp.profile_incoming, pg_temp.profile_verdict")


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
