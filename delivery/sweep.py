"""What keeps promises when anything died: finds what nobody works on and asks again. Two at once are harmless."""

from datetime import timedelta

from django.db import transaction

from delivery.asks import lanes_ask, preparation_ask
from delivery.database import counted, raw_cursor
from delivery.preparation import runs_unprepared
from delivery.runs import run_settle
from delivery.slots import slots_refill
from delivery.statements import EXPIRE

EXPIRE_AT_ONCE = 2_000
# For lanes to record what was answered while PostgreSQL was away: its pool finds it within two seconds.
GRACE_AFTER_RESTART = timedelta(seconds=5)


def sweep() -> None:
    """Expired leases, audiences left half made, runs that stop or are over, and lanes for due rows."""
    leases_expire()
    for run_id in runs_unprepared():
        preparation_ask(run_id)
    run_settle()
    lanes_ask(slots_refill(), again=True)


def leases_expire() -> int:
    """Brings rows whose lane died back to be due, each with an attempt `interrupted`; returns how many."""
    total = 0
    while True:
        with transaction.atomic(), raw_cursor() as cursor:
            cursor.execute(EXPIRE, {"limit": EXPIRE_AT_ONCE, "grace": GRACE_AFTER_RESTART})
            expired = counted(cursor)
        total += expired
        if expired < EXPIRE_AT_ONCE:
            return total
