"""What may die, dies: afterwards the ledger balances, nobody is lost, and only rows in flight were repeated."""

from functools import partial

import pytest

from accounts.actors import system_actor
from channels.policy import BreakerRule, RetryPolicy, SendPolicy
from delivery.services import run_pause, run_resume, run_stop
from delivery.tasks import SHUTDOWN_WAITS
from notifications.models import Notification, Run
from tests.chaos.agreement import assert_agreement, in_flight_now
from tests.chaos.fleet import Fleet, wait_until
from tests.delivery.engine import Engine

POLICY = SendPolicy(
    connect_seconds=2.0,
    total_seconds=2.0,
    retry=RetryPolicy(attempts=10, base_seconds=0.2),
    breaker=BreakerRule(enabled=False),  # a destination that fails everybody's first attempt would open it
)

# Where nobody may be asked twice: a machine that stands still for two seconds is no fault of the engine's.
PATIENT = POLICY.model_copy(update={"connect_seconds": 20.0, "total_seconds": 30.0})


def test_a_killed_worker_loses_nobody_and_repeats_only_rows_in_flight(engine: Engine, fleet: Fleet) -> None:
    engine.people(3_000)
    fleet.start(2)
    run = engine.start("/200?ms=40", policy=POLICY)
    wait_until(lambda: engine.receiver.received()["requests"] > 800, 180, fleet)
    fleet.kill(0)
    flying = in_flight_now([run])
    wait_until(lambda: over(run), 180, fleet)
    report = assert_agreement(engine.receiver, [run], in_flight=flying)
    assert report.interrupted
    assert report.states == {"delivered": 3_000}


def test_an_emptied_broker_and_a_worker_asked_to_end_lose_and_repeat_nobody(engine: Engine, fleet: Fleet) -> None:
    engine.people(3_000)
    fleet.start(2)
    run = engine.start("/200?ms=40", policy=PATIENT)
    wait_until(lambda: engine.receiver.received()["requests"] > 500, 180, fleet)
    fleet.redis.flushdb()
    fleet.terminate(0)
    wait_until(lambda: over(run), 180, fleet)
    report = assert_agreement(engine.receiver, [run], in_flight=())
    assert (report.repeated, report.interrupted, report.states) == (0, 0, {"delivered": 3_000})


def test_pause_resume_and_stop(engine: Engine, fleet: Fleet) -> None:
    actor = system_actor(engine.workspace)
    engine.people(3_000)
    fleet.start(1)
    run = engine.start("/200?ms=40", policy=PATIENT)
    wait_until(lambda: engine.receiver.received()["requests"] > 300, 180, fleet)
    run_pause(run=run, actor=actor)
    wait_until(lambda: not sending(run), 60, fleet)
    paused_at = engine.receiver.received()["requests"]
    assert paused_at < 3_000
    run_resume(run=run, actor=actor)
    wait_until(lambda: engine.receiver.received()["requests"] > paused_at + 100, 120, fleet)
    run_stop(run=run, actor=actor, reason="enough")
    wait_until(lambda: over(run), 120, fleet)
    report = assert_agreement(engine.receiver, [run], in_flight=())
    assert (run.state, report.repeated) == ("stopped", 0)
    assert report.states["cancelled"] > 0


@pytest.mark.long
def test_a_worker_asked_to_end_waits_for_an_answer_that_takes_long(engine: Engine, fleet: Fleet) -> None:
    engine.people(5)
    fleet.start(1)
    rule = POLICY.model_copy(update={"total_seconds": 60.0, "guarantee": "at_most_once"})
    run = engine.start("/slow?ms=25000", policy=rule)
    wait_until(lambda: len(in_flight_now([run])) == 5, 60, fleet)
    fleet.terminate(0, SHUTDOWN_WAITS)
    assert not in_flight_now([run])
    fleet.start(1)
    wait_until(lambda: over(run), 60, fleet)
    report = assert_agreement(engine.receiver, [run], in_flight=())
    assert (report.repeated, report.interrupted, report.states) == (0, 0, {"delivered": 5})


@pytest.mark.long
def test_workers_that_come_and_go(engine: Engine, fleet: Fleet) -> None:
    engine.people(20_000)
    fleet.start(2)
    run = engine.start("/503-once-then-200?ms=20", policy=POLICY)
    for number in range(3):
        before = engine.receiver.received()["requests"]
        wait_until(partial(received_more_than, engine, before + 3_000), 120, fleet)
        (fleet.kill if number % 2 else fleet.terminate)(number)
        fleet.start(1)
    wait_until(lambda: over(run), 180, fleet)
    assert assert_agreement(engine.receiver, [run]).states == {"delivered": 20_000}


def received_more_than(engine: Engine, count: int) -> bool:
    return bool(engine.receiver.received()["requests"] > count)


def over(run: Run) -> bool:
    run.refresh_from_db()
    return run.finished_at is not None


def sending(run: Run) -> bool:
    return Notification.objects.filter(run_id=run.pk, state="sending").exists()
