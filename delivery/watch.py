"""Whether lanes may go on: one small query a process five times a second, and the worker's own shutdown."""

import logging
import threading
from collections import Counter

import psycopg
from django.db import Error, connection

from delivery.database import counted, raw_cursor
from delivery.statements import SENDING_AMONG, SENDING_COUNT

logger = logging.getLogger(__name__)
LOOK_EVERY = 0.2  # seconds; how soon a pause or stop is noticed


class Watch:
    """What this process's lanes ask before each step. The thread looks only while lanes run.

    ``runs_sending``: how many runs send now, all workspaces together.
    """

    def __init__(self) -> None:
        self.runs_sending = 1
        self._lock = threading.Lock()
        self._watched: Counter[int] = Counter()
        self._halted: frozenset[int] = frozenset()
        self._shutting_down = threading.Event()
        self._thread: threading.Thread | None = None
        self._rested = threading.Event()

    def shut_down(self) -> None:
        """From now on lanes give back what has not left. Safe in a signal handler."""
        self._shutting_down.set()

    @property
    def shutting_down(self) -> bool:
        return self._shutting_down.is_set()

    def may_send(self, run_id: int) -> bool:
        return run_id not in self._halted and not self._shutting_down.is_set()

    def enter(self, run_id: int) -> None:
        with self._lock:
            self._watched[run_id] += 1
            if self._thread is None:
                self._rested.clear()
                self._thread = threading.Thread(target=self._look_on, name="delivery-watch", daemon=True)
                self._thread.start()

    def sends(self, run_id: int) -> None:
        """The run was just seen to send: what was known of it before is over. A message alone says nothing of it, and
        other lanes of a paused run may still be here."""
        self._halted -= {run_id}

    def leave(self, run_id: int) -> None:
        with self._lock:
            self._watched[run_id] -= 1
            self._watched += Counter()  # drops what has come to nothing

    def rest(self) -> None:
        """Once no lane runs: ends the thread now, which otherwise ends by itself, and waits for its last query."""
        with self._lock:
            thread = None if self._watched else self._thread
        if thread is not None:
            self._rested.set()
            thread.join()

    def _look_on(self) -> None:
        while True:
            self._rested.wait(LOOK_EVERY)
            with self._lock:
                watched = frozenset(self._watched)
                if not watched:
                    self._thread = None
                    return
            self._look(watched)

    def _look(self, watched: frozenset[int]) -> None:
        try:
            with raw_cursor() as cursor:
                cursor.execute(SENDING_AMONG, {"runs": list(watched)})
                self._halted = watched - {run_id for (run_id,) in cursor.fetchall()}
                cursor.execute(SENDING_COUNT)
                self.runs_sending = counted(cursor)
        except (Error, psycopg.Error):
            # Raw cursors raise psycopg's own. Whatever it is, the thread goes on: who else would notice a pause?
            logger.warning("The database can't be asked which runs are paused.", exc_info=True)
        finally:
            connection.close()


process_watch = Watch()
