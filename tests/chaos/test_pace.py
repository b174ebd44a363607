"""A rate is what the receiver's own clock says, whatever number of workers sends."""

from channels.policy import Rate, RetryPolicy, SendPolicy
from tests.chaos.fleet import Fleet, wait_until
from tests.chaos.test_workers import over
from tests.delivery.engine import Engine, tallies

RETRY = RetryPolicy(attempts=10, base_seconds=0.2)


def paced(count: int, per: str = "second", **options) -> SendPolicy:
    return SendPolicy(total_seconds=5.0, retry=RETRY, rate=Rate(count=count, per=per), **options)


def most_in(times: list[float], seconds: float) -> int:
    """The most requests that any window of so many seconds holds."""
    return max(sum(start <= at < start + seconds for at in times[index:]) for index, start in enumerate(times))


def test_fifty_a_second_are_fifty_a_second_with_two_workers(engine: Engine, fleet: Fleet) -> None:
    engine.people(700)
    fleet.start(2)
    run = engine.start("/200?ms=100", policy=paced(50))
    wait_until(lambda: over(run), 40, fleet)
    times = engine.receiver.times()
    assert tallies(run) == {"delivered": 700}
    assert sum(at < times[0] + 10 for at in times) >= 490
    assert most_in(times, 10.0) <= 510
    assert most_in(times, 1.0) <= 60
