"""How fast the answers to a lane's requests come."""

import time
from dataclasses import dataclass, field

# A lane with so few outcomes in so many seconds only waits: its thread is of more use to others.
QUIET_FOR, QUIET_BELOW = 0.5, 20


@dataclass
class Answers:
    """Since the lane began."""

    _count: int = 0
    _began: float = field(default_factory=time.monotonic)
    _judged_count: int = 0
    _judged: float = field(default_factory=time.monotonic)

    def note(self, count: int) -> None:
        self._count += count

    def expected_in(self, seconds: float) -> int:
        """How many come meanwhile, at the pace so far."""
        return int(self._count * seconds / max(time.monotonic() - self._began, 0.001))

    def are_few(self) -> bool:
        """Judged twice a second, since what came before it was asked last; in between it says no."""
        now = time.monotonic()
        if now - self._judged < QUIET_FOR:
            return False
        lately, self._judged_count, self._judged = self._count - self._judged_count, self._count, now
        return lately < QUIET_BELOW
