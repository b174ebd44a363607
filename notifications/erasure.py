"""Erasing a person from the ledger: what was sent and answered goes, what was counted stays."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from audience.erasers import ErasedPerson, Traces
from audience.erasing import ERASED_LABEL
from notifications.states import FINAL, IMPERSONAL_DETAIL, RunState

# By profile, through the unique index on (workspace, profile): every run that ever had the person.
# A row that a lane holds is passed over: waiting for it could make two transactions wait for each other.
_NOTIFICATIONS = """
with free as (
  select n.workspace_id, n.run_at, n.id, n.run_id, n.profile_id, p.replacement
  from unnest(%(profiles)s::bigint[], %(replacements)s::text[]) as p (id, replacement)
  join notification n on n.workspace_id = %(workspace)s and n.profile_id = p.id
  for update of n skip locked
)
update notification n set user_id = f.replacement, person = null, request = null, reason_detail = ''
from free f
where n.workspace_id = f.workspace_id and n.run_at = f.run_at and n.id = f.id and n.profile_id = f.profile_id
returning n.profile_id, n.id, n.run_at, n.run_id
"""
_UNFINISHED = """
select distinct n.profile_id from notification n
join unnest(%(profiles)s::bigint[], %(replacements)s::text[]) as p (id, replacement) on p.id = n.profile_id
where n.workspace_id = %(workspace)s and (n.state <> all(%(final)s) or n.user_id <> p.replacement)
"""
_ATTEMPTS = """
update attempt a set reason_detail = ''
from unnest(%(ids)s::uuid[], %(run_ats)s::timestamptz[]) as n (id, run_at)
where a.workspace_id = %(workspace)s and a.notification_id = n.id and a.run_at = n.run_at
returning a.notification_id, a.retention_days, (a.started_at at time zone 'utc')::date
"""
# Retention classes and days name the partitions, so no others are opened.
_EXCHANGES = """
update exchange set url = '', request_headers = '', request_body = '', response_headers = '', response_body = ''
where workspace_id = %(workspace)s and notification_id = any(%(ids)s::uuid[])
  and retention_days = any(%(classes)s::int[]) and day = any(%(days)s::date[])
returning notification_id
"""
# A test send is a run of one person, whose name describes its audience.
_RUNS = """
update notifications_run set audience_description = %(label)s
where workspace_id = %(workspace)s and audience->>'kind' = 'profiles'
  and audience->'profile_ids' @> any(%(each)s::jsonb[])
"""
# A resend may be of those who share a detail, such as the text of a skip rule, which may be about one person. Once its
# people are found, nothing reads that any more.
_RESENDS = """
update notifications_run set resend = jsonb_set(resend, '{detail}', 'null')
where workspace_id = %(workspace)s and prepared_at is not null and (resend->>'run_id')::bigint = any(%(runs)s)
  and resend->>'detail' <> '' and resend->>'reason' <> all(%(impersonal)s)
"""
# Or of the person whom somebody looked for in the log, by user ID or e-mail address.
_RESENDS_OF_A_PERSON = """
update notifications_run set resend = jsonb_set(resend, '{person}', '""')
where workspace_id = %(workspace)s and prepared_at is not null and (resend->>'run_id')::bigint = any(%(runs)s)
  and resend->>'person' <> ''
"""
_PREPARING = "select exists (select from notifications_run where workspace_id = %(workspace)s and state = %(state)s)"


def people_erase(workspace_id: int, people: Sequence[ErasedPerson]) -> dict[int, Traces]:
    """Erases them from every run. Not final while a row of theirs, or a run's list of people, is still being worked on.

    Rows that are not final stay as they are otherwise: without a profile they end as skipped.
    """
    profiles = [person.profile_id for person in people]
    replacements = [person.replacement for person in people]
    key: dict[str, Any] = {"workspace": workspace_id, "profiles": profiles, "replacements": replacements}
    with connection.cursor() as cursor:
        cursor.execute(_RUNS, {**key, "label": ERASED_LABEL, "each": [f"[{profile}]" for profile in profiles]})
        cursor.execute(_NOTIFICATIONS, key)
        rows = cursor.fetchall()
        owners = {row[1]: row[0] for row in rows}
        runs = list({row[3] for row in rows})
        cursor.execute(_RESENDS, {"workspace": workspace_id, "runs": runs, "impersonal": list(IMPERSONAL_DETAIL)})
        cursor.execute(_RESENDS_OF_A_PERSON, {"workspace": workspace_id, "runs": runs})
        attempts = _attempts(cursor, workspace_id, rows)
        exchanges = _exchanges(cursor, workspace_id, attempts)
        cursor.execute(_UNFINISHED, {**key, "final": sorted(FINAL)})
        unfinished = {profile for (profile,) in cursor.fetchall()}
        cursor.execute(_PREPARING, {**key, "state": RunState.PREPARING})
        preparing = bool(cursor.fetchone()[0])
    counts = {
        "notifications": Counter(row[0] for row in rows),
        "attempts": Counter(owners[row[0]] for row in attempts),
        "exchanges": Counter(owners[row[0]] for row in exchanges),
    }
    return {
        profile: Traces({name: of[profile] for name, of in counts.items()}, not preparing and profile not in unfinished)
        for profile in profiles
    }


def _attempts(cursor: CursorWrapper, workspace_id: int, rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    ids, run_ats = [row[1] for row in rows], [row[2] for row in rows]
    cursor.execute(_ATTEMPTS, {"workspace": workspace_id, "ids": ids, "run_ats": run_ats})
    return list(cursor.fetchall())


def _exchanges(cursor: CursorWrapper, workspace_id: int, attempts: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    found = list(attempts)
    parameters: dict[str, Any] = {
        "workspace": workspace_id,
        "ids": [row[0] for row in found],
        "classes": sorted({row[1] for row in found}),
        "days": sorted({row[2] for row in found}),
    }
    cursor.execute(_EXCHANGES, parameters)
    return list(cursor.fetchall())
