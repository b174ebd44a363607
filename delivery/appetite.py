"""How many rows a lane claims ahead of its window: enough to keep it full, few enough to leave behind when killed."""

from dataclasses import dataclass, field


@dataclass
class Appetite:
    """Doubles when the window ran dry before the next claim, shrinks while too much waits. Counts are rows."""

    in_flight: int
    at_most: int
    _ahead: int = field(init=False)

    def __post_init__(self) -> None:
        self._ahead = self._least

    @property
    def _least(self) -> int:
        return 2 * self.in_flight

    def rows(self, waiting: int) -> int:
        """How many to claim now that so many wait to leave; 0 while more than half of the usual number waits."""
        if 2 * waiting > self._ahead:
            return 0
        wanted = self._ahead
        if waiting == 0:
            self._ahead = max(self._least, min(self.at_most, 2 * self._ahead))
        elif 4 * waiting > self._ahead:
            self._ahead = max(self._least, self._ahead * 3 // 4)
        return wanted
