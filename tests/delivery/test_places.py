"""Places in flight that the lanes of one connection share: on the real Redis, with a clock of the test's own."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from delivery.destination import Destination
from delivery.places import TURN, Places
from delivery.plan import LanePlan
from delivery.shared import shared_redis
from delivery.slots import LANE_LEASE
from delivery.window import Window

DESTINATION = Destination(1, "connection:1")


@dataclass
class Line:
    """In the place of a window that always has more to send: full at once, and emptied by ``answer``."""

    limit: int = 0
    in_flight: int = 0
    in_hand: int = 100

    def keep_to(self, limit: int) -> None:
        self.limit = limit
        self.fill()

    def fill(self) -> None:
        self.in_flight = max(self.in_flight, min(self.limit, self.in_hand))

    def answer(self, count: int) -> None:
        self.in_flight = max(0, self.in_flight - count)
        self.fill()


@dataclass
class Lanes:
    allowed: int
    now: float = 1_700_000_000.0
    lines: list[Line] = field(default_factory=list)
    places: list[Places] = field(default_factory=list)

    def come(self, count: int, *, limit: int = 16) -> None:
        for _ in range(count):
            plan = SimpleNamespace(limit=limit, most_in_flight=self.allowed, destination=DESTINATION, run_id=1)
            self.lines.append(Line())
            self.places.append(
                Places(
                    1000 + len(self.places),
                    cast(LanePlan, plan),
                    cast(Window, self.lines[-1]),
                    clock=lambda: self.now,
                    server_now=lambda: round(self.now * 1_000_000),
                )
            )

    def look(self, number: int, *, more: bool = True) -> None:
        self.places[number].look(more=more)

    def go_on(self, seconds: float, *, answers: int = 100) -> None:
        """All look ten times a second; each has so many answers in between."""
        end = self.now + seconds
        while self.now < end:
            for number, line in enumerate(self.lines):
                line.answer(answers)
                self.look(number)
            assert self.in_flight <= self.allowed
            self.now += 0.1

    @property
    def limits(self) -> list[int]:
        return [line.limit for line in self.lines]

    @property
    def in_flight(self) -> int:
        return sum(line.in_flight for line in self.lines)


@pytest.mark.parametrize(
    ("allowed", "lanes", "shares"),
    [
        (64, 4, [16] * 4),
        (10, 4, [2, 2, 3, 3]),
        (64, 8, [8] * 8),
        (7, 3, [2, 2, 3]),
        (1000, 4, [16] * 4),
        (3, 3, [1] * 3),
    ],
)
def test_all_have_their_even_share(allowed: int, lanes: int, shares: list[int]) -> None:
    together = Lanes(allowed)
    together.come(lanes)
    together.go_on(2.0)
    assert sorted(together.limits) == shares


def test_who_comes_later_gets_a_share_within_a_second_and_leaves_it_when_done() -> None:
    together = Lanes(64)
    together.come(4)
    together.go_on(1.0)
    together.come(1)
    together.go_on(0.4)
    assert together.limits[4] >= 1
    together.go_on(0.5)
    assert sorted(together.limits) == [12, 13, 13, 13, 13]
    together.lines.pop().answer(100)
    together.places.pop().leave()
    together.go_on(1.0)
    assert together.limits == [16] * 4


def test_what_one_does_not_want_is_for_the_others() -> None:
    together = Lanes(20)
    together.come(2, limit=20)
    together.lines[0].in_hand = 3
    for _ in range(20):
        together.lines[1].answer(100)
        together.look(0, more=False)
        together.look(1)
        together.now += 0.1
    assert together.limits == [3, 17]


def test_a_lane_that_could_do_with_more_says_so() -> None:
    together = Lanes(20)
    together.come(1)
    together.go_on(1.0)
    assert not together.places[0].short
    together.come(1)
    together.go_on(1.0)
    assert together.places[0].short


def test_nobody_waits_for_ever_where_there_are_more_lanes_than_places() -> None:
    together = Lanes(2)
    together.come(9)
    had: list[set[int]] = []
    for _ in range(40):
        together.go_on(TURN)
        had.append({number for number, limit in enumerate(together.limits) if limit})
        assert sum(together.limits) >= 1
    for number in range(9):
        turns = [place for place, whose in enumerate(had) if number in whose]
        assert max(b - a for a, b in zip([0, *turns], [*turns, 40], strict=True)) <= 12


def test_a_lane_whose_worker_died_holds_its_places_for_ten_seconds() -> None:
    together = Lanes(8)
    together.come(1)
    together.look(0)
    together.come(1)
    together.lines.pop(0), together.places.pop(0)
    together.go_on(LANE_LEASE.total_seconds() - 0.2)
    assert together.limits == [0]
    together.go_on(0.6)
    assert together.limits == [8]


def test_without_redis_it_keeps_to_its_runs_share() -> None:
    together = Lanes(8)
    together.come(1, limit=3)
    together.places[0].redis = Redis(port=1, retry=Retry(NoBackoff(), 0))
    together.look(0)
    assert together.limits == [3]
    together.places[0].leave()


@hypothesis_settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    allowed=st.integers(1, 20),
    steps=st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 6), st.floats(0, 0.6), st.booleans()), min_size=30, max_size=120
    ),
)
def test_never_are_more_on_their_way_than_allowed(allowed: int, steps: list[tuple[int, int, float, bool]]) -> None:
    shared_redis().delete(DESTINATION.places_key)
    together = Lanes(allowed)
    together.come(2)
    for number, answers, seconds, more in steps:
        lane = number % len(together.lines)
        together.lines[lane].answer(answers)
        together.look(lane, more=more)
        together.now += seconds / len(together.lines)
        if number == 5 and len(together.lines) < 6:
            together.come(1, limit=1 + answers)
        assert together.in_flight <= allowed
