"""Minds lanes that only wait: for slow answers, for the time of a token, for a breaker. They hold no worker thread.

So a destination that hangs, drips or is paced costs its own run time and the others nothing, however many there are.
"""

import heapq
import itertools
import logging
import threading
import time
from typing import Protocol

logger = logging.getLogger(__name__)
# A round of a waiting lane takes some microseconds, and some milliseconds when it records or claims.
THREADS = 4
EVERY = 0.1  # seconds


class Kept(Protocol):
    """A lane's turn that goes on in short rounds."""

    def step(self) -> bool:
        """One round that never waits for the network. False when the turn is over."""

    def end(self) -> None:
        """What follows the turn, also after a round that failed."""


class Keeper:
    """Threads that give each kept turn its round, ten times a second. Made when first needed."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, Kept]] = []
        self._order = itertools.count()
        self._kept = 0
        self._threads = 0

    @property
    def kept(self) -> int:
        """Turns that are not over."""
        return self._kept

    def keep(self, turn: Kept) -> None:
        """Takes the turn over; the caller's thread is free."""
        with self._changed:
            self._kept += 1
            self._push(turn)
            if self._threads < min(THREADS, self._kept):
                self._threads += 1
                threading.Thread(target=self._mind, name=f"delivery-keeper-{self._threads}", daemon=True).start()

    def drain(self, seconds: float) -> bool:
        """Waits until no turn is left; False when some are after ``seconds``."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._kept, seconds)

    def _push(self, turn: Kept) -> None:
        heapq.heappush(self._due, (time.monotonic() + EVERY, next(self._order), turn))
        self._changed.notify()

    def _next(self) -> Kept:
        with self._changed:
            while True:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait)

    def _mind(self) -> None:
        while True:
            turn = self._next()
            if self._goes_on(turn):
                with self._changed:
                    self._push(turn)
                continue
            self._end(turn)
            with self._changed:
                self._kept -= 1
                self._changed.notify_all()

    def _goes_on(self, turn: Kept) -> bool:
        try:
            return turn.step()
        except Exception:
            # Its rows are found by the sweep when their leases end.
            logger.exception("A waiting lane failed")
            return False

    def _end(self, turn: Kept) -> None:
        try:
            turn.end()
        except Exception:
            logger.exception("A lane's slot was not handed on: the sweep finds it when its lease ends")


process_keeper = Keeper()
