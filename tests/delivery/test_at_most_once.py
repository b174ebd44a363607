import time
from collections.abc import Iterator

import pytest

from channels.models import SendPolicy
from delivery.claims import Claims
from notifications.models import Notification, Run
from outbound.addresses import AddressPolicy
from outbound.loop import HttpLoop
from outbound.name_servers import Found
from outbound.names import Names
from outbound.transport import CurlTransport
from tests.delivery.engine import FAST_RETRY, LATER, QUICK, Engine, attempts, notifications, tallies
from tests.delivery.test_lane import wait_until
from tests.outbound.resolvers import Told

POLICY = SendPolicy(guarantee="at_most_once", connect_seconds=2, total_seconds=5, max_in_flight=8, retry=FAST_RETRY)


def test_everyone_is_delivered_once(engine: Engine) -> None:
    engine.people(50)
    run = engine.run(policy=POLICY)
    assert (run.state, tallies(run)) == ("completed", {"delivered": 50})
    assert engine.receiver.received()["repeats"] == 0


def test_an_answer_is_never_followed_by_a_repeat(engine: Engine) -> None:
    engine.people(3)
    run = engine.run("/503", policy=POLICY)
    assert (run.state, tallies(run)) == ("completed", {"failed": 3})
    assert len(attempts(run)) == 3


def test_a_dropped_connection_is_never_followed_by_a_repeat(engine: Engine) -> None:
    engine.people(2)
    run = engine.run("/drop", policy=POLICY)
    assert tallies(run) == {"failed": 2}
    assert engine.receiver.received()["repeats"] == 0


@pytest.fixture
def nameless() -> Iterator[HttpLoop]:
    """Whatever it asks, there is no such name; real name servers may take longer than a connection may."""
    nobody = Told(lambda host, port: Found((), "unknown", time.monotonic() + 30))
    loop = HttpLoop(CurlTransport(addresses=AddressPolicy(), names=Names(nobody)))
    yield loop
    loop.close()


def test_what_never_left_is_repeated(engine: Engine, nameless: HttpLoop) -> None:
    engine.http = nameless
    engine.people(1)
    content = engine.content(url="http://nowhere.example/")
    run = engine.run(content=content, policy=POLICY.model_copy(update={"retry": LATER.retry}))
    (row,) = notifications(run)
    assert (row.state, row.reason, row.started_at) == ("retrying", "name_not_found", None)


def test_no_more_rows_are_claimed_than_are_in_flight_and_all_are_marked_started(engine: Engine) -> None:
    engine.people(40)
    run = engine.start("/200?ms=1000", policy=POLICY)
    with engine.working():
        wait_until(lambda: engine.receiver.received()["requests"] > 0)
        assert Notification.objects.filter(run_id=run.pk, state="sending", started_at__isnull=False).exists()
        for _ in range(10):
            assert in_flight(run) <= POLICY.max_in_flight
            time.sleep(0.05)
        engine.watch.shut_down()
    assert {row.started_at for row in notifications(run)} == {None}


def test_only_started_rows_are_sent(engine: Engine, monkeypatch) -> None:
    engine.people(3)
    start = Claims.start

    def lost_one(claims: Claims, rows) -> object:
        Notification.objects.filter(user_id="u0").update(lease_token=1)
        return start(claims, rows)

    monkeypatch.setattr(Claims, "start", lost_one)
    engine.run(policy=POLICY)
    assert engine.receiver.received()["requests"] == 2


def test_at_least_once_needs_no_mark(engine: Engine) -> None:
    engine.people(1)
    (row,) = notifications(engine.run("/500", policy=QUICK))
    assert row.started_at is None


def in_flight(run: Run) -> int:
    return Notification.objects.filter(run_id=run.pk, state="sending").count()
