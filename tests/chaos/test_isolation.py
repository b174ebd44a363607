"""A destination that misbehaves costs its own run time, and the others nothing; and runs share the workers fairly.

How soon a run starts is told exactly by the long forms, which want a quiet machine.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import current_app
from django.db import connection

from accounts.models import Workspace
from channels.policy import BreakerRule, RetryPolicy, SendPolicy
from notifications.models import Run
from tests.chaos.fleet import Fleet, running_fleet, wait_until
from tests.chaos.test_workers import over
from tests.delivery.engine import Engine, tallies
from tests.moody import Moody, running_moody
from tests.receiver import Receiver

# The worst case: nothing opens a breaker, and requests hang for longer than the test lasts.
PATIENT = SendPolicy(total_seconds=60.0, retry=RetryPolicy(base_seconds=3600), breaker=BreakerRule(enabled=False))
MANY = """
insert into audience_profile (workspace_id, user_id, email, phone, first_name, last_name, language, country, time_zone,
                              attributes, is_test, created_at, updated_at)
select %s, 'many-' || n, '', '', 'Zoë', '', '', '', '', '{}', false, now(), now() from generate_series(1, %s) n
"""


@pytest.fixture
def moody() -> Iterator[Moody]:
    with running_moody() as moody:
        yield moody


@pytest.fixture
def fleet(
    transactional_db: None, receiver: Receiver, moody: Moody, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Fleet]:
    with running_fleet(tmp_path, f"{receiver.address},{moody.address}") as fleet:
        monkeypatch.setattr(current_app, "send_task", fleet.ask)
        yield fleet


@pytest.fixture
def other(engine: Engine) -> Engine:
    """Of workspace B, with the same receiver."""
    return Engine(Workspace.objects.create(name="Other", slug="other"), engine.receiver, engine.http)


def first_after(engine: Engine, path: str, launched: float, fleet: Fleet) -> float:
    """Seconds from the launch to the first request."""
    wait_until(lambda: bool(engine.receiver.times(path)), 30, fleet)
    return engine.receiver.times(path)[0] - launched


def test_five_runs_that_hang_drip_never_end_and_drop_hold_up_nobody(
    engine: Engine, other: Engine, moody: Moody, fleet: Fleet
) -> None:
    engine.people(400)
    other.people(1_000)
    fleet.start(1)
    for path in ("/hang", "/hang", "/drip", "/endless", "/drop"):
        engine.start(content=engine.content().model_copy(update={"url": moody.url + path}), policy=PATIENT)
    wait_until(lambda: len(moody.times) == 4 and moody.requests > 200, 30, fleet)
    time.sleep(1.0)
    launched = time.time()
    run = other.start("/200/b")
    assert first_after(other, "/200/b", launched, fleet) < 8.0  # their requests hang for longer
    wait_until(lambda: over(run), 60, fleet)
    assert tallies(run) == {"delivered": 1_000}


def test_twenty_runs_advance_and_a_small_one_starts_at_once(engine: Engine, other: Engine, fleet: Fleet) -> None:
    engine.people(2_000)
    other.people(1)
    # As in production: sweeps and launches don't queue behind lanes.
    fleet.start(1, queues="control")
    fleet.start(1, queues="lanes")
    runs = [engine.start("/200?ms=20") for _ in range(20)]
    wait_until(lambda: all(tallies(run) for run in runs), 60, fleet)
    assert not all(over(run) for run in runs)
    launched = time.time()
    other.start("/200/small")
    assert first_after(other, "/200/small", launched, fleet) < 10.0
    for run in runs:
        Run.objects.filter(pk=run.pk).update(state="paused")


@pytest.mark.long
def test_a_run_of_one_starts_within_a_second_behind_twenty(engine: Engine, other: Engine, fleet: Fleet) -> None:
    """As in production: a lane worker for each core, a control worker, slices of five seconds. Five runs of one, one
    after the other, while twenty send to a destination that takes 100 ms."""
    production = {"LANE_SLICE_SECONDS": "5"}
    engine.people(10_000)
    other.people(1)
    fleet.start(1, queues="control", extra=production)
    fleet.start(2, queues="lanes", extra=production)
    runs = [engine.start("/200?ms=100") for _ in range(20)]
    wait_until(lambda: all(tallies(run) for run in runs), 120, fleet)
    waits = []
    for number in range(5):
        launched = time.time()
        other.start(f"/200/small-{number}")
        waits.append(first_after(other, f"/200/small-{number}", launched, fleet))
        time.sleep(1.0)
    done = [sum(tallies(run).values()) for run in runs]
    Run.objects.filter(pk__in=[run.pk for run in runs]).update(state="paused")
    print(f"started after {[round(wait, 2) for wait in waits]} s; the twenty had done {min(done)} to {max(done)}")  # noqa: T201
    assert max(done) < 10_000
    assert max(waits) < 1.0


@pytest.mark.parametrize(("people", "within"), [(100_000, 6.0), pytest.param(1_000_000, 1.0, marks=pytest.mark.long)])
def test_a_run_of_one_starts_behind_a_huge_one(
    engine: Engine, other: Engine, fleet: Fleet, people: int, within: float
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(MANY, [engine.workspace.pk, people])
    other.people(1)
    fleet.start(1)
    huge = engine.start("/200")
    wait_until(lambda: engine.receiver.received()["requests"] > 500, 30, fleet)
    launched = time.time()
    other.start("/200/one")
    wait = first_after(other, "/200/one", launched, fleet)
    print(f"started after {wait:.2f} s behind {people} people")  # noqa: T201
    assert wait < within
    huge.refresh_from_db()
    assert huge.state in ("preparing", "running")
    Run.objects.filter(pk=huge.pk).update(state="paused")
