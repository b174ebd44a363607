"""Compiled templates, kept for the process up to a total size: the least recently used go first."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class WeightedCache(Generic[Value]):
    """Safe between threads; two that miss at once may both make the value, and one of them is kept."""

    def __init__(self, max_weight: int) -> None:
        self.max_weight = max_weight
        self.weight = 0
        self._entries: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get_or_make(self, key: Hashable, weight: int, make: Callable[[], Value]) -> Value:
        """`weight`: about how many bytes the value takes. What `make` raises is not kept."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
                return entry[0]
        value = make()
        with self._lock:
            if key not in self._entries:
                self._entries[key] = (value, weight)
                self.weight += weight
            while self.weight > self.max_weight:
                _key, (_value, freed) = self._entries.popitem(last=False)
                self.weight -= freed
        return value

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self.weight = 0
