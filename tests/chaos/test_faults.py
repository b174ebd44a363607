"""One fault at a time, in real processes: afterwards the receiver and the ledger agree about every person.

Each test has a short form for every run of the tests and, where it says so, a long one (`make chaos`).
"""

import os
import random
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection
from django.db.models import Max, Min

from channels.policy import BreakerRule, RetryPolicy, SendPolicy
from notifications.models import Attempt, Run
from tests.chaos.agreement import assert_agreement, in_flight_now
from tests.chaos.cable import Cable
from tests.chaos.fleet import START_WITHIN, Fleet, database_url, wait_until
from tests.chaos.phases import Aim, Phase
from tests.chaos.test_workers import PATIENT, over
from tests.delivery.engine import Engine
from tests.faketime import faketime_or_skip, find_faketime

RETRY = RetryPolicy(attempts=10, base_seconds=0.2)
POLICY = SendPolicy(connect_seconds=2.0, total_seconds=2.0, retry=RETRY, breaker=BreakerRule(enabled=False))


def both(engine: Engine, path: str = "/200?ms=60", policy: SendPolicy = POLICY) -> list[Run]:
    """A run that sends at least once, and one that sends at most once."""
    once = policy.model_copy(update={"guarantee": "at_most_once"})
    return [engine.start(path, policy=policy), engine.start(path, policy=once)]


def requests(engine: Engine) -> int:
    return int(engine.receiver.received()["requests"])


def more_requests(engine: Engine, fleet: Fleet, runs: list[Run], count: int) -> None:
    """Waits for them, or for the end of the runs."""
    wanted = requests(engine) + count
    wait_until(lambda: requests(engine) >= wanted or all(over(run) for run in runs), 60, fleet)


def all_over(runs: list[Run], fleet: Fleet, seconds: float = 90.0) -> None:
    wait_until(lambda: all(over(run) for run in runs), seconds, fleet)


# -- workers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kills", [9, pytest.param(102, marks=pytest.mark.long)])
def test_workers_killed_while_they_claim_send_and_record(engine: Engine, fleet: Fleet, kills: int) -> None:
    """A third of the kills in each phase. ``CHAOS_KILLS`` sets another number for the long form."""
    kills = int(os.environ.get("CHAOS_KILLS", kills)) if kills > 9 else kills
    engine.people(2_000)
    fleet.start(3)
    runs = both(engine, "/200?ms=300")

    def go_on() -> None:
        if all(over(run) for run in runs):
            runs.extend(both(engine, "/200?ms=300"))

    aim = Aim(fleet, engine.receiver, runs, go_on)
    for phase in islice(cycle(Phase), kills):
        wait_until(lambda: len(fleet.alive) >= 2, START_WITHIN, fleet)
        go_on()
        more_requests(engine, fleet, runs, 20)
        aim.kill(phase)
        if len(fleet.workers) < kills + 1:
            fleet.start(1, wait=False)
    all_over(runs, fleet)
    assert_agreement(engine.receiver, runs, in_flight=aim.flying)
    found = aim.found()
    print(f"kills {dict(aim.placed)}; of these with requests that came and are interrupted {dict(found)}")  # noqa: T201
    assert min(aim.placed[phase] for phase in Phase) >= kills // 3
    # Whatever else it was at, a worker has requests on their way, unless it was about to begin.
    assert sum(found.values()) > kills // 3


def test_all_workers_killed_at_once(engine: Engine, fleet: Fleet) -> None:
    engine.people(1_500)
    fleet.start(2)
    runs = both(engine)
    more_requests(engine, fleet, runs, 400)
    for number in fleet.alive:
        fleet.workers[number].kill()
    time.sleep(0.1)
    flying = in_flight_now(runs)
    assert flying
    fleet.start(1)
    all_over(runs, fleet)
    assert_agreement(engine.receiver, runs, in_flight=flying)


def test_a_deploy_repeats_and_interrupts_nobody(engine: Engine, fleet: Fleet) -> None:
    """SIGTERM, and a new worker for each: what is on its way is waited for, the rest is given back."""
    engine.people(2_500)
    fleet.start(2)
    runs = both(engine, "/200?ms=1000", PATIENT)
    for number in range(2):
        more_requests(engine, fleet, runs, 300)
        fleet.start(1)
        fleet.terminate(number)
    assert not all(over(run) for run in runs)
    all_over(runs, fleet, 180)
    report = assert_agreement(engine.receiver, runs, in_flight=())
    assert (report.repeated, report.interrupted, report.states["delivered"]) == (0, 0, 5_000)


# -- beat -------------------------------------------------------------------------------------------------------------


def test_a_dead_beat_delays_and_two_beats_repeat_nothing(engine: Engine, fleet: Fleet) -> None:
    engine.people(1_500)
    fleet.beating = False
    fleet.start(2)
    runs = both(engine)
    more_requests(engine, fleet, runs, 300)
    fleet.kill(0)
    flying = in_flight_now(runs)
    time.sleep(4.0)
    assert not all(over(run) for run in runs), "nobody may know of the dead worker's rows without a sweep"
    fleet.start_beat()
    fleet.start_beat()
    all_over(runs, fleet)
    assert_agreement(engine.receiver, runs, in_flight=flying)


