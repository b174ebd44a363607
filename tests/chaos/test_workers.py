"""What may die, dies: afterwards the ledger balances, nobody is lost, and only rows in flight were repeated."""

from collections import Counter
from functools import partial

import pytest

from accounts.actors import system_actor
from channels.models import RetryPolicy, SendPolicy
from delivery.services import run_pause, run_resume, run_stop
from notifications.models import Attempt, Notification, Run
from tests.chaos.fleet import Fleet, wait_until
from tests.delivery.engine import Engine, tallies

POLICY = SendPolicy(connect_seconds=2.0, total_seconds=2.0, retry=RetryPolicy(attempts=10, base_seconds=0.2))


def test_a_killed_worker_loses_nobody_and_repeats_only_rows_in_flight(engine: Engine, fleet: Fleet) -> None:
    engine.people(3_000)
    fleet.start(2)
    run = engine.start("/200?ms=40", policy=POLICY)
    wait_until(lambda: engine.receiver.received()["requests"] > 800, 60, fleet)
    fleet.kill(0)
    wait_until(lambda: over(run), 60, fleet)
    assert_balanced(engine, run, audience=3_000)
    interrupted = ids_with_interrupted_attempt(run)
    assert interrupted
    assert set(engine.receiver.received()["repeated_ids"]) <= interrupted


def test_an_emptied_broker_and_a_worker_asked_to_end_lose_and_repeat_nobody(engine: Engine, fleet: Fleet) -> None:
    engine.people(3_000)
    fleet.start(2)
    run = engine.start("/200?ms=40", policy=POLICY)
    wait_until(lambda: engine.receiver.received()["requests"] > 500, 60, fleet)
    fleet.redis.flushdb()
    fleet.terminate(0)
    wait_until(lambda: over(run), 60, fleet)
    assert_balanced(engine, run, audience=3_000)
    assert engine.receiver.received()["repeats"] == 0
    assert not ids_with_interrupted_attempt(run)


def test_pause_resume_and_stop(engine: Engine, fleet: Fleet) -> None:
    actor = system_actor(engine.workspace)
    engine.people(3_000)
    fleet.start(1)
    run = engine.start("/200?ms=40", policy=POLICY)
    wait_until(lambda: engine.receiver.received()["requests"] > 300, 60, fleet)
    run_pause(run=run, actor=actor)
    wait_until(lambda: not sending(run), 10, fleet)
    paused_at = engine.receiver.received()["requests"]
    assert paused_at < 3_000
    run_resume(run=run, actor=actor)
    wait_until(lambda: engine.receiver.received()["requests"] > paused_at + 100, 30, fleet)
    run_stop(run=run, actor=actor, reason="enough")
    wait_until(lambda: over(run), 30, fleet)
    assert_balanced(engine, run, audience=run.audience_count, state="stopped")
    assert tallies(run)["cancelled"] > 0
    assert engine.receiver.received()["repeats"] == 0


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
    assert_balanced(engine, run, audience=20_000)


def received_more_than(engine: Engine, count: int) -> bool:
    return bool(engine.receiver.received()["requests"] > count)


def over(run: Run) -> bool:
    run.refresh_from_db()
    return run.finished_at is not None


def sending(run: Run) -> bool:
    return Notification.objects.filter(run_id=run.pk, state="sending").exists()


def ids_with_interrupted_attempt(run: Run) -> set[str]:
    found = Attempt.objects.filter(run_id=run.pk, outcome="interrupted")
    return {str(notification_id) for notification_id in found.values_list("notification_id", flat=True)}


def assert_balanced(engine: Engine, run: Run, *, audience: int, state: str = "completed") -> None:
    """Run, tallies, rows and the receiver's own count say the same."""
    run.refresh_from_db()
    assert (run.state, run.audience_count) == (state, audience)
    assert sum(tallies(run).values()) == audience
    rows = list(Notification.objects.filter(run_id=run.pk).values_list("webhook_id", "state"))
    assert Counter(row_state for _, row_state in rows) == tallies(run)
    ids = engine.receiver.received(with_ids=True)["ids"]
    delivered = {str(webhook_id) for webhook_id, row_state in rows if row_state == "delivered"}
    assert delivered <= set(ids) <= {str(webhook_id) for webhook_id, _ in rows}
    if state == "completed":
        assert delivered == set(ids)
