import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from channels.models import SendPolicy
from delivery.preparation import prepare
from delivery.slots import slots_refill
from delivery.statements import INTERRUPTIONS_FORGIVEN
from delivery.sweep import leases_expire, sweep
from notifications.models import LaneSlot, Notification, Run
from notifications.states import NotificationState
from tests.delivery.engine import QUICK, Engine, attempts, notifications, tallies

AT_MOST_ONCE = SendPolicy(guarantee="at_most_once", connect_seconds=2, total_seconds=5, retry=QUICK.retry)


@pytest.fixture
def claimed(engine: Engine) -> Callable[..., Run]:
    """A run whose rows are all claimed by a lane that died."""

    def make(count: int = 1, policy: SendPolicy = QUICK, **fields: object) -> Run:
        engine.people(count)
        run = engine.start(policy=policy)
        prepare(run.pk)
        engine.messages.clear()
        LaneSlot.objects.filter(run=run).update(lease_until=None)
        expired = timezone.now() - timedelta(seconds=1)
        changes = {"state": NotificationState.SENDING, "lease_until": expired, "lease_token": 5, "attempt_number": 1}
        Notification.objects.filter(run_id=run.pk).update(**{**changes, **fields})
        return run

    return make


def test_an_expired_lease_is_logged_as_interrupted_and_due_again(claimed: Callable[..., Run]) -> None:
    run = claimed()
    assert leases_expire() == 1
    (row,), (attempt,) = notifications(run), attempts(run)
    assert (row.state, row.reason, row.attempt_number, row.lease_token) == ("retrying", "interrupted", 1, None)
    assert (attempt.number, attempt.outcome, attempt.reason) == (1, "interrupted", "interrupted")


def test_an_interrupted_row_is_sent_again(engine: Engine, claimed: Callable[..., Run]) -> None:
    run = claimed(3)
    sweep()
    engine.work()
    run.refresh_from_db()
    assert (run.state, tallies(run)) == ("completed", {"delivered": 3})
    assert [attempt.outcome for attempt in attempts(run)] == ["interrupted", "delivered"] * 3


def test_a_lease_that_still_runs_is_left_alone(claimed: Callable[..., Run]) -> None:
    claimed(lease_until=timezone.now() + timedelta(seconds=9))
    assert leases_expire() == 0


def test_an_interrupted_at_most_once_send_ends_and_is_counted(claimed: Callable[..., Run]) -> None:
    run = claimed(2, AT_MOST_ONCE, started_at=timezone.now())
    sweep()
    run.refresh_from_db()
    assert {(row.state, row.reason) for row in notifications(run)} == {("failed", "interrupted")}
    assert [attempt.outcome for attempt in attempts(run)] == ["interrupted"] * 2
    assert (run.state, tallies(run)) == ("completed", {"failed": 2})


def test_an_at_most_once_row_that_never_started_goes_back_unmarked(claimed: Callable[..., Run]) -> None:
    run = claimed(1, AT_MOST_ONCE)
    leases_expire()
    (row,) = notifications(run)
    assert (row.state, row.attempt_number, row.reason, attempts(run)) == ("queued", 0, "", [])


def test_a_row_whose_worker_dies_every_time_is_not_tried_for_ever(claimed: Callable[..., Run]) -> None:
    run = claimed(1, attempt_number=QUICK.retry.attempts + INTERRUPTIONS_FORGIVEN)
    sweep()
    run.refresh_from_db()
    assert {(row.state, row.reason) for row in notifications(run)} == {("failed", "interrupted")}
    assert (run.state, tallies(run)) == ("completed", {"failed": 1})


def test_two_sweeps_at_once_are_harmless(engine: Engine, claimed: Callable[..., Run]) -> None:
    run = claimed(500)
    together(sweep, 4)
    assert {row.state for row in notifications(run)} == {"retrying"}
    assert len(attempts(run)) == 500
    # No slot was asked for twice.
    asked = [arguments for name, arguments in engine.messages if name == "delivery.deliver"]
    assert 1 <= len(asked) == len(set(asked)) <= run.slots
    engine.work()
    together(sweep, 4)
    run.refresh_from_db()
    assert (run.state, tallies(run)) == ("completed", {"delivered": 500})


def test_the_sweep_resumes_a_preparation_that_nobody_does(engine: Engine) -> None:
    engine.people(3)
    run = engine.start()
    engine.messages.clear()
    sweep()
    engine.work()
    run.refresh_from_db()
    assert (run.state, tallies(run)) == ("completed", {"delivered": 3})


def test_a_stopping_run_is_cancelled_and_ends_balanced(engine: Engine, claimed: Callable[..., Run]) -> None:
    run = claimed(4)
    Run.objects.filter(pk=run.pk).update(state="stopping")
    first = notifications(run)[0]
    Notification.objects.filter(pk=first.pk).update(lease_until=timezone.now() + timedelta(seconds=9))
    sweep()
    run.refresh_from_db()
    assert (run.state, tallies(run)) == ("stopping", {"cancelled": 3})
    Notification.objects.filter(pk=first.pk).update(lease_until=run.run_at)
    sweep()
    run.refresh_from_db()
    assert (run.state, tallies(run), run.finished_at is not None) == ("stopped", {"cancelled": 4}, True)


def test_a_run_with_someone_pending_never_completes(claimed: Callable[..., Run]) -> None:
    run = claimed(2, lease_until=timezone.now() + timedelta(seconds=9))
    sweep()
    run.refresh_from_db()
    assert run.state == "running"


def test_paused_runs_get_no_lanes(engine: Engine, claimed: Callable[..., Run]) -> None:
    run = claimed(2)
    Run.objects.filter(pk=run.pk).update(state="paused")
    leases_expire()
    assert slots_refill() == []


def together(work: Callable[[], object], count: int) -> None:
    barrier = threading.Barrier(count)

    def one() -> None:
        barrier.wait(60)
        work()
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
