"""Compares what the ledger says of a run with what the destination counted: no rate without this."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from notifications.models import Run
from tests.bench.programs import Unmeasurable

_STATES = """
select state, count(*) from notification where workspace_id = %(workspace)s and run_at = %(run_at)s and run_id = %(run)s
group by state
"""
_ATTEMPTS = """
select count(*), count(distinct notification_id), min(started_at) from attempt
where workspace_id = %(workspace)s and run_at = %(run_at)s and run_id = %(run)s
"""
_EXCHANGES = """
select count(*) from exchange e
where e.workspace_id = %(workspace)s and length(e.request_body) > 100 and e.request_headers <> ''
  and length(e.response_body) > 10 and e.response_headers <> ''
  and e.notification_id in (select id from notification n where n.workspace_id = %(workspace)s
                            and n.run_at = %(run_at)s and n.run_id = %(run)s)
"""


@dataclass(frozen=True)
class Ledger:
    """``exchanges`` counts those that hold request and response, headers and bodies."""

    states: dict[str, int]
    attempts: int
    attempted: int
    exchanges: int
    first_request_at: datetime


def ledger_of(run: Run) -> Ledger:
    parameters: dict[str, str | int] = {"workspace": run.workspace_id, "run_at": run.run_at.isoformat(), "run": run.pk}
    with connection.cursor() as cursor:
        cursor.execute(_STATES, parameters)
        states = dict(cursor.fetchall())
        cursor.execute(_ATTEMPTS, parameters)
        attempts, attempted, first_request_at = cursor.fetchone()
        cursor.execute(_EXCHANGES, parameters)
        (exchanges,) = cursor.fetchone()
    return Ledger(states, attempts, attempted, exchanges, first_request_at)


def verify(ledger: Ledger, *, people: int, received: int) -> None:
    """Raises Unmeasurable unless everybody was sent to exactly once, all of it is stored, and the receiver agrees."""
    counts = {
        "delivered": ledger.states.get("delivered", 0),
        "attempts": ledger.attempts,
        "people attempted": ledger.attempted,
        "exchanges with request and response": ledger.exchanges,
        "requests the destination received": received,
    }
    wrong = {name: count for name, count in counts.items() if count != people}
    if wrong or set(ledger.states) != {"delivered"}:
        raise Unmeasurable(f"No rate: {people} people were launched, but {wrong or ''} (states: {ledger.states}).")
