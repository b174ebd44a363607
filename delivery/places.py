"""A connection's *At most at the same time*, kept by all lanes that send to it now, whatever their runs.

A lane holds places in Redis, and its window has no more on their way than it holds. A place is given only once another
lane has reported it free, so together they never hold more than the connection allows.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from redis import Redis

from delivery.plan import LanePlan
from delivery.shared import REDIS_DOWN, script, shared_redis
from delivery.slots import LANE_LEASE
from delivery.window import Window

logger = logging.getLogger(__name__)
_MICROSECONDS = 1_000_000
# Seconds. How often a lane looks whether others came or went; and while it waits for places, or has some to free.
LOOK_EVERY, LOOK_SOON = 0.25, 0.05
# Where there are more lanes than places, each has one for so long (seconds), and then the next.
TURN = 1.0
RETRY_REDIS_AFTER = 5.0


@dataclass
class Places:
    """Those of one lane. Without a connection, or while Redis can't be reached, it has its share of its run's own."""

    name: int
    plan: LanePlan
    window: Window
    redis: Redis = field(default_factory=shared_redis)
    clock: Callable[[], float] = time.monotonic
    server_now: Callable[[], int] = lambda: 0
    # Whether it could do with more than others leave it.
    short: bool = False
    _look_at: float = 0.0
    _had_some: bool = False

    @property
    def waits(self) -> bool:
        """Whether others have all of them, and this lane had none yet."""
        return not self._had_some and not self.window.limit

    def look(self, *, more: bool) -> bool:
        """Keeps the window to the places of now. ``more``: whether there may be more to send than what it holds. True
        when the lane just got its first."""
        if self.clock() < self._look_at:
            return False
        may = self._asked(more) if self.plan.most_in_flight else self._own()
        if may != self.window.limit:
            self.window.keep_to(may)
        begins = may > 0 and not self._had_some
        self._had_some |= begins
        return begins

    def leave(self) -> None:
        """Nothing of the lane is on its way any more."""
        if self.plan.most_in_flight:
            try:
                self._ask(0, 0)
            except REDIS_DOWN:
                logger.info("Places at %s are free a little later: Redis can't be reached.", self.plan.destination.key)

    def _own(self) -> int:
        self._look_at, self.short = self.clock() + LOOK_EVERY, False
        return self.plan.limit

    def _asked(self, more: bool) -> int:
        limit = self.plan.limit
        held = max(self.window.limit, self.window.in_flight)
        wants = limit if more else max(1, min(limit, self.window.in_hand))
        try:
            may, share = self._ask(held, wants)
        except REDIS_DOWN:
            logger.warning("Run %s keeps to its own limit: Redis can't be reached.", self.plan.run_id)
            self._look_at, self.short = self.clock() + RETRY_REDIS_AFTER, False
            return limit
        self.short = may < wants
        settled = 0 < share == may >= held
        self._look_at = self.clock() + (LOOK_EVERY if settled else LOOK_SOON)
        return may

    def _ask(self, held: int, wants: int) -> tuple[int, int]:
        keys = (self.plan.destination.places_key,)
        believed = round(LANE_LEASE.total_seconds() * _MICROSECONDS)
        allowed = self.plan.most_in_flight or 0
        arguments = (self.name, held, wants, allowed, believed, round(TURN * _MICROSECONDS), self.server_now())
        may, share = cast(list[int], script("places")(keys, arguments, client=self.redis))
        return int(may), int(share)
