"""When a program that ended by itself is started again: after growing pauses, and not for ever."""

from dataclasses import dataclass, field

FIRST_PAUSE = 0.5  # seconds
MOST_ENDS, WITHIN = 5, 60.0


@dataclass
class Restarts:
    """Of one program."""

    _ends: list[float] = field(default_factory=list)

    def pause(self, now: float) -> float | None:
        """Seconds to wait after the end that is noted now; None if the program can't stay up."""
        self._ends = [end for end in self._ends if now - end < WITHIN] + [now]
        if len(self._ends) >= MOST_ENDS:
            return None
        return FIRST_PAUSE * 2.0 ** (len(self._ends) - 1)
