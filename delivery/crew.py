"""How busy this worker's threads are: when all of them work, turns are short, so that nobody waits long for one."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

CROWDED_SLICE = 1.0  # seconds
# How long a lane above its run's share rests; nothing but the end of other runs makes room for it (seconds).
CROWDED_REST = 30.0


class Crew:
    """``size``: the worker's threads; 0 as long as it isn't known. ``clock``: monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.size = 0
        self._clock = clock
        self._seats: set[int] = set()
        self._lock = threading.Lock()

    @contextmanager
    def working(self) -> Iterator[float]:
        """For how many seconds the turn lasts while it is crowded. Threads that began at once would end at once, turn
        after turn, and whoever comes would wait for all of a slice: so each seat ends at a moment of its own."""
        with self._lock:
            seat = next(number for number in itertools.count() if number not in self._seats)
            self._seats.add(seat)
        try:
            yield self._until_moment_of(seat)
        finally:
            with self._lock:
                self._seats.discard(seat)

    def _until_moment_of(self, seat: int) -> float:
        """From half a slice up to one and a half; one, where the size isn't known."""
        wait = (
            (CROWDED_SLICE * seat / max(1, self.size) - self._clock()) % CROWDED_SLICE if self.size else CROWDED_SLICE
        )
        return wait if 2 * wait >= CROWDED_SLICE else wait + CROWDED_SLICE

    @property
    def crowded(self) -> bool:
        """Whether no thread is free for a message that comes now."""
        return 0 < self.size <= len(self._seats)

    def share(self, runs: int) -> int:
        """How many lanes each of so many runs may have while it is crowded: about two for each thread, in all."""
        return max(1, 2 * self.size // max(1, runs))


process_crew = Crew()
