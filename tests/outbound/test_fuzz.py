"""Whatever a destination answers leads to an outcome in time, and the next request gets its own answer.

`FUZZ_SECONDS` sets how long this goes on; Hypothesis is asked in rounds, so that what it remembers doesn't grow.
"""

import itertools
import os
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from outbound.addresses import AddressPolicy
from outbound.limits import KEPT_BODY, TransferLimits
from outbound.loop import HttpLoop
from outbound.outcomes import Answer, BreakKind, Broken
from outbound.transport import CurlTransport
from tests.outbound.memory import MEGABYTE, resident
from tests.outbound.odd_answers import odd_answers
from tests.outbound.wire import Ending, Script, closed, wire_listening

SECONDS = float(os.environ.get("FUZZ_SECONDS", 12))
DEADLINE = 0.2  # seconds for an odd answer
LATE = 5.0  # seconds that a busy machine may add
_endings = st.sampled_from(["close"] * 12 + ["reset"] * 4 + ["stay"])


@dataclass
class Wired:
    """A client's loop, which the server lives on too, and what the server does."""

    loop: HttpLoop
    port: int
    script: Script
    tokens: Iterator[int] = field(default_factory=itertools.count)

    def check(self, answer: bytes, ending: Ending) -> None:
        self.script.answers = deque([(answer, ending)])
        began = time.monotonic()
        _check(self._sent("POST", "/odd", DEADLINE))
        assert time.monotonic() - began < DEADLINE + LATE
        token = f"token-{next(self.tokens)}"
        good = self._sent("GET", f"/good/{token}", 10)
        assert isinstance(good, Answer), good
        assert (good.status, good.body) == (200, token.encode())

    def _sent(self, method: str, path: str, total: float) -> Answer | Broken:
        request = httpx.Request(
            method, f"http://127.0.0.1:{self.port}{path}", extensions={"deadline": {"connect": 5, "total": total}}
        )
        return self.loop.send(request).result(total + 2 * LATE)


def _check(result: Answer | Broken) -> None:
    if isinstance(result, Broken):
        # Sent it was, or the machine was too busy to connect in time.
        assert result.kind is not BreakKind.UNEXPECTED, result
        assert not result.nothing_sent or result.kind is BreakKind.CONNECT_TIMEOUT, result
        return
    assert 200 <= result.status <= 999
    assert len(result.body) <= KEPT_BODY
    assert sum(len(name) + len(value) for name, value in result.headers) <= TransferLimits().headers


@pytest.fixture(scope="module")
def wired() -> Iterator[Wired]:
    script, listener = Script(), socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    loop = HttpLoop(CurlTransport(addresses=AddressPolicy(allowed=frozenset({("127.0.0.1", port)}))))
    server = loop.run(wire_listening(script, listener)).result(10)
    yield Wired(loop, port, script)
    loop.run(closed(server)).result(10)
    loop.close()
    listener.close()


def fuzz(check: Callable[[bytes, Ending], object], round_number: int, examples: int) -> None:
    @seed(round_number)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(odd_answers, _endings)
    def round_of_examples(answer: bytes, ending: Ending) -> None:
        check(answer, ending)

    round_of_examples()


def test_any_answer_is_an_outcome_and_the_next_request_gets_its_own(wired: Wired):
    begin = int(time.time()) if "FUZZ_SECONDS" in os.environ else 1
    until = time.monotonic() + SECONDS
    for round_number in itertools.count(begin):
        fuzz(wired.check, round_number, 200)
        if time.monotonic() > until:
            break
    sys.stdout.write(f"{next(wired.tokens)} examples from seed {begin} on\n")


def test_odd_answers_leave_no_memory_behind(wired: Wired):
    """The same answers again and again: Hypothesis itself remembers what it made."""
    answers: list[tuple[bytes, Ending]] = []
    fuzz(lambda answer, ending: answers.append((answer, ending)), 0, 200)
    kept = [(answer, ending) for answer, ending in answers if ending != "stay"]
    before = 0
    for turn in range(6):
        for answer, ending in kept:
            wired.check(answer, ending)
        before = resident() if turn == 1 else before
    assert resident() - before < 8 * MEGABYTE
