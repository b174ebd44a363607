"""A rolling window of requests on the process's HTTP loop: as one answer comes, the next request leaves."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import httpx

from delivery.outgoing import Outgoing
from outbound.loop import HttpLoop
from outbound.outcomes import Answer, Broken
from outbound.sender import send

# The lane is woken when so many outcomes wait for it, or when the window runs empty.
WAKE_AT = 250
# A destination may say with these when it wants to be asked again.
_ASKS_TO_WAIT = frozenset({429, 503})
Send = Callable[[httpx.AsyncBaseTransport, httpx.Request], Awaitable[Answer | Broken]]


class Sent(NamedTuple):
    """A request that was made, and what became of it. ``epoch``: that of the grant under which it left."""

    outgoing: Outgoing
    started_at: datetime
    result: Answer | Broken
    epoch: int = 0


class Window:
    """At most ``limit`` requests of one lane in flight. Used by one thread; requests live on the loop's thread.

    After ``alarm_at`` failures among as few outcomes, or an answer that asks to wait, nothing more leaves before the
    lane has looked at them: else a destination that fails at once would use up hundreds of attempts meanwhile.
    """

    def __init__(self, http: HttpLoop, limit: int, *, send: Send = send, alarm_at: int = 20) -> None:
        self._http = http
        self._limit = limit
        self._send = send
        self._pending: deque[Outgoing] = deque()
        self._done: deque[Sent] = deque()
        self._late: list[Outgoing] = []
        self._workers: set[asyncio.Task[None] | None] = set()
        self._news = threading.Event()
        self._fed = 0
        self._returned = 0
        self.alarm_at = alarm_at
        self._failures = 0
        self.epoch = 0
        self.halted = False
        # Whether it was halted when it last handed outcomes over: those that say why were among them.
        self.halt_told = False

    @property
    def limit(self) -> int:
        return self._limit

    @property
    def in_hand(self) -> int:
        """Requests that were fed and have neither been handed back nor reported."""
        return self._fed - self._returned

    @property
    def waiting(self) -> int:
        """Requests that have not left yet."""
        return len(self._pending)

    @property
    def in_flight(self) -> int:
        """Requests on their way."""
        return len(self._workers)

    @property
    def late(self) -> bool:
        """Whether requests waited longer than they may: they are to be taken back."""
        return bool(self._late)

    def feed(self, batch: Sequence[Outgoing]) -> None:
        self._fed += len(batch)
        self._http.run(self._extend(batch))

    def wait(self, seconds: float) -> list[Sent]:
        """Outcomes, at once when there are many or when nothing is left to wait for, else after ``seconds``."""
        if self.in_hand > len(self._done) and not self.halted:
            self._news.wait(seconds)
        self._news.clear()
        self.halt_told = self.halted
        outcomes = [self._done.popleft() for _ in range(len(self._done))]
        if not self.halt_told:
            self._failures = 0
        self._returned += len(outcomes)
        return outcomes

    def take_back(self) -> list[Outgoing]:
        """What has not left yet, and what waited longer than it may; it will not be sent from here."""
        taken = self._http.run(self._withdraw()).result()
        self._returned += len(taken)
        return taken

    def keep_to(self, limit: int) -> None:
        """From now on this limit; what is on its way beyond it ends by itself, and nothing takes its place."""
        self._http.run(self._keep_to(limit)).result()

    def halt(self) -> None:
        """Nothing more leaves until `resume`."""
        self.halted = True

    def resume(self) -> None:
        """The lane has looked at what halted the window, and it may go on."""
        self._http.run(self._resume())

    # -- on the loop ---------------------------------------------------------------------------------------------------

    async def _extend(self, batch: Sequence[Outgoing]) -> None:
        self._pending.extend(batch)
        self._fill()

    async def _keep_to(self, limit: int) -> None:
        self._limit = limit
        if not self.halted:
            self._fill()

    async def _resume(self) -> None:
        self.halted, self._failures = False, 0
        self._fill()

    def _fill(self) -> None:
        for _ in range(min(self._limit - len(self._workers), len(self._pending))):
            self._start_worker()

    async def _withdraw(self) -> list[Outgoing]:
        taken = [*self._late, *self._pending]
        self._late.clear()
        self._pending.clear()
        self.halted, self._failures = False, 0
        return taken

    def _start_worker(self, first: Outgoing | None = None) -> None:
        self._workers.add(asyncio.create_task(self._work(first, self.epoch)))

    async def _work(self, first: Outgoing | None, epoch: int) -> None:
        """Sends one request after the other. All in one coroutine: each level costs as much as a system call."""
        try:
            while outgoing := first or self._next():
                started_at = datetime.now(UTC)
                result = await self._send(self._http.transport, outgoing.request)
                self._note(Sent(outgoing, started_at, result, epoch))
                first, epoch = None, self.epoch
        finally:
            # In the step that found nothing more to send: whoever feeds next must not count on this worker.
            self._workers.discard(asyncio.current_task())
            if not self._workers:
                self._news.set()

    def _next(self) -> Outgoing | None:
        """What a worker that is free sends next."""
        while self._pending and not self.halted and len(self._workers) <= self._limit:
            outgoing = self._pending.popleft()
            if time.monotonic() <= outgoing.send_before:
                return outgoing
            self._late.append(outgoing)
        return None

    def _note(self, sent: Sent) -> None:
        self._done.append(sent)
        self._judge(sent.result)
        if (self.halted or len(self._done) >= WAKE_AT) and not self._news.is_set():
            self._news.set()

    def _judge(self, result: Answer | Broken) -> None:
        if isinstance(result, Answer):
            if result.status < 429 or 429 < result.status < 500:
                return
            self.halted |= result.status in _ASKS_TO_WAIT and _asks_to_wait(result)
        self._failures += 1
        self.halted |= self._failures >= self.alarm_at and 2 * self._failures >= len(self._done)


def _asks_to_wait(answer: Answer) -> bool:
    return any(name.lower() == b"retry-after" for name, _ in answer.headers)
