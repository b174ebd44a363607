"""Pauses that a destination asks for, and its breaker, through real lanes."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from celery import current_app
from django.utils import timezone

from accounts.models import Workspace
from channels.models import Connection
from channels.policy import BreakerRule, RetryPolicy, SendPolicy
from delivery.breaker import breaker_reset, breaker_view
from delivery.destination import run_destination
from notifications.models import LaneSlot, Run
from outbound.addresses import AddressPolicy, parse_allowed
from outbound.loop import HttpLoop
from outbound.transport import CurlTransport
from tests.delivery.engine import Engine, attempts, due_now, notifications, tallies
from tests.delivery.test_lane import work_until_over
from tests.moody import Moody, running_moody

RULE = BreakerRule(minimum_calls=20, pause_seconds=60)
POLICY = SendPolicy(total_seconds=5.0, retry=RetryPolicy(attempts=3, base_seconds=3600), breaker=RULE)
UNBROKEN = POLICY.model_copy(update={"breaker": BreakerRule(enabled=False)})


@pytest.fixture
def moody() -> Iterator[Moody]:
    with running_moody() as moody:
        yield moody


@pytest.fixture
def engine(shop: Workspace, moody: Moody, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    allowed = AddressPolicy(allowed=parse_allowed([moody.address]), ports=frozenset((80, 443)))
    http = HttpLoop(CurlTransport(addresses=allowed))
    engine = Engine(shop, moody, http)  # type: ignore[arg-type]
    monkeypatch.setattr(current_app, "send_task", engine.ask)
    yield engine
    http.close()


def waiting(run: Run) -> list[int]:
    """The attempt numbers of those whom nothing was sent to yet."""
    return [row.attempt_number for row in notifications(run) if row.state == "queued"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_retry_after_stops_the_whole_destination_and_spends_no_attempt(
    engine: Engine, moody: Moody, status: int
) -> None:
    moody.status, moody.headers = status, (("Retry-After", "120"),)
    engine.people(400)
    run = engine.run(policy=UNBROKEN)
    sent = moody.requests
    assert 0 < sent < 400
    assert len(attempts(run)) == sent
    assert waiting(run) == [0] * (400 - sent)
    other = engine.run("/another-path", policy=UNBROKEN)
    assert moody.requests == sent
    assert waiting(other) == [0] * 400


def test_a_retry_after_may_be_a_date(engine: Engine, moody: Moody) -> None:
    until = datetime.now(UTC) + timedelta(seconds=300)
    moody.status, moody.headers = 503, (("Retry-After", format_datetime(until, usegmt=True)),)
    engine.people(200)
    run = engine.run(policy=UNBROKEN)
    view = breaker_view(run.workspace_id, run_destination(run).key)
    assert view.asked_until is not None
    assert abs((view.asked_until - until).total_seconds()) < 60


def test_no_wait_is_longer_than_retries_go_on(engine: Engine, moody: Moody) -> None:
    moody.status, moody.headers = 429, (("Retry-After", "86400"),)
    engine.people(5)
    run = engine.run(policy=UNBROKEN)
    view = breaker_view(run.workspace_id, run_destination(run).key)
    assert view.asked_until is not None
    assert view.asked_for is not None
    assert view.asked_until - timezone.now() <= timedelta(seconds=POLICY.retry.within_seconds)
    assert view.asked_for - timezone.now() > timedelta(hours=23)


def test_it_is_left_alone_also_where_nobody_is_tried_again(engine: Engine, moody: Moody) -> None:
    moody.status, moody.headers = 429, (("Retry-After", "120"),)
    engine.people(400)
    run = engine.run(policy=UNBROKEN.model_copy(update={"retry": RetryPolicy(attempts=1, within_seconds=0)}))
    assert 0 < moody.requests < 400
    assert waiting(run) == [0] * (400 - moody.requests)


def test_another_workspace_is_not_stopped_by_it(engine: Engine, moody: Moody) -> None:
    moody.status, moody.headers = 429, (("Retry-After", "120"),)
    engine.people(5)
    engine.run(policy=UNBROKEN)
    moody.status = 200
    elsewhere = Engine(Workspace.objects.create(name="Other", slug="other"), engine.receiver, engine.http)
    elsewhere.messages = engine.messages
    elsewhere.people(3)
    assert tallies(elsewhere.run(policy=UNBROKEN)) == {"delivered": 3}


def test_slots_rest_while_nothing_may_be_sent(engine: Engine, moody: Moody) -> None:
    moody.status, moody.headers = 429, (("Retry-After", "120"),)
    engine.people(400)
    run = engine.run(policy=UNBROKEN)
    soonest = timezone.now() + timedelta(seconds=40)
    resting = LaneSlot.objects.filter(run=run, lease_until__gt=soonest)
    assert resting.exists()


def test_a_breaker_opens_and_everybody_else_waits(engine: Engine, moody: Moody) -> None:
    moody.status = 500
    engine.people(400)
    run = engine.run(policy=POLICY)
    assert RULE.minimum_calls <= moody.requests < 200
    assert waiting(run) == [0] * (400 - moody.requests)
    view = breaker_view(run.workspace_id, run_destination(run).key)
    assert view.state == "open"
    assert view.until is not None
    assert view.until > timezone.now() + timedelta(seconds=50)


def test_an_answer_about_one_person_opens_nothing(engine: Engine, moody: Moody) -> None:
    moody.status = 404
    engine.people(100)
    assert tallies(engine.run(policy=POLICY)) == {"failed": 100}


def test_few_requests_probe_and_close_it(engine: Engine, moody: Moody) -> None:
    moody.status = 500
    engine.people(300)
    quick = POLICY.model_copy(update={"breaker": BreakerRule(minimum_calls=20, pause_seconds=1)})
    run = engine.start(policy=quick)
    recovery = threading.Timer(1.5, setattr, (moody, "status", 200))
    recovery.start()
    engine.work()
    recovery.join()
    work_until_over_when_due(engine, run)
    assert tallies(run) == {"delivered": 300}
    assert breaker_view(run.workspace_id, run_destination(run).key).state == "closed"


def test_a_reset_closes_it_at_once(engine: Engine, moody: Moody) -> None:
    moody.status, moody.headers = 500, ()
    engine.people(300)
    run = engine.run(policy=POLICY)
    moody.status = 200
    breaker_reset(run.workspace_id, run_destination(run).key)
    LaneSlot.objects.filter(run=run).update(lease_until=None)
    work_until_over_when_due(engine, run)
    assert tallies(run) == {"delivered": 300}


def test_a_connection_is_a_destination_of_its_own(engine: Engine, moody: Moody) -> None:
    connection = Connection.objects.create(workspace=engine.workspace, name="CRM", origin=moody.url, policy=POLICY)
    engine.people(50)
    moody.status = 500
    engine.run(policy=POLICY)
    moody.status = 200
    assert tallies(engine.run(policy=POLICY, connection_id=connection.pk)) == {"delivered": 50}


def work_until_over_when_due(engine: Engine, run: Run) -> None:
    due_now(run)
    work_until_over(engine, run)
