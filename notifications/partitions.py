"""Partitions of the ledger: made ahead of time, dropped when their retention is over."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import connection, transaction

from accounts.models import Workspace
from notifications.states import PENDING, RUN_OPEN

MONTHS_AHEAD = 2
DAYS_AHEAD = 7
# Held while partitions change, so that two processes never make the same one.
ADVISORY_LOCK = 7_224_193
# Rows are updated a few times and then rest: leave room on the page, vacuum early (docs/decisions/0001).
NOTIFICATION_STORAGE = (
    "fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.1"
)


# Rows are written once, found by their key alone, and dropped by the day: to gather statistics of their bodies, or to
# mark their pages as visible to all, is work that nobody has a use for. Vacuumed only after erasures.
EXCHANGE_STORAGE = (
    "autovacuum_analyze_threshold = 2147483647, autovacuum_vacuum_insert_threshold = -1, "
    "toast.autovacuum_vacuum_insert_threshold = -1"
)


@dataclass(frozen=True)
class Partition:
    """One partition: rows of ``parent`` from ``start`` up to and not including ``end``."""

    parent: str
    name: str
    start: date
    end: date
    storage: str = ""


def partition_by_month(parent: str, run_at: datetime) -> str:
    """The partition of ``notification`` or ``attempt`` that holds the rows of a run launched then."""
    return f"{parent}_{run_at.astimezone(UTC):%Y_%m}"


def partitions_wanted(now: datetime) -> Iterator[Partition]:
    """Every partition that must exist at ``now``: last month's up to what the near future needs."""
    month = _month_start(now.date()) - timedelta(days=1)
    for start in _months(_month_start(month), MONTHS_AHEAD + 2):
        for parent, storage in (("notification", NOTIFICATION_STORAGE), ("attempt", "")):
            yield Partition(parent, f"{parent}_{start:%Y_%m}", start, _next_month(start), storage)
    for days in Workspace.RetentionClass.values:
        for offset in range(-1, DAYS_AHEAD + 1):
            day = now.date() + timedelta(days=offset)
            parent = f"exchange_{days}"
            yield Partition(parent, f"{parent}_{day:%Y_%m_%d}", day, day + timedelta(days=1), EXCHANGE_STORAGE)


def partitions_ensure(*, now: datetime) -> list[str]:
    """Makes the missing partitions; returns their names. Safe to call at any time, from anywhere."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
        cursor.execute("select relname from pg_class where relkind in ('r', 'p')")
        existing = {name for (name,) in cursor.fetchall()}
        missing = [partition for partition in partitions_wanted(now.astimezone(UTC)) if partition.name not in existing]
        for partition in missing:
            cursor.execute(_create_sql(partition))
        return [partition.name for partition in missing]


def _create_sql(partition: Partition) -> str:
    """Made apart and then attached: attaching does not lock out those who are writing."""
    storage = f"with ({partition.storage})" if partition.storage else ""
    return (
        f"create table {partition.name} (like {partition.parent} including defaults including constraints) {storage};"
        f"alter table {partition.parent} attach partition {partition.name} "
        f"for values from ('{partition.start}') to ('{partition.end}')"
    )


def exchange_partitions_expired(*, now: datetime) -> list[str]:
    """Names of exchange partitions whose last day is older than their retention class."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid "
            "where i.inhparent::regclass::text like 'exchange\\_%%' order by 1"
        )
        names = [name for (name,) in cursor.fetchall()]
    return [name for name in names if _expired(name, now.astimezone(UTC).date())]


def _expired(name: str, today: date) -> bool:
    found = re.fullmatch(r"exchange_(\d+)_(\d{4})_(\d{2})_(\d{2})", name)
    if found is None:
        return False
    days, year, month, day = map(int, found.groups())
    return date(year, month, day) + timedelta(days=days) < today


def partition_is_needed(name: str) -> bool:
    """Whether an exchange partition holds something of a notification that is not final yet, as of a paused run."""
    pending, open_runs = (", ".join(f"'{state}'" for state in sorted(states)) for states in (PENDING, RUN_OPEN))
    with connection.cursor() as cursor:
        cursor.execute(
            f"select exists (select from notifications_run r "  # noqa: S608 - states and this module's own names
            "join notification n on n.workspace_id = r.workspace_id and n.run_at = r.run_at and n.run_id = r.id "
            f"join {connection.ops.quote_name(name)} e on e.workspace_id = n.workspace_id and e.notification_id = n.id "
            f"where r.state in ({open_runs}) and n.state in ({pending}))"
        )
        return bool(cursor.fetchone()[0])


def partition_drop(name: str) -> None:
    """Detaches and drops one partition of the ledger; the name must come from this module."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
        cursor.execute(f"drop table {connection.ops.quote_name(name)}")


def _month_start(day: date) -> date:
    return day.replace(day=1)


def _next_month(day: date) -> date:
    return _month_start(day + timedelta(days=32))


def _months(start: date, count: int) -> Iterator[date]:
    for _ in range(count):
        yield start
        start = _next_month(start)
