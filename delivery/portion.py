"""How many claimed rows a lane makes requests of at once: all, unless their content takes long."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from delivery.claims import Claimed
from delivery.outgoing import Ended, Outgoing, RequestMaker

# Seconds. Some contents take as long for one person, and whoever waited for 500 of them would leave too late.
MAKE_FOR = 0.25
# Seconds of the processor for a person: a hundred times what most contents take.
SLOW = 0.005


@dataclass
class Portion:
    """``at_most``: how many rows to claim next; no more than could be made in time of late. ``is_slow``: whether making
    them is most of the lane's work."""

    batch: int
    at_most: int = 0
    is_slow: bool = False

    def __post_init__(self) -> None:
        self.at_most = self.batch

    def made(self, maker: RequestMaker, rows: Sequence[Claimed], send_before: float) -> list[Outgoing | Ended]:
        """Of the first rows, as many as can be made in time: one at least."""
        begun, worked, made = time.monotonic(), time.thread_time(), []
        for row in rows:
            made.append(maker.make(row, send_before))
            if time.monotonic() - begun > MAKE_FOR:
                break
        self.is_slow = time.thread_time() - worked > SLOW * len(made)
        in_time = time.monotonic() - begun <= MAKE_FOR
        self.at_most = min(self.batch, 2 * self.at_most) if in_time else len(made)
        return made
