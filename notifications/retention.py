"""What is no longer kept: whole partitions are dropped, never one with a notification that is not final."""

import re
from datetime import UTC, date, datetime

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper

from notifications.partitions import (
    ADVISORY_LOCK,
    exchange_partitions_expired,
    partition_is_needed,
)
from notifications.states import FINAL

# Dropping waits for readers, and whoever comes after waits for the drop: rather try again at the next round.
LOCK_TIMEOUT = "3s"


def retention_enforce(*, now: datetime) -> list[str]:
    """Drops what is over at ``now``; returns the partitions' names. What is in use stays until the next call.

    Headers and bodies: past the retention class of their workspace. Notifications and attempts:
    LEDGER_RETENTION_MONTHS after their month.
    """
    dropped = [name for name in exchange_partitions_expired(now=now) if not partition_is_needed(name) and _drop(name)]
    for month in _months_expired(now.astimezone(UTC).date()):
        dropped += _month_drop(month)
    return dropped


def _months_expired(today: date) -> list[str]:
    """ "2025_09" for each month with partitions that ended more than LEDGER_RETENTION_MONTHS ago, oldest first."""
    first_kept = today.year * 12 + today.month - 1 - settings.LEDGER_RETENTION_MONTHS
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid "
            "where i.inhparent::regclass::text in ('notification', 'attempt')"
        )
        found = (re.fullmatch(r"(?:notification|attempt)_(\d{4})_(\d{2})", name) for (name,) in cursor.fetchall())
    return sorted({f"{m[1]}_{m[2]}" for m in found if m and int(m[1]) * 12 + int(m[2]) - 1 < first_kept})


def _month_drop(month: str) -> list[str]:
    """Attempts go with the notifications they belong to, and stay while those are needed."""
    notifications, attempts = f"notification_{month}", f"attempt_{month}"
    dropped = []
    if _exists(notifications):
        if not _drop(notifications, unless=_UNFINISHED.format(table=notifications)):
            return []
        dropped.append(notifications)
    if _exists(attempts) and _drop(attempts):
        dropped.append(attempts)
    return dropped


_UNFINISHED = "select exists (select from {table} where state <> all(%s))"


def _drop(name: str, *, unless: str = "") -> bool:
    """Whether it was dropped: not if ``unless`` finds something, nor if others hold it for too long."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
            cursor.execute("select pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
            cursor.execute(f"lock table {connection.ops.quote_name(name)} in access exclusive mode")
            if unless and _finds(cursor, unless):
                return False
            cursor.execute(f"drop table {connection.ops.quote_name(name)}")
    except OperationalError as error:
        if not _timed_out(error):
            raise
        return False
    return True


def _finds(cursor: CursorWrapper, sql: str) -> bool:
    cursor.execute(sql, [sorted(FINAL)])
    return bool(cursor.fetchone()[0])


def _timed_out(error: OperationalError) -> bool:
    """PostgreSQL's lock_not_available."""
    return getattr(error.__cause__, "sqlstate", "") == "55P03"


def _exists(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass(%s) is not null", [name])
        return bool(cursor.fetchone()[0])
