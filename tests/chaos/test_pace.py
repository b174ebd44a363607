"""A rate is what the receiver's own clock says, whatever number of workers sends.

That it is never exceeded holds on any machine. Where others want the processor a worker stalls for longer than a token
is good for, and is slower than its rate: that it is reached, too, only a quiet machine can show (make chaos).
"""

from bisect import bisect_left
from dataclasses import dataclass

import pytest

from channels.models import Connection
from channels.policy import Rate, RetryPolicy, SendPolicy
from delivery.shared import shared_redis
from tests.chaos.fleet import Fleet, wait_until
from tests.chaos.test_workers import over
from tests.delivery.engine import Engine, tallies

RETRY = RetryPolicy(attempts=10, base_seconds=0.2)


def paced(count: int, per: str = "second", **options) -> SendPolicy:
    return SendPolicy(total_seconds=5.0, retry=RETRY, rate=Rate(count=count, per=per), **options)


def most_in(times: list[float], seconds: float) -> int:
    """The most requests that any window of so many seconds holds."""
    return max(bisect_left(times, start + seconds) - index for index, start in enumerate(times))


def fewest_in(times: list[float], seconds: float) -> int:
    """The fewest that any such window holds, from the first request to the last one."""
    starts = [index for index, start in enumerate(times) if start + seconds <= times[-1]]
    assert starts, f"the requests came within {times[-1] - times[0]:.1f} s"
    return min(bisect_left(times, times[index] + seconds) - index for index in starts)


def sent_at(engine: Engine, fleet: Fleet, people: int, path: str, policy: SendPolicy) -> list[float]:
    """When each request of a run over two workers came, in seconds; everybody is delivered to."""
    engine.people(people)
    fleet.start(2)
    run = engine.start(path, policy=policy)
    wait_until(lambda: over(run), 120, fleet)
    assert tallies(run) == {"delivered": people}
    return sorted(engine.receiver.times())


def gaps_of(times: list[float]) -> list[float]:
    return [later - earlier for earlier, later in zip(times, times[1:], strict=False)]


def test_fifty_a_second_are_no_more_with_two_workers(engine: Engine, fleet: Fleet) -> None:
    times = sent_at(engine, fleet, 700, "/200?ms=100", paced(50))
    assert 300 <= most_in(times, 10.0) <= 525
    assert most_in(times, 1.0) <= 75


@pytest.mark.long
def test_fifty_a_second_are_fifty_a_second_on_a_quiet_machine(engine: Engine, fleet: Fleet) -> None:
    times = sent_at(engine, fleet, 700, "/200?ms=100", paced(50))
    assert sum(at < times[0] + 10 for at in times) >= 490


@dataclass(frozen=True)
class Measure:
    """What every window of so many seconds holds, as shares of the rate. ``at_least`` is 0 where others may want the
    processor; and tokens that are used late, 0.15 s of them, are more of a short window."""

    people: int
    window: float
    at_least: float
    at_most: float


SHORT, LONG = Measure(2_500, 4.0, 0.0, 1.1), Measure(15_000, 10.0, 0.98, 1.02)
MEASURES = pytest.mark.parametrize(
    "measure", [pytest.param(SHORT, id="short"), pytest.param(LONG, id="long", marks=pytest.mark.long)]
)
FAST = paced(500, max_in_flight=256)


def assert_kept_to(times: list[float], per_second: int, measure: Measure) -> None:
    most, fewest = most_in(times, measure.window), fewest_in(times, measure.window)
    print(f"{fewest} to {most} in any {measure.window} s at {per_second} a second")  # noqa: T201
    assert measure.at_least <= fewest / (measure.window * per_second)
    assert most / (measure.window * per_second) <= measure.at_most


@MEASURES
def test_five_hundred_a_second(engine: Engine, fleet: Fleet, measure: Measure) -> None:
    assert_kept_to(sent_at(engine, fleet, measure.people, "/200?ms=50", FAST), 500, measure)


@MEASURES
def test_two_runs_share_the_rate_of_their_connection(engine: Engine, fleet: Fleet, measure: Measure) -> None:
    """Together they are as fast as one would be, also once one of them is over; and neither waits for the other."""
    connection = Connection.objects.create(
        workspace=engine.workspace, name="CRM", origin=engine.receiver.url, policy=FAST
    )
    engine.people(measure.people // 2)
    fleet.start(2)
    runs = [
        engine.start(f"/200/{name}?ms=50", policy=FAST, connection_id=connection.pk) for name in ("first", "second")
    ]
    wait_until(lambda: all(over(run) for run in runs), 180, fleet)
    assert [tallies(run) for run in runs] == 2 * [{"delivered": measure.people // 2}]
    first, second = (engine.receiver.times(f"/200/{name}") for name in ("first", "second"))
    assert min(max(first), max(second)) > max(min(first), min(second)), "one after the other"
    assert_kept_to(sorted(first + second), 500, measure)


def test_a_slow_rate_is_as_even(engine: Engine, fleet: Fleet) -> None:
    times = sent_at(engine, fleet, 6, "/200", paced(30, "minute"))
    assert times[-1] - times[0] > 5 * 2 - 0.5
    # One may leave late, and the next one nevertheless when its time has come.
    assert all(gap > 0.5 for gap in gaps_of(times))


@pytest.mark.long
def test_a_slow_rates_gaps_are_alike_on_a_quiet_machine(engine: Engine, fleet: Fleet) -> None:
    times = sent_at(engine, fleet, 6, "/200", paced(30, "minute"))
    gaps = gaps_of(times)
    assert all(1.8 < gap < 2.5 for gap in gaps), gaps


def test_a_redis_emptied_under_way_makes_it_no_faster(engine: Engine, fleet: Fleet) -> None:
    engine.people(500)
    fleet.start(2)
    run = engine.start("/200?ms=50", policy=paced(50))
    for _ in range(3):
        seen = len(engine.receiver.times())
        wait_until(lambda seen=seen: len(engine.receiver.times()) > seen + 60, 60, fleet)  # type: ignore[misc]
        shared_redis().flushdb()
    wait_until(lambda: over(run), 120, fleet)
    assert tallies(run) == {"delivered": 500}
    # Tokens that are given twice would be fifty more; one may be used late, when the next one's time has come.
    assert most_in(engine.receiver.times(), 5.0) <= 275
