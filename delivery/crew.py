"""How busy this worker's threads are: when all of them work, turns are short, so that nobody waits long for one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

CROWDED_SLICE = 1.0  # seconds


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


process_crew = Crew()
