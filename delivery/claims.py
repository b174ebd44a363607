"""Claims due notifications for a lane, and gives back what it didn't send."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from delivery.database import RawCursor, in_partition, lane_transaction
from delivery.statements import CLAIM, GIVE_BACK, START

# In the order of claims: when a row is due, and its id.
Place = tuple[datetime, UUID]
BEGINNING: Place = (datetime.min.replace(tzinfo=UTC), UUID(int=0))
LAST_ID = UUID(int=2**128 - 1)
# Seconds. A retry waits so much longer than it must, at most.
RETRIES_EVERY = 0.5


class Claimed(NamedTuple):
    """One claimed notification. ``person`` is JSON; ``request`` the rendered request of an earlier attempt."""

    id: UUID
    profile_id: int
    webhook_id: str
    number: int
    first_attempt_at: datetime
    person: str | None
    request: bytes | None
    removed: bool
    due_at: datetime


def chosen(rows: Iterable[Claimed]) -> dict[str, object]:
    """The statements' parameters that name rows."""
    pairs = [(row.id, row.profile_id) for row in rows]
    return {"ids": [pair[0] for pair in pairs], "profiles": [pair[1] for pair in pairs]}


@dataclass(slots=True)
class Claims:
    """Claims of one lane: every statement is fenced by its token."""

    workspace_id: int
    run_id: int
    run_at: datetime
    token: int
    lease: timedelta
    _after: Place = field(default=BEGINNING, init=False)
    _retries_at: float = field(default=0.0, init=False)
    _told: tuple[datetime, float] | None = field(default=None, init=False)

    @property
    def key(self) -> dict[str, object]:
        return {"workspace": self.workspace_id, "run_at": self.run_at, "token": self.token}

    @property
    def now(self) -> datetime:
        """By the database's clock, told at each claim. So are due times; a worker's own may be wrong."""
        if self._told is None:
            return datetime.now(UTC)
        moment, at = self._told
        return moment + timedelta(seconds=time.monotonic() - at)

    def take(self, limit: int) -> list[Claimed]:
        """Up to ``limit`` due rows, leased; a row that another lane is claiming is passed over.

        Retries whose time has come are first: behind everybody who is still to be sent to they would come when nobody
        waits for them any more, in a slow run of many after hours.
        """
        with lane_transaction() as cursor:
            told = cursor.fetchone()
            self._told = (told[0], time.monotonic()) if told else None
            rows = self._retries(cursor, limit)
            if len(rows) < limit:
                rows += self._onward(cursor, limit - len(rows))
            return rows

    def _retries(self, cursor: RawCursor, limit: int) -> list[Claimed]:
        """Everybody is due from the launch on, so who is due later waited for a retry."""
        if time.monotonic() < self._retries_at:
            return []
        self._retries_at = time.monotonic() + RETRIES_EVERY
        return self._claim(cursor, limit, (self.run_at, LAST_ID))

    def _onward(self, cursor: RawCursor, limit: int) -> list[Claimed]:
        """From where the last claim ended. Where no more are due behind it, others may be before: rows that were given
        back."""
        rows = self._from_mark(cursor, limit)
        if len(rows) < limit and self._after != BEGINNING:
            self._after = BEGINNING
            rows += self._from_mark(cursor, limit - len(rows))
        return rows

    def _from_mark(self, cursor: RawCursor, limit: int) -> list[Claimed]:
        rows = self._claim(cursor, limit, self._after)
        if rows:
            self._after = max((row.due_at, row.id) for row in rows)
        return rows

    def _claim(self, cursor: RawCursor, limit: int, after: Place) -> list[Claimed]:
        parameters = {**self.key, "run": self.run_id, "limit": limit, "lease": self.lease}
        cursor.execute(
            in_partition(CLAIM, self.run_at), {**parameters, "after_due": after[0], "after_id": after[1]}, binary=True
        )
        return [Claimed(*row) for row in cursor.fetchall()]

    def start(self, rows: Sequence[Claimed]) -> set[UUID]:
        """Marks at-most-once rows as started, committed; only the ids that come back may be sent."""
        with lane_transaction() as cursor:
            cursor.execute(in_partition(START, self.run_at), {**self.key, **chosen(rows)}, binary=True)
            return {row[0] for row in cursor.fetchall()}

    def give_back(self, rows: Sequence[Claimed]) -> None:
        """Rows that were not sent, as if they had never been claimed."""
        with lane_transaction() as cursor:
            cursor.execute(in_partition(GIVE_BACK, self.run_at), {**self.key, **chosen(rows)})
