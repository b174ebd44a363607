"""Rates by several lanes at once, on the real Redis with a clock of the test's own."""

from bisect import bisect_left
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

from channels.policy import BreakerRule, Rate
from delivery import gate as gates
from delivery.admission import Admission
from delivery.breaker import breaker_reset
from delivery.destination import Destination
from delivery.gate import AHEAD, LOOK_AGAIN, Gate, GateRule, Grant, Why
from delivery.outcomes import Delivered, Failed, Outcome
from delivery.plan import LanePlan
from delivery.results import Finished
from delivery.shared import shared_redis
from delivery.window import Window
from notifications.states import Reason

START = 1_700_000_000
DESTINATION = Destination(1, "connection:1")


@dataclass
class Clock:
    """Seconds, the same for Redis and for every lane."""

    now: float = float(START)

    def microseconds(self) -> int:
        return round(self.now * 1_000_000)


@dataclass
class Lanes:
    """Lanes of any number of runs and workers at one destination."""

    clock: Clock = field(default_factory=Clock)

    def gate(self, rate: Rate | None, *, run_rate: Rate | None = None, run_id: int = 1) -> Gate:
        rule = GateRule(rate=rate, run_rate=run_rate, breaker=BreakerRule(enabled=False))
        return Gate(DESTINATION, run_id, rule, clock=lambda: self.clock.now, server_now=self.clock.microseconds)


@pytest.fixture
def lanes() -> Lanes:
    return Lanes()


def times(grant: Grant) -> list[float]:
    return [grant.first + number * grant.gap for number in range(grant.count)]


def spent(lanes: Lanes, waiting: list[Gate], seconds: float, wanted: int, step: float = 0.05) -> list[float]:
    """When requests left, with each gate asking as often as it may."""
    found: list[float] = []
    end = lanes.clock.now + seconds
    while lanes.clock.now < end:
        for gate in waiting:
            found += times(gate.ask(wanted))
        lanes.clock.now += step
    return sorted(found)


def most_in(found: list[float], seconds: float) -> int:
    """The most requests that any window of so many seconds holds."""
    return max(bisect_left(found, at + seconds) - index for index, at in enumerate(found))


@pytest.mark.parametrize(
    ("rate", "seconds"),
    [(Rate(count=50), 30), (Rate(count=7, per="minute"), 300), (Rate(count=100, per="hour"), 600)],
)
def test_four_lanes_together_keep_the_rate_evenly(lanes: Lanes, rate: Rate, seconds: int) -> None:
    found = spent(lanes, [lanes.gate(rate) for _ in range(4)], seconds, 12, step=0.05 if rate.per == "second" else 0.3)
    gaps = [later - earlier for earlier, later in zip(found, found[1:], strict=False)]
    assert max(gaps) - min(gaps) < 0.001
    assert len(found) == pytest.approx(rate.per_second * seconds, abs=rate.per_second * AHEAD + 1)


def test_the_tighter_of_two_rates_wins_and_is_named(lanes: Lanes) -> None:
    quick, slow = Rate(count=50), Rate(count=10)
    assert lanes.gate(slow, run_rate=quick).ask(3).why is Why.CONNECTION_RATE
    open_again()
    grant = lanes.gate(quick, run_rate=slow, run_id=2).ask(3)
    assert grant.why is Why.RUN_RATE
    assert grant.gap == pytest.approx(0.1)


def test_runs_share_the_rate_of_their_connection(lanes: Lanes) -> None:
    rate = Rate(count=50)
    found = spent(lanes, [lanes.gate(rate, run_id=number) for number in range(5)], 10, 6)
    assert len(found) == pytest.approx(500, abs=50 * AHEAD + 10)


@pytest.mark.parametrize("slow", [Rate(count=1), Rate(count=5), Rate(count=20), Rate(count=40)])
def test_a_run_with_a_rate_of_its_own_takes_nothing_from_the_others(lanes: Lanes, slow: Rate) -> None:
    rate = Rate(count=50)
    paced, free = lanes.gate(rate, run_rate=slow, run_id=1), lanes.gate(rate, run_id=2)
    alone = spent(lanes, [paced], 5, 10)
    found = sorted(alone + spent(lanes, [paced, free], 30, 25) + spent(lanes, [free], 10, 25))
    begin = found[0] + 5
    assert sum(begin <= at < begin + 30 for at in found) >= 1470
    assert most_in(found, 10.0) <= 510


def test_several_runs_with_rates_of_their_own_make_no_more_of_the_connections(lanes: Lanes) -> None:
    rate, slow = Rate(count=50), Rate(count=10)
    paced = [lanes.gate(rate, run_rate=slow, run_id=number) for number in range(4) for _ in range(4)]
    free = [lanes.gate(rate, run_id=9) for _ in range(4)]
    found = spent(lanes, paced, 10, 5) + spent(lanes, [*free, *paced], 15, 25) + spent(lanes, paced, 10, 5)
    assert most_in(sorted(found), 10.0) <= 510


def test_what_is_not_used_goes_back(lanes: Lanes) -> None:
    gate = lanes.gate(Rate(count=10))
    grant = gate.ask(5)
    gate.unused(3)
    assert lanes.gate(Rate(count=10)).ask(1).first == pytest.approx(grant.first + 2 * grant.gap)


def test_what_is_not_used_goes_back_in_parts(lanes: Lanes) -> None:
    gate = lanes.gate(Rate(count=10))
    grant = gate.ask(5)
    gate.unused(1)
    gate.unused(2)
    assert lanes.gate(Rate(count=10)).ask(1).first == pytest.approx(grant.first + 2 * grant.gap)


