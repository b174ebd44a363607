"""Records what became of a lane's rows: attempts and exchanges by COPY, states set-wise and fenced, and the tallies."""

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import psycopg

from delivery import statements
from delivery.claims import Claimed, Claims, chosen
from delivery.database import DATABASE_DOWN, RawCursor, in_partition, lane_transaction
from delivery.outcomes import Delivered, Failed
from delivery.outgoing import Ended
from delivery.results import Finished
from delivery.rows import ATTEMPT_TYPES, EXCHANGE_TYPES, Row, RowMaker, stored_detail
from notifications.masking import mask
from notifications.partitions import partitions_ensure
from notifications.states import FINAL, NotificationState

logger = logging.getLogger(__name__)
# Seconds; together less than the margin of a lease.
TRY_AGAIN_AFTER = (0.1, 0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class Recorder:
    """Records for one lane. An attempt is always kept; a state moves only under the lane's own lease.

    ``when_down`` is called when the database can't be reached: what leaves then may not be known of.
    """

    claims: Claims
    slot: int
    rows: RowMaker
    when_down: Callable[[], None] = lambda: None

    def also_hiding(self, secrets: Sequence[str]) -> "Recorder":
        """One that masks these, too."""
        return replace(self, rows=self.rows.also_hiding(secrets))

    def record(self, finished: Sequence[Finished], ended: Sequence[Ended]) -> None:
        """One transaction, tried for some seconds while the database is down: what was sent shall be known.

        Where an attempt of the same number exists, the slow path replaces an "interrupted" one. Trying again after a
        commit whose success is unknown is safe: attempts have keys, and a state moves only once.
        """
        attempts = [self.rows.attempt(item) for item in finished]
        exchanges = self.rows.exchanges(finished)
        for pause in TRY_AGAIN_AFTER:
            try:
                self._record_once(finished, ended, attempts, exchanges)
            except DATABASE_DOWN:
                logger.warning("Outcomes can't be recorded: the database is down.", exc_info=True)
                self.when_down()
                time.sleep(pause)
            else:
                return
        self._record_once(finished, ended, attempts, exchanges)

    def _record_once(
        self, finished: Sequence[Finished], ended: Sequence[Ended], attempts: Sequence[Row], exchanges: Sequence[Row]
    ) -> None:
        try:
            self._record(finished, ended, lambda cursor: _copy(cursor, attempts, exchanges))
        except psycopg.errors.UniqueViolation:
            self._record(finished, ended, lambda cursor: _merge(cursor, attempts, exchanges))
        except psycopg.errors.CheckViolation:
            # No partition for this day: the hourly task did not run for long, or the clock was set.
            partitions_ensure(now=datetime.now(UTC))
            self._record(finished, ended, lambda cursor: _merge(cursor, attempts, exchanges))

    def _record(self, finished: Sequence[Finished], ended: Sequence[Ended], write: Callable[[RawCursor], None]) -> None:
        with lane_transaction() as cursor:
            if finished:
                write(cursor)
            moved = self._record_delivered(cursor, finished)
            moved.update(self._record_others(cursor, finished, ended))
            self._count(cursor, moved)

    def _record_delivered(self, cursor: RawCursor, finished: Iterable[Finished]) -> Counter[str]:
        rows: dict[int, list[Claimed]] = defaultdict(list)
        for item in finished:
            if isinstance(item.outcome, Delivered):
                rows[item.outcome.status_code].append(item.sent.outgoing.row)
        moved: Counter[str] = Counter()
        for status_code, of_status in rows.items():
            cursor.execute(
                self._statement(statements.RECORD_DELIVERED),
                {**self.claims.key, **chosen(of_status), "status_code": status_code},
            )
            moved[NotificationState.DELIVERED] += cursor.rowcount
        return moved

    def _record_others(self, cursor: RawCursor, finished: Iterable[Finished], ended: Iterable[Ended]) -> Counter[str]:
        changes = [self._failed_change(item, item.outcome) for item in finished if isinstance(item.outcome, Failed)]
        changes += [self._ended_change(item) for item in ended]
        if not changes:
            return Counter()
        columns = zip(*changes, strict=True)
        names = ("ids", "profiles", "states", "reasons", "details", "status_codes", "due", "requests", "requested")
        cursor.execute(
            self._statement(statements.RECORD_OTHERS),
            {**self.claims.key, **{name: list(column) for name, column in zip(names, columns, strict=True)}},
        )
        return Counter(state for (state,) in cursor.fetchall())

    def _statement(self, statement: str) -> str:
        return in_partition(statement, self.claims.run_at)

    def _failed_change(self, item: Finished, failed: Failed) -> tuple[Any, ...]:
        outgoing, retries = item.sent.outgoing, item.retry_at is not None
        return (
            outgoing.row.id,
            outgoing.row.profile_id,
            str(item.state),
            str(failed.reason),
            self.rows.detail(failed),
            failed.status_code,
            item.retry_at,
            outgoing.rendered.dump() if retries else None,
            True,
        )

    def _ended_change(self, item: Ended) -> tuple[Any, ...]:
        detail = stored_detail(mask(item.detail, self.rows.secrets))
        return (item.row.id, item.row.profile_id, str(item.state), str(item.reason), detail, None, None, None, False)

    def _count(self, cursor: RawCursor, moved: Counter[str]) -> None:
        """Counts what the fenced updates changed, not what was sent; in one order, so that nobody waits in a circle."""
        for state in sorted(FINAL.intersection(moved)):
            if moved[state]:
                cursor.execute(
                    statements.TALLY,
                    {"run": self.claims.run_id, "slot": self.slot, "state": state, "count": moved[state]},
                )


def _copy(cursor: RawCursor, attempts: Sequence[Row], exchanges: Sequence[Row]) -> None:
    _copy_rows(cursor, statements.COPY_ATTEMPTS, ATTEMPT_TYPES, attempts)
    _copy_rows(cursor, statements.COPY_EXCHANGES, EXCHANGE_TYPES, exchanges)


def _merge(cursor: RawCursor, attempts: Sequence[Row], exchanges: Sequence[Row]) -> None:
    cursor.execute(statements.STAGE)
    _copy_rows(cursor, statements.COPY_STAGED_ATTEMPTS, ATTEMPT_TYPES, attempts)
    _copy_rows(cursor, statements.COPY_STAGED_EXCHANGES, EXCHANGE_TYPES, exchanges)
    cursor.execute(statements.MERGE_ATTEMPTS)
    cursor.execute(statements.MERGE_EXCHANGES)


def _copy_rows(cursor: RawCursor, statement: str, types: Sequence[str], rows: Iterable[Row]) -> None:
    with cursor.copy(statement) as copy:
        copy.set_types(types)
        write = copy.write_row
        for row in rows:
            write(row)
