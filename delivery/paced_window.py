"""A window whose requests leave at given times, so that a rate is spread evenly."""

import asyncio
import time
from collections import deque
from typing import NamedTuple

from delivery.outgoing import Outgoing
from delivery.window import Send, Window
from outbound.loop import HttpLoop
from outbound.sender import send

# A token that could not be used so long after its time (seconds) is void: catching up would be faster than the rate.
# One that is used late is at most 2 % of the rate over any ten seconds.
VOID_AFTER = 0.15
_TICK = 0.001
_LOOK_AGAIN = 0.005


class Departure(NamedTuple):
    """When a request may leave (monotonic seconds), by the grant of which epoch."""

    at: float
    epoch: int


class PacedWindow(Window):
    """Requests wait for a token each. Tokens and requests come separately: a void token costs no request."""

    def __init__(self, http: HttpLoop, limit: int, *, send: Send = send, alarm_at: int = 20) -> None:
        super().__init__(http, limit, send=send, alarm_at=alarm_at)
        self._departures: deque[Departure] = deque()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def tokens(self) -> int:
        """Tokens that are neither used nor void."""
        return len(self._departures)

    def grant(self, count: int, first: float, gap: float, epoch: int) -> None:
        """One request more may leave at ``first`` (monotonic seconds) and after each ``gap``."""
        departures = [Departure(first + number * gap, epoch) for number in range(count)]
        self._http.run(self._schedule(departures)).result()

    # -- on the loop ---------------------------------------------------------------------------------------------------

    async def _schedule(self, departures: list[Departure]) -> None:
        self._departures.extend(departures)
        self._arm()

    def _fill(self) -> None:
        """What was fed waits for its token."""

    async def _withdraw(self) -> list[Outgoing]:
        self._departures.clear()
        return await super()._withdraw()

    def _arm(self, at_least: float = 0.0) -> None:
        if self._departures and self._timer is None:
            delay = max(at_least, self._departures[0].at - time.monotonic())
            self._timer = asyncio.get_running_loop().call_later(delay, self._depart)

    def _depart(self) -> None:
        """Sends what is due. A token that finds the window full, or no request yet, is looked at again until void."""
        self._timer, now = None, time.monotonic()
        while self._departures and self._departures[0].at <= now + _TICK:
            if now - self._departures[0].at > VOID_AFTER:
                self._departures.popleft()
            elif self._pending and time.monotonic() > self._pending[0].send_before:
                self._late.append(self._pending.popleft())
            elif self._pending and len(self._workers) < self._limit and not self.halted:
                self.epoch = self._departures.popleft().epoch
                self._start_worker(self._send_one(self._pending.popleft(), self.epoch))
            else:
                break
        self._arm(_LOOK_AGAIN)