def test_a_token_that_another_was_given_after_does_not_go_back(lanes: Lanes) -> None:
    first, second = lanes.gate(Rate(count=10)), lanes.gate(Rate(count=10))
    first.ask(2)
    last = times(second.ask(2))[-1]
    first.unused(1)
    assert lanes.gate(Rate(count=10)).ask(1).first > last


def test_a_long_silence_saves_up_nothing(lanes: Lanes) -> None:
    gate = lanes.gate(Rate(count=10))
    gate.ask(1)
    lanes.clock.now += 3600
    assert gate.ask(100).count <= 10 * AHEAD + 1


def test_an_emptied_redis_gives_no_token_twice(lanes: Lanes) -> None:
    waiting = [lanes.gate(Rate(count=50)) for _ in range(3)]
    found = spent(lanes, waiting, 5, 12)
    shared_redis().delete(*DESTINATION.pace_keys(1))
    found = sorted(found + spent(lanes, waiting, 5, 12))
    assert min(later - earlier for earlier, later in zip(found, found[1:], strict=False)) > 0.019


def test_a_server_clock_that_was_set_back_stops_nothing(lanes: Lanes) -> None:
    gate = lanes.gate(Rate(count=10))
    gate.ask(1)
    lanes.clock.now -= 7200
    gates._seen.clear()
    assert lanes.gate(Rate(count=10)).ask(1).count == 1


def test_probes_that_did_not_ask_the_destination_are_given_to_others(lanes: Lanes) -> None:
    rule = GateRule(breaker=BreakerRule(minimum_calls=20, pause_seconds=30))
    gate = Gate(DESTINATION, 1, rule, clock=lambda: lanes.clock.now, server_now=lanes.clock.microseconds)
    gate.send_report(0, 20, 20, 0.0)
    lanes.clock.now += 31
    grant = gate.ask(3)
    assert (grant.count, grant.why) == (3, Why.PROBING)
    blocked = Failed(Reason.BLOCKED_ADDRESS, permanent=True)
    gate.note([probe(grant, blocked), probe(grant, blocked)])
    gate.report()
    assert gate.ask(3).count == 2
    gate.note([probe(grant, Delivered(200)) for _ in range(3)])
    gate.report()
    assert gate.ask(3).why is Why.NOTHING


def test_probes_of_people_who_ended_without_a_request_are_given_to_others(lanes: Lanes) -> None:
    rule = GateRule(breaker=BreakerRule(minimum_calls=20, pause_seconds=30))
    gate = Gate(DESTINATION, 1, rule, clock=lambda: lanes.clock.now, server_now=lanes.clock.microseconds)
    gate.send_report(0, 20, 20, 0.0)
    lanes.clock.now += 31
    plan, window = SimpleNamespace(limit=16, at_most_once=False), SimpleNamespace(waiting=0, in_hand=0, epoch=0)
    admission = Admission(cast(LanePlan, plan), cast(Window, window), gate)
    grant = admission.ask(at_most=16)
    assert grant is not None
    admission.use(grant, lacking=0)
    admission.unsent(2)
    admission.unsent(5)
    assert gate.ask(9).count == 3


def probe(grant: Grant, outcome: Outcome) -> Finished:
    return cast(Finished, SimpleNamespace(outcome=outcome, sent=SimpleNamespace(epoch=grant.epoch)))


def test_a_gate_that_was_reset_by_hand_is_shut_no_longer(lanes: Lanes) -> None:
    gate = lanes.gate(None)
    gate.send_report(0, 1, 1, 12.0)
    assert (gate.ask(5).count, gate.is_shut) == (0, True)
    breaker_reset(DESTINATION.workspace_id, DESTINATION.key)
    lanes.clock.now += LOOK_AGAIN + 0.1
    assert (gate.ask(5).count, gate.is_shut) == (5, False)


def test_without_redis_a_paced_run_waits_and_any_other_goes_on() -> None:
    nowhere = Redis(port=1, retry=Retry(NoBackoff(), 0))
    paced = Gate(DESTINATION, 1, GateRule(rate=Rate(count=5)), redis=nowhere).ask(3)
    assert (paced.count, paced.why) == (0, Why.UNREACHABLE)
    assert paced.wait > 0
    assert Gate(DESTINATION, 1, GateRule(), redis=nowhere).ask(3).count == 3


def test_an_unpaced_lane_asks_redis_twice_a_second(lanes: Lanes) -> None:
    gate = lanes.gate(None)
    assert gate.ask(500).count == 500
    gate.redis = Redis(port=1)
    assert gate.ask(500) == Grant(500)


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    asks=st.lists(st.tuples(st.integers(0, 2), st.integers(1, 30), st.floats(0, 0.4)), min_size=20, max_size=80),
    per_second=st.integers(1, 200),
)
def test_no_window_ever_holds_more_than_its_rate(asks: list[tuple[int, int, float]], per_second: int) -> None:
    open_again()
    lanes, found = Lanes(), list[float]()
    waiting = [lanes.gate(Rate(count=per_second)) for _ in range(3)]
    for who, wanted, pause in asks:
        found += times(waiting[who].ask(wanted))
        lanes.clock.now += pause
    found.sort()
    gaps = [later - earlier for earlier, later in zip(found, found[1:], strict=False)]
    assert all(gap > 1 / per_second - 0.00001 for gap in gaps)


def open_again() -> None:
    gates._seen.clear()
    shared_redis().delete(*DESTINATION.pace_keys(1), DESTINATION.breaker_key)
