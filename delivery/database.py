"""Short transactions of lanes: raw cursors for binary results and COPY, and a connection that is given back at once."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any

import psycopg
from django.db import InterfaceError, OperationalError, connection, transaction

from delivery.statements import PLAN_BY_INDEX
from notifications.partitions import partition_by_month

# No fault of a statement: the same may succeed in a moment.
DATABASE_DOWN = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
RawCursor = psycopg.Cursor[tuple[Any, ...]]


@contextmanager
def lane_transaction() -> Iterator[RawCursor]:
    """One short transaction; afterwards the connection is back in the pool, so nobody holds one while waiting.

    The cursor's first row begins with the database's time.
    """
    if connection.in_atomic_block:
        raise RuntimeError("A lane must not run inside a transaction: requests would be sent within it.")
    try:
        with transaction.atomic(), raw_cursor() as cursor:
            cursor.execute(PLAN_BY_INDEX)
            yield cursor
    finally:
        connection.close()


@contextmanager
def raw_cursor() -> Iterator[RawCursor]:
    """psycopg's own cursor on Django's connection, with parameters bound by the server and COPY."""
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        yield cursor


def counted(cursor: RawCursor) -> int:
    """The one number that a counting statement gives back."""
    row = cursor.fetchone()
    return int(row[0]) if row else 0


@lru_cache(maxsize=256)
def in_partition(statement: str, run_at: datetime) -> str:
    """The statement on the one partition that holds the rows of the run. PostgreSQL would find it by itself, but anew
    for each row that a join brings, and plan for all of them."""
    partition = partition_by_month("notification", run_at)
    return re.sub(r"\b(update|from) notification n\b", rf"\1 {partition} n", statement)
