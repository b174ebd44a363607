"""Claims due notifications for a lane, and gives back what it didn't send."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from delivery.database import lane_transaction
from delivery.statements import CLAIM, GIVE_BACK, START


class Claimed(NamedTuple):
    """One claimed notification. ``person`` is JSON; ``request`` the rendered request of an earlier attempt."""

    id: UUID
    webhook_id: UUID
    number: int
    first_attempt_at: datetime
    person: str | None
    request: bytes | None
    removed: bool


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
            cursor.execute(CLAIM, parameters, binary=True)
            return [Claimed(*row) for row in cursor.fetchall()]

    def start(self, ids: Sequence[UUID]) -> set[UUID]:
        """Marks at-most-once rows as started, committed; only the ids that come back may be sent."""
        with lane_transaction() as cursor:
            cursor.execute(START, {**self.key, "ids": list(ids)}, binary=True)
            return {row[0] for row in cursor.fetchall()}

    def give_back(self, ids: Sequence[UUID]) -> None:
        """Rows that were not sent, as if they had never been claimed."""
        with lane_transaction() as cursor:
            cursor.execute(GIVE_BACK, {**self.key, "ids": list(ids)})