# -- the broker -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gone", [3.0, pytest.param(60.0, marks=pytest.mark.long)])
def test_a_broker_flushed_restarted_and_gone(engine: Engine, fleet: Fleet, gone: float) -> None:
    """No worker ends with it, and what is on its way meanwhile is recorded as ever."""
    engine.people(2_500)
    fleet.start(2)
    runs = both(engine, "/200?ms=300", PATIENT)
    more_requests(engine, fleet, runs, 300)
    fleet.redis.flushdb()
    more_requests(engine, fleet, runs, 300)
    fleet.broker.kill()
    fleet.broker.start()
    more_requests(engine, fleet, runs, 300)
    fleet.broker.kill()
    time.sleep(gone)
    fleet.broker.start()
    all_over(runs, fleet, 120)
    assert fleet.alive == [0, 1]
    report = assert_agreement(engine.receiver, runs, in_flight=())
    assert (report.repeated, report.interrupted) == (0, 0)


# -- PostgreSQL -------------------------------------------------------------------------------------------------------


@pytest.fixture
def cable(fleet: Fleet) -> Iterator[Cable]:
    """The workers' way to PostgreSQL; the test itself has another."""
    parts = urlsplit(database_url())
    cable = Cable(parts.hostname or "", parts.port or 5432)
    user = parts.netloc.rpartition("@")[0]
    fleet.environment["DATABASE_URL"] = urlunsplit(parts._replace(netloc=f"{user}@127.0.0.1:{cable.port}"))
    yield cable
    cable.close()


@pytest.mark.parametrize(("cuts", "gone"), [(5, 5.0), pytest.param(40, 60.0, marks=pytest.mark.long)])
def test_a_database_whose_connections_are_cut_and_that_is_gone(
    engine: Engine, fleet: Fleet, cable: Cable, cuts: int, gone: float
) -> None:
    """Cut in the midst of statements, COPY and commits whose success nobody learns; then away, as when it restarts."""
    engine.people(1_500 if cuts == 5 else 6_000)
    fleet.start(2)
    runs, flying, cut = both(engine, "/200?ms=200"), set[str](), 0
    for _ in range(cuts):
        more_requests(engine, fleet, runs, 100)
        time.sleep(random.uniform(0.0, 0.3))
        cut += cable.cut()
        flying |= in_flight_now(runs)
    cable.down()
    flying |= in_flight_now(runs)
    time.sleep(gone)
    flying |= in_flight_now(runs)
    cable.up()
    all_over(runs, fleet, 120)
    assert cut >= cuts
    assert_agreement(engine.receiver, runs, in_flight=flying)


# -- clocks -----------------------------------------------------------------------------------------------------------


def test_workers_whose_clocks_jump(engine: Engine, fleet: Fleet, tmp_path: Path) -> None:
    """An hour ahead, then an hour behind, under way, beside a worker whose clock is right. Leases and due times are
    the database's, pauses monotonic. Each step waits for a retry by the clock that it set, and each first attempt
    fails: at least once it is made again, at most once it is not."""
    library, clock = faketime_or_skip(find_faketime()), tmp_path / "clock"
    clock.write_text("+0")
    engine.people(2_000)
    faked = {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        # Seconds for which the file is not read again: without it every look at the clock does.
        "FAKETIME_CACHE_DURATION": "1",
        "NO_FAKE_STAT": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    fleet.start(1)
    fleet.start(1, extra=faked)
    runs = both(engine, "/503-once-then-200?ms=200")
    for hours in (1, -1):
        clock.write_text(f"{hours * 3600:+d}")
        wait_until(lambda hours=hours: hours in hours_off(runs, outcome="retry"), 60, fleet)  # type: ignore[misc]
    all_over(runs, fleet)
    report = assert_agreement(engine.receiver, runs)
    assert (report.repeated, report.interrupted, report.states) == (2_000, 0, {"delivered": 2_000, "failed": 2_000})
    assert hours_off(runs) == hours_off(runs, outcome="retry") == {-1, 0, 1}
    assert_due_while_under_way(runs[0])


def hours_off(runs: list[Run], **fields: str) -> set[int]:
    """How wrong the clocks were by which attempts are dated: hours after their runs."""
    made = Attempt.objects.filter(run_id__in=[run.pk for run in runs], **fields)
    return {round((at - runs[0].run_at).total_seconds() / 3600) for at in made.values_list("started_at", flat=True)}


def assert_due_while_under_way(run: Run) -> None:
    """Whatever the clock of the worker that failed: a retry is due by the database's."""
    due = Attempt.objects.filter(run_id=run.pk, outcome="retry").aggregate(first=Min("retry_at"), last=Max("retry_at"))
    assert run.finished_at is not None
    assert run.run_at <= due["first"] <= due["last"] <= run.finished_at


def test_the_clock_of_the_database_jumps_ahead(engine: Engine, fleet: Fleet) -> None:
    """Every lease is suddenly over: rows on their way are taken for interrupted. Shifted in the database, since
    PostgreSQL's own clock is everybody's."""
    engine.people(1_500)
    fleet.start(2)
    runs = both(engine)
    more_requests(engine, fleet, runs, 300)
    flying = _shift_leases(runs)
    assert flying
    all_over(runs, fleet)
    assert_agreement(engine.receiver, runs, in_flight=flying)


def _shift_leases(runs: list[Run]) -> set[str]:
    """By an hour; gives the webhook ids of the rows."""
    ids = [run.pk for run in runs]
    with connection.cursor() as cursor:
        cursor.execute(
            "update notifications_laneslot set lease_until = lease_until - interval '1 hour' where run_id = any(%s)",
            [ids],
        )
        cursor.execute(
            "update notification set lease_until = lease_until - interval '1 hour' "
            "where run_id = any(%s) and state = 'sending' returning webhook_id",
            [ids],
        )
        return {str(webhook_id) for (webhook_id,) in cursor.fetchall()}
