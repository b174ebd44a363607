"""Claims due notifications for a lane, and gives back what it didn't send."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from delivery.database import in_partition, lane_transaction
from delivery.statements import CLAIM, GIVE_BACK, START


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


def chosen(rows: Iterable[Claimed]) -> dict[str, object]:
    """The statements' parameters that name rows."""
    pairs = [(row.id, row.profile_id) for row in rows]
    return {"ids": [pair[0] for pair in pairs], "profiles": [pair[1] for pair in pairs]}


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims of one lane: every statement is fenced by its token."""

    workspace_id: int
    run_id: int
    run_at: datetime
    token: int
    lease: timedelta

    @property
    def key(self) -> dict[str, object]:
        return {"workspace": self.workspace_id, "run_at": self.run_at, "token": self.token}

    def take(self, limit: int) -> list[Claimed]:
        """Up to ``limit`` due rows, leased; a row that another lane is claiming is passed over."""
        parameters = {**self.key, "run": self.run_id, "limit": limit, "lease": self.lease}
        with lane_transaction() as cursor:
            cursor.execute(in_partition(CLAIM, self.run_at), parameters, binary=True)
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
