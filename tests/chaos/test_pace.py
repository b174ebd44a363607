"""A rate is what the receiver's own clock says, whatever number of workers sends."""

import os

from channels.policy import Rate, RetryPolicy, SendPolicy
from delivery.shared import shared_redis
from tests.chaos.fleet import Fleet, wait_until
from tests.chaos.test_workers import over
from tests.delivery.engine import Engine, tallies

RETRY = RetryPolicy(attempts=10, base_seconds=0.2)


def paced(count: int, per: str = "second", **options) -> SendPolicy:
    return SendPolicy(total_seconds=5.0, retry=RETRY, rate=Rate(count=count, per=per), **options)


def wanted_processors() -> float:
    """Programs that want a processor, for each one. Where they are many, a worker stalls for longer than a token is
    good for: then it is slower than its rate, and never faster."""
    return os.getloadavg()[0] / (os.cpu_count() or 1)


def most_in(times: list[float], seconds: float) -> int:
    """The most requests that any window of so many seconds holds."""
    return max(sum(start <= at < start + seconds for at in times[index:]) for index, start in enumerate(times))


def test_fifty_a_second_are_fifty_a_second_with_two_workers(engine: Engine, fleet: Fleet) -> None:
    engine.people(700)
    fleet.start(2)
    run = engine.start("/200?ms=100", policy=paced(50))
    wait_until(lambda: over(run), 120, fleet)
    times = engine.receiver.times()
    assert tallies(run) == {"delivered": 700}
    assert sum(at < times[0] + 10 for at in times) >= (490 if wanted_processors() < 2 else 300)
    assert most_in(times, 10.0) <= 510
    assert most_in(times, 1.0) <= 60


def test_a_slow_rate_is_as_even(engine: Engine, fleet: Fleet) -> None:
    engine.people(6)
    fleet.start(2)
    run = engine.start("/200", policy=paced(30, "minute"))
    wait_until(lambda: over(run), 120, fleet)
    times = engine.receiver.times()
    gaps = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
    assert times[-1] - times[0] > 5 * 2 - 0.5
    # Where many want a processor one may leave late, and the next one nevertheless when its time has come.
    least, most = (1.8, 2.5) if wanted_processors() < 1 else (0.5, 20.0)
    assert all(least < gap < most for gap in gaps)


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
    assert most_in(engine.receiver.times(), 5.0) <= 255
