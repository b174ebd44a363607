"""How busy this worker's threads are: when all of them work, turns are short, so that nobody waits long for one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

CROWDED_SLICE = 1.0  # seconds
# How long a lane above its run's share rests; nothing but the end of other runs makes room for it (seconds).
CROWDED_REST = 30.0


class Crew:
    """``size``: the worker's threads; 0 as long as it isn't known."""

    def __init__(self) -> None:
        self.size = 0
        self._working = 0
        self._lock = threading.Lock()

    @contextmanager
    def working(self) -> Iterator[None]:
        with self._lock:
            self._working += 1
        try:
            yield
        finally:
            with self._lock:
                self._working -= 1

    @property
    def crowded(self) -> bool:
        """Whether no thread is free for a message that comes now."""
        return 0 < self.size <= self._working

    def share(self, runs: int) -> int:
        """How many lanes each of so many runs may have while it is crowded: about two for each thread, in all."""
        return max(1, 2 * self.size // max(1, runs))


process_crew = Crew()
