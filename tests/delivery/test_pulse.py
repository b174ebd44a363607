import time
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from delivery.gate import Why
from delivery.pulse import LanePulse, Pulse, run_pulse
from delivery.shared import shared_redis
from delivery.standing import run_standing
from outbound.outcomes import Phases
from tests.delivery.engine import Engine

LANE = LanePulse(in_flight=5, limit=16, waiting=2, why=Why.CONNECTION_RATE)


@pytest.fixture(autouse=True)
def no_pulses() -> None:
    for key in shared_redis().scan_iter(match="pulse:*", count=1000):
        shared_redis().delete(key)


def answered(seconds: float) -> SimpleNamespace:
    return SimpleNamespace(sent=SimpleNamespace(result=SimpleNamespace(phases=Phases(total=seconds))))


def test_lanes_add_up() -> None:
    for slot in range(2):
        pulse = Pulse(41, slot)
        pulse.note([answered(0.2), answered(0.4)] * 10)  # type: ignore[list-item]
        pulse.tell(LANE)
    now = time.time()
    found = run_pulse(41, began=now - 8, now=now)
    assert list(found.lanes) == [LANE, LANE]
    assert found.in_flight == 10
    assert found.per_second == pytest.approx(5, rel=0.1)
    assert found.seconds == pytest.approx(0.3)


def test_few_answers_are_measured_over_a_longer_time() -> None:
    pulse = Pulse(42, 0)
    pulse.note([answered(0.1)] * 6)  # type: ignore[list-item]
    pulse.tell(LANE)
    now = time.time()
    found = run_pulse(42, began=now - 600, now=now)
    assert found.per_second == pytest.approx(0.1, rel=0.1)


def test_other_runs_are_counted_and_silent_lanes_are_not() -> None:
    Pulse(43, 0).tell(LANE)
    Pulse(44, 0).tell(LANE)
    assert run_pulse(43, began=0).other_runs == 1
    later = run_pulse(43, began=0, now=time.time() + 30)
    assert (later.other_runs, list(later.lanes)) == (0, [])


def test_nobody_fails_without_redis() -> None:
    Pulse(45, 0, redis=Redis(port=1, retry=Retry(NoBackoff(), 0))).tell(LANE)


def test_a_run_stands_somewhere_while_it_sends(engine: Engine) -> None:
    engine.people(1)
    run = engine.start()
    standing = run_standing(run, now=datetime.now(UTC))
    assert standing is not None
    assert standing.breaker.state == "closed"
    engine.work()
    run.refresh_from_db()
    assert run_standing(run, now=datetime.now(UTC)) is None
