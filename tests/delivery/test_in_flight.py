"""*At most at the same time*: how many requests a real destination sees on their way at once."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from audience.choice import AudienceChoice
from audience.models import Profile
from channels.models import Connection
from channels.policy import SendPolicy
from delivery.keeper import Keeper
from delivery.plan import lane_plan
from notifications.models import Run
from tests.delivery.engine import Engine, tallies
from tests.delivery.test_lane import connection_with, wait_until
from tests.delivery.threads import most_within, work

FEW = SendPolicy(total_seconds=20.0, max_in_flight=8)


def limits(run: Run) -> list[int]:
    """Of the run's lanes."""
    plans = [lane_plan(run.pk, slot) for slot in range(run.slots)]
    return [plan.limit for plan in plans if plan is not None]


@pytest.mark.parametrize(
    ("most", "shares"),
    [(1, [1]), (2, [1, 1]), (3, [1, 1, 1]), (10, [3, 3, 2, 2]), (64, [16] * 4), (999, [250, 250, 250, 249])],
)
def test_lanes_share_all_that_a_run_may_have_in_flight(engine: Engine, most: int, shares: list[int]) -> None:
    assert limits(engine.start(policy=SendPolicy(max_in_flight=most))) == shares


def test_no_lane_has_more_in_flight_than_its_process_is_set_to(engine: Engine, settings) -> None:
    settings.LANE_IN_FLIGHT = 20
    assert limits(engine.start(policy=SendPolicy(max_in_flight=90))) == [20] * 4


@pytest.mark.parametrize("most", [2, 10])
def test_as_many_are_on_their_way_as_the_policy_says(engine: Engine, keeper: Keeper, most: int) -> None:
    engine.people(200)
    engine.start("/200?ms=1000", policy=SendPolicy(total_seconds=20.0, max_in_flight=most))
    work(engine, keeper, 4.0)
    assert most_within(engine.receiver.times(), 0.9) == most


@pytest.fixture
def connection(engine: Engine) -> Connection:
    made = connection_with(engine, "secret-value")
    made.policy = FEW
    made.save()
    return made


def test_runs_of_one_connection_share_what_it_allows(engine: Engine, keeper: Keeper, connection: Connection) -> None:
    engine.people(400)
    for path in ("/200?ms=500", "/202?ms=500"):
        engine.start(path, connection_id=connection.pk, policy=FEW)
    work(engine, keeper, 6.0)
    first, second = engine.receiver.times("/200"), engine.receiver.times("/202")
    assert len(first) >= 8
    assert len(second) >= 8
    assert most_within([*first, *second], 0.45) == FEW.max_in_flight


def test_a_small_run_begins_within_a_second_beside_one_that_has_all_places(
    engine: Engine, keeper: Keeper, connection: Connection
) -> None:
    people = engine.people(2000)
    engine.start("/200?ms=100", connection_id=connection.pk, policy=FEW)
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work, engine, keeper, 14.0)
        wait_until(lambda: engine.receiver.received()["requests"] > 16)
        Profile.objects.filter(pk__in=[each.pk for each in people[:5]]).update(is_test=True)
        launched = time.time()
        engine.start("/202?ms=100", connection_id=connection.pk, policy=FEW, audience=AudienceChoice(kind="test_users"))
        working.result()
    # On a quiet machine about half a second; the other run takes all places for longer than these.
    assert engine.receiver.times("/202")[0] - launched < 8.0
    assert most_within(engine.receiver.times(), 0.09) <= FEW.max_in_flight


def test_more_runs_than_the_connection_has_places_all_come_to_their_end(
    engine: Engine, keeper: Keeper, connection: Connection
) -> None:
    connection.policy = one = SendPolicy(total_seconds=20.0, max_in_flight=1)
    connection.save()
    engine.people(3)
    runs = [engine.start("/200?ms=100", connection_id=connection.pk, policy=one) for _ in range(5)]
    all_delivered = [{"delivered": 3}] * 5
    work(engine, keeper, 60.0, until=lambda: [tallies(run) for run in runs] == all_delivered)
    assert [tallies(run) for run in runs] == all_delivered
    assert most_within(engine.receiver.times(), 0.09) == 1


def test_a_running_run_follows_what_its_connection_allows_now(
    engine: Engine, keeper: Keeper, connection: Connection, settings
) -> None:
    settings.LANE_SLICE_SECONDS = 0.5
    engine.people(1_000)
    engine.start("/200?ms=300", connection_id=connection.pk, policy=FEW)
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work, engine, keeper, 14.0)
        wait_until(lambda: engine.receiver.received()["requests"] > 16)
        connection.policy = SendPolicy(total_seconds=20.0, max_in_flight=2)
        connection.save()
        changed = time.time()
        working.result()
    later = [at for at in engine.receiver.times() if at > changed + 3.0]
    assert len(later) > 4
    assert most_within(later, 0.27) <= 2
