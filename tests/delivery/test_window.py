import asyncio
import time
from collections import deque
from collections.abc import Iterator

import httpx
import pytest

from delivery.outgoing import Outgoing
from delivery.paced_window import PacedWindow
from delivery.window import Sent, Window
from outbound.addresses import AddressPolicy
from outbound.loop import HttpLoop
from outbound.outcomes import NO_PHASES, Answer
from outbound.prepared import Head, PreparedRequest
from outbound.transport import CurlTransport
from templates_lib.rendering import RenderedRequest

RENDERED = RenderedRequest("GET", "http://example.com/", (), b"")


class Destination:
    """Answers after the seconds that the request's URL names; counts how many are with it at once."""

    def __init__(self) -> None:
        self.now = self.most = self.total = 0

    async def __call__(self, transport: httpx.AsyncBaseTransport, request: httpx.Request) -> Answer:
        self.now += 1
        self.total += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(float(request.url.params["seconds"]))
        self.now -= 1
        return Answer(200, "", (), b"", False, 0, NO_PHASES, "")


@pytest.fixture
def loop() -> Iterator[HttpLoop]:
    loop = HttpLoop(CurlTransport(addresses=AddressPolicy()))
    yield loop
    loop.close()


def outgoing(seconds: float, *, within: float = 60.0) -> Outgoing:
    request = PreparedRequest(Head("GET", httpx.URL(f"http://example.com/?seconds={seconds}"), ()), (), b"")
    return Outgoing(None, RENDERED, request, time.monotonic() + within)  # type: ignore[arg-type]


class Withholding(Destination):
    """Answers the requests whose seconds are 0, and the others once it is told to."""

    def __init__(self, loop: HttpLoop) -> None:
        super().__init__()
        self._loop = loop
        self._let_go = asyncio.Event()

    async def __call__(self, transport: httpx.AsyncBaseTransport, request: httpx.Request) -> Answer:
        if float(request.url.params["seconds"]):
            self.total += 1
            await self._let_go.wait()
            return Answer(200, "", (), b"", False, 0, NO_PHASES, "")
        return await super().__call__(transport, request)

    def let_go(self) -> None:
        async def now() -> None:
            self._let_go.set()

        self._loop.run(now()).result(60)


def drain(window: Window, seconds: float = 60.0) -> list[Sent]:
    deadline = time.monotonic() + seconds
    found: list[Sent] = []
    while window.in_hand:
        assert time.monotonic() < deadline
        found += window.wait(0.1)
    return found


def test_a_halted_window_sends_nothing_until_it_may_go_on(loop: HttpLoop) -> None:
    destination = Destination()
    window = Window(loop, 3, send=destination)
    window.feed([outgoing(0.05) for _ in range(30)])
    window.halt()
    time.sleep(0.3)
    assert destination.total <= 6
    window.resume()
    assert len(drain(window)) == destination.total == 30


def test_no_more_are_in_flight_than_the_limit(loop: HttpLoop) -> None:
    destination = Destination()
    window = Window(loop, 3, send=destination)
    window.feed([outgoing(0.01) for _ in range(20)])
    assert len(drain(window)) == 20
    assert destination.most == 3


def test_one_hanging_request_does_not_hold_the_others(loop: HttpLoop) -> None:
    destination = Withholding(loop)
    window = Window(loop, 2, send=destination)
    window.feed([outgoing(1), *(outgoing(0) for _ in range(10))])
    deadline = time.monotonic() + 60
    while window.in_hand > 1:
        assert time.monotonic() < deadline
        window.wait(0.05)
    destination.let_go()
    assert len(drain(window)) == 1


def test_it_can_be_fed_again_when_it_ran_empty(loop: HttpLoop) -> None:
    window = Window(loop, 2, send=Destination())
    for _ in range(3):
        window.feed([outgoing(0.0), outgoing(0.0)])
        assert len(drain(window)) == 2


def test_what_has_not_left_can_be_taken_back(loop: HttpLoop) -> None:
    destination = Withholding(loop)
    window = Window(loop, 1, send=destination)
    window.feed([outgoing(1) for _ in range(5)])
    taken = window.take_back()
    destination.let_go()
    assert len(taken) in (4, 5)
    assert len(drain(window)) + len(taken) == 5
    assert destination.total + len(taken) == 5


def test_a_request_that_waited_too_long_does_not_leave(loop: HttpLoop) -> None:
    destination = Withholding(loop)
    window = Window(loop, 1, send=destination)
    window.feed([outgoing(1), outgoing(0, within=0.05)])
    time.sleep(0.1)  # its time is over
    destination.let_go()
    deadline = time.monotonic() + 60
    while not window.late:
        assert time.monotonic() < deadline
        window.wait(0.05)
    assert len(window.take_back()) == 1
    drain(window)
    assert destination.total == 1


def test_waiting_with_nothing_in_hand_returns_at_once(loop: HttpLoop) -> None:
    started = time.monotonic()
    assert Window(loop, 1, send=Destination()).wait(60.0) == []
    assert time.monotonic() - started < 30.0


def test_what_is_fed_just_as_the_last_requests_end_is_sent(loop: HttpLoop) -> None:
    answers: list[asyncio.Future[Answer]] = []

    async def send(transport: httpx.AsyncBaseTransport, request: httpx.Request) -> Answer:
        answers.append(asyncio.get_running_loop().create_future())
        return await answers[-1]

    async def answer_all() -> None:
        for answer in answers:
            if not answer.done():
                answer.set_result(Answer(200, "", (), b"", False, 0, NO_PHASES, ""))

    async def feed_and_answer_all() -> None:
        window.feed([outgoing(0) for _ in range(2)])
        await answer_all()

    async def have_asked(count: int) -> None:
        async with asyncio.timeout(60):
            while len(answers) < count:
                await asyncio.sleep(0.01)

    window = Window(loop, 2, send=send)
    window.feed([outgoing(0) for _ in range(2)])
    loop.run(have_asked(2)).result()
    loop.run(feed_and_answer_all()).result(60)
    loop.run(have_asked(4)).result()
    assert window.waiting == 0
    loop.run(answer_all()).result(60)
    assert len(drain(window)) == 4


def test_a_request_that_leaves_while_the_lane_looks_for_late_ones_fails_no_lane(loop: HttpLoop) -> None:
    class Leaving(deque[Outgoing]):
        """Its last request leaves right after somebody saw that there is one, as the loop's thread may let it."""

        def __bool__(self) -> bool:
            there = len(self) > 0
            self.clear()
            return there

    window = PacedWindow(loop, 1, send=Destination())
    window._pending = Leaving([outgoing(0)])
    assert not window.late
