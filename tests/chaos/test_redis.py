"""The Redis of pace and breaker killed, back at once, back without what it knew, and gone for a while.

The workers' broker is another server: what they agree on is lost, what they are asked for is not.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from channels.policy import BreakerRule, Rate, RetryPolicy, SendPolicy
from delivery import gate as gates
from delivery.destination import Destination
from delivery.gate import Gate, GateRule, Grant
from delivery.shared import shared_redis
from notifications.models import Run
from tests.chaos.agreement import assert_agreement
from tests.chaos.cable import OwnBroker, own_broker
from tests.chaos.fleet import Fleet, wait_until
from tests.chaos.test_faults import all_over, requests
from tests.chaos.test_pace import most_in
from tests.delivery.engine import Engine

PER_SECOND = 60
PACED = "/200/paced"
# The destination takes long enough for all runs to be under way when Redis goes; nothing of it looks like a failure.
POLICY = SendPolicy(
    total_seconds=15.0, retry=RetryPolicy(attempts=10, base_seconds=0.2), breaker=BreakerRule(minimum_calls=20)
)


@pytest.fixture(params=[pytest.param(False, id="empty"), pytest.param(True, id="kept", marks=pytest.mark.long)])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OwnBroker]:
    folder = tmp_path / "redis"
    folder.mkdir()
    with own_broker(folder, keeps=request.param) as server:
        yield server


def restart(server: OwnBroker, gone: float = 0.0) -> None:
    server.kill()
    time.sleep(gone)
    server.start()


# -- one gate after the other, by the server's own clock ---------------------------------------------------------------


def granted(gate: Gate, seconds: float = 10.0) -> Grant:
    deadline = time.monotonic() + seconds
    while not (grant := gate.ask(1_000)).count:
        assert time.monotonic() < deadline, f"nothing is granted: {grant}"
        time.sleep(0.05)
    return grant


@pytest.mark.parametrize("server", [False, True], indirect=True, ids=["empty", "kept"])
@pytest.mark.parametrize("known", [False, True], ids=["by-a-new-process", "by-one-that-knows"])
def test_what_was_given_before_a_restart_is_not_given_again(server: OwnBroker, known: bool, settings: Any) -> None:
    settings.REDIS_URL = server.url
    rule = GateRule(rate=Rate(count=50), breaker=BreakerRule(enabled=False))
    first = Gate(Destination(1, "connection:1"), 1, rule)
    time.sleep(3.0)  # the server is no longer new
    before = granted(first)
    restart(server)
    if not known:
        gates._seen.clear()
    after = granted(Gate(first.destination, 1, rule))
    shared_redis().close()
    last = before.first + (before.count - 1) * before.gap
    assert before.count >= 40
    assert last < after.first < last + 4.0


# -- workers -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def redis(fleet: Fleet, server: OwnBroker) -> OwnBroker:
    """The workers' REDIS_URL."""
    fleet.environment["REDIS_URL"] = server.url
    return server


def paced_and_not(engine: Engine) -> tuple[Run, list[Run]]:
    """A run with a rate, and two without: at least once, and at most once."""
    policy = POLICY.model_copy(update={"rate": Rate(count=PER_SECOND)})
    once = POLICY.model_copy(update={"guarantee": "at_most_once"})
    others = [engine.start("/200?ms=2000", policy=rule) for rule in (POLICY, once)]
    return engine.start(f"{PACED}?ms=50", policy=policy), others


def more_paced(engine: Engine, fleet: Fleet, count: int) -> None:
    wanted = len(engine.receiver.times(PACED)) + count
    wait_until(lambda: len(engine.receiver.times(PACED)) >= wanted, 60, fleet)


def assert_only_unpaced_goes_on(engine: Engine, seconds: float) -> None:
    """Once what was granted before is used up."""
    time.sleep(gates.AHEAD + 1.0)
    paced, everything = len(engine.receiver.times(PACED)), requests(engine)
    time.sleep(seconds)
    assert len(engine.receiver.times(PACED)) == paced
    assert requests(engine) > everything


@pytest.mark.parametrize(
    ("people", "gone"),
    [pytest.param(700, 2.0, id="short"), pytest.param(3_000, 20.0, id="long", marks=pytest.mark.long)],
)
def test_killed_restarted_and_gone(engine: Engine, fleet: Fleet, redis: OwnBroker, people: int, gone: float) -> None:
    """Meanwhile a run without a rate goes on as ever and one with a rate waits; afterwards it is as fast as its rate,
    and no faster."""
    engine.people(people)
    fleet.start(2)
    paced, others = paced_and_not(engine)
    for _ in range(2):
        more_paced(engine, fleet, PER_SECOND)
        restart(redis)
    more_paced(engine, fleet, PER_SECOND)
    redis.kill()
    assert_only_unpaced_goes_on(engine, gone)
    redis.start()
    back = time.time()
    more_paced(engine, fleet, PER_SECOND)
    all_over([paced, *others], fleet, 180)
    assert fleet.alive == [0, 1]
    report = assert_agreement(engine.receiver, [paced, *others], in_flight=())
    assert (report.repeated, report.interrupted, dict(report.states)) == (0, 0, {"delivered": 3 * people})
    times = engine.receiver.times(PACED)
    print(f"most in 5 s: {most_in(times, 5.0)}; first {min(at for at in times if at > back) - back:.1f} s after")  # noqa: T201
    assert most_in(times, 5.0) <= PER_SECOND * 5 * 1.1 + 1
