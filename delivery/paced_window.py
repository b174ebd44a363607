"""A window whose requests leave at given times, so that a rate is spread evenly."""

import asyncio
import time
from collections import deque
from typing import NamedTuple

from delivery.outgoing import Outgoing
from delivery.window import Send, Sent, Window
from outbound.loop import HttpLoop
from outbound.sender import send

# A token that could not be used so long after its time (seconds) is void: catching up would be faster than the rate.
# One that is used late is at most 2 % of the rate over any ten seconds.
VOID_AFTER = 0.15
# Of how long answers take: what the latest one counts for.
_NEWS = 0.1
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
        self._answer_seconds = 0.0
        self._answered_at = time.monotonic()

    @property
    def late(self) -> bool:
        """Also where no token comes any more that would find it out."""
        try:
            return super().late or time.monotonic() > self._pending[0].send_before
        except IndexError:  # nobody waits, or the last one just left: on another thread
            return False

    @property
    def tokens(self) -> int:
        """Tokens that are neither used nor void."""
        return len(self._departures)

    def room(self, seconds: float) -> int:
        """How many more tokens the window can use within so many seconds, as answers come of late; before any came,
        those that it has room for now. A token that finds it full is lost to all who share the rate."""
        free = self._limit - self.in_flight - self.tokens
        took = max(self._answer_seconds, time.monotonic() - self._answered_at)
        ending = self._limit * seconds / took if self._answer_seconds else 0.0
        return max(0, round(free + ending))

    def grant(self, count: int, first: float, gap: float, epoch: int) -> None:
        """One request more may leave at ``first`` (monotonic seconds) and after each ``gap``."""
        departures = [Departure(first + number * gap, epoch) for number in range(count)]
        self._http.run(self._schedule(departures)).result()

    def forfeit(self, count: int) -> None:
        """Of the tokens that are left, the last ones are for others."""
        self._http.run(self._forfeit(count)).result()

    # -- on the loop ---------------------------------------------------------------------------------------------------

    async def _schedule(self, departures: list[Departure]) -> None:
        self._departures.extend(departures)
        self._arm()

    async def _forfeit(self, count: int) -> None:
        for _ in range(min(count, len(self._departures))):
            self._departures.pop()

    def _fill(self) -> None:
        """What was fed waits for its token."""

    def _next(self) -> None:
        """Each request has a worker of its own."""

    async def _withdraw(self) -> list[Outgoing]:
        self._departures.clear()
        return await super()._withdraw()

    def _note(self, sent: Sent) -> None:
        took, self._answered_at = sent.result.phases.total, time.monotonic()
        self._answer_seconds += (took - self._answer_seconds) * (_NEWS if self._answer_seconds else 1.0)
        super()._note(sent)

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
                self._start_worker(self._pending.popleft())
            else:
                break
        self._arm(_LOOK_AGAIN)
