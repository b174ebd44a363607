"""A paced run whose answers take longer than a turn: how many are on their way at once, and with whose credentials."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from channels.policy import Rate, SendPolicy
from delivery.crew import Crew
from delivery.gate import AHEAD, LEAD
from delivery.keeper import Keeper
from delivery.paced_window import VOID_AFTER
from delivery.plan import lane_plan
from notifications.models import Exchange
from tests.delivery.engine import Engine, tallies
from tests.delivery.test_lane import connection_with
from tests.delivery.threads import most_within, work


def paced(most: int) -> SendPolicy:
    return SendPolicy(total_seconds=20.0, rate=Rate(count=50), max_in_flight=most)


def test_no_more_are_on_their_way_than_the_connection_says(engine: Engine, keeper: Keeper, settings) -> None:
    settings.LANE_SLICE_SECONDS, settings.LANE_BATCH = 1.0, 50
    engine.people(600)
    engine.start("/200?ms=6000", policy=paced(8))
    work(engine, keeper, 10.0)
    times = engine.receiver.times()
    assert len(times) >= 8
    assert most_within(times, 5.9) <= 8


def test_no_token_is_missed_where_threads_are_wanted(engine: Engine, keeper: Keeper, monkeypatch) -> None:
    """All threads taken, and another run sends: turns last a second, as long as an answer."""
    monkeypatch.setattr(Crew, "crowded", property(lambda crew: True))
    monkeypatch.setattr(engine.watch, "_look", lambda watched: setattr(engine.watch, "runs_sending", 2))
    crew = Crew()
    crew.size = 4
    engine.people(600)
    engine.start("/200?ms=1000", policy=paced(64))
    work(engine, keeper, 9.0, crew)
    times = engine.receiver.times()
    # The rate is exact on a quiet machine only, see tests/chaos/test_pace.py.
    assert sum(at >= times[0] + 2.0 for at in times if at < times[0] + 8.0) >= 150


def test_a_request_may_wait_for_its_token_however_short_slices_are(engine: Engine, settings) -> None:
    """Else all that wait are given back with their tokens, which are lost: 322 to 424 a second instead of 500."""
    settings.LANE_SLICE_SECONDS = 0.5
    plan = lane_plan(engine.start(policy=paced(64)).pk, 0, http=engine.http)
    assert plan is not None
    assert plan.leaves_within > AHEAD + LEAD + VOID_AFTER
    assert plan.lease.total_seconds() > plan.leaves_within + plan.policy.total_seconds


def test_a_secret_that_was_replaced_meanwhile_is_masked_in_what_left_with_it(
    engine: Engine, keeper: Keeper, settings
) -> None:
    settings.LANE_SLICE_SECONDS = 0.5
    bearer = connection_with(engine, "old-secret-value")
    bearer.policy = paced(8)
    bearer.save()
    engine.people(200)
    engine.start("/echo?ms=3000", connection_id=bearer.pk, policy=paced(8))
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work, engine, keeper, 10.0)
        _wait_for(lambda: engine.receiver.received()["requests"] >= 4)
        bearer.secret = "new-secret-value"
        bearer.save()
        working.result()
    echoed = [bytes(each.response_body).decode() for each in Exchange.objects.all()]
    sent = {dict(each["headers"])["Authorization"] for each in engine.receiver.received()["last"]}
    assert sent == {"Bearer old-secret-value", "Bearer new-secret-value"}
    assert len(echoed) >= 8
    assert not [body for body in echoed if "secret-value" in body]


def test_a_rate_that_is_taken_away_meanwhile_leaves_nobody_behind(engine: Engine, keeper: Keeper, settings) -> None:
    """Who waits for a token then would wait for ever, and the lane with them."""
    settings.LANE_SLICE_SECONDS = 0.5
    bearer = connection_with(engine, "secret-value")
    bearer.policy = paced(4)
    bearer.save()
    engine.people(16)
    run = engine.start("/200?ms=1500", connection_id=bearer.pk, policy=paced(4))
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work, engine, keeper, 60.0, until=lambda: tallies(run) == {"delivered": 16})
        _wait_for(lambda: engine.receiver.received()["requests"] >= 4)
        bearer.policy = SendPolicy(total_seconds=20.0, max_in_flight=4)
        bearer.save()
        working.result()
    assert tallies(run) == {"delivered": 16}


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20.0
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
