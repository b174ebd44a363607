"""*At most at the same time*: how many requests a real destination sees on their way at once."""

import pytest

from channels.policy import SendPolicy
from delivery.keeper import Keeper
from delivery.plan import lane_plan
from notifications.models import Run
from tests.delivery.engine import Engine
from tests.delivery.threads import most_within, work


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
