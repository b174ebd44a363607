import contextlib
import itertools

import pytest

from accounts.actors import Actor, system_actor
from accounts.models import AuditEntry, Role
from audience.choice import AudienceChoice
from audience.models import Segment
from audience.rules import Group, Rule, Rules
from delivery.preparation import prepare
from delivery.services import run_pause, run_resume, run_stop
from notifications.models import LaneSlot, Run
from notifications.states import RunState
from tests.delivery.engine import Engine, notifications, tallies
from webhooks_platform.base.errors import NotAllowed, ProductError, StaleState


@pytest.fixture
def boss(engine: Engine) -> Actor:
    return system_actor(engine.workspace)


def test_a_run_is_frozen_and_prepared_after_the_commit(engine: Engine) -> None:
    run = engine.start(audience_description="Everyone", retention_days=30)
    assert (run.state, run.retention_days, run.audience_count) == ("preparing", 30, 0)
    assert LaneSlot.objects.filter(run=run).count() == run.slots
    assert list(engine.messages) == [("delivery.prepare", (run.pk,))]


def test_a_segments_rules_are_frozen(engine: Engine) -> None:
    engine.people(2)
    engine.people(1, country="DE")
    rules = Rules(root=Group(items=(Rule(field="country", operator="is", value="DE"),)))
    segment = Segment.objects.create(workspace=engine.workspace, name="Germans", rules=rules)
    run = engine.start(audience=AudienceChoice(kind="segment", segment_id=segment.pk))
    segment.delete()
    engine.work()
    assert tallies(run) == {"delivered": 1}


def test_a_removed_segment_starts_nothing(engine: Engine) -> None:
    with pytest.raises(ProductError):
        engine.start(audience=AudienceChoice(kind="segment", segment_id=404))
    assert not Run.objects.exists()


def test_pause_resume_and_stop_leave_an_audit_trail(engine: Engine, boss: Actor) -> None:
    run = engine.start()
    run_pause(run=run, actor=boss)
    run_resume(run=run, actor=boss)
    run_stop(run=run, actor=boss, reason="wrong audience")
    run.refresh_from_db()
    assert (run.state, run.stop_reason) == ("stopping", "wrong audience")
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "run.paused",
        "run.resumed",
        "run.stopped",
    ]


def test_a_run_paused_while_preparing_goes_on_preparing(engine: Engine, boss: Actor) -> None:
    engine.people(3)
    run = engine.start()
    run_pause(run=run, actor=boss)
    engine.work()
    assert notifications(run) == []
    run_resume(run=run, actor=boss)
    assert run.state == "preparing"
    engine.work()
    run.refresh_from_db()
    assert (run.state, tallies(run)) == ("completed", {"delivered": 3})


def test_a_prepared_run_resumes_sending(engine: Engine, boss: Actor) -> None:
    engine.people(3)
    run = engine.start()
    prepare(run.pk)
    run.refresh_from_db()
    engine.messages.clear()
    run_pause(run=run, actor=boss)
    LaneSlot.objects.filter(run=run).update(lease_until=None)
    run_resume(run=run, actor=boss)
    assert run.state == "running"
    engine.work()
    assert tallies(run) == {"delivered": 3}


def test_a_stopped_run_cancels_whoever_was_not_sent_to(engine: Engine, boss: Actor) -> None:
    engine.people(3)
    run = engine.start()
    prepare(run.pk)
    run.refresh_from_db()
    run_stop(run=run, actor=boss)
    engine.work()
    run.refresh_from_db()
    assert (run.state, tallies(run)) == ("stopped", {"cancelled": 3})
    assert {(row.reason, row.person) for row in notifications(run)} == {("stopped", None)}
    assert engine.receiver.received()["requests"] == 0


def test_a_run_stopped_while_preparing_balances(engine: Engine, boss: Actor) -> None:
    engine.people(3)
    run = engine.start()
    run_stop(run=run, actor=boss)
    engine.work()
    run.refresh_from_db()
    assert (run.state, run.audience_count) == ("stopped", 0)


def test_viewers_can_do_none_of_it(engine: Engine) -> None:
    run = engine.start()
    for service in (run_pause, run_resume, run_stop):
        with pytest.raises(NotAllowed):
            service(run=run, actor=Actor(workspace=engine.workspace, role=Role.VIEWER))
    run.refresh_from_db()
    assert run.state == "preparing"


ALLOWED = {
    run_pause: {RunState.PREPARING, RunState.RUNNING},
    run_resume: {RunState.PAUSED},
    run_stop: {RunState.PREPARING, RunState.RUNNING, RunState.PAUSED},
}


def test_only_some_states_can_be_left(engine: Engine, boss: Actor) -> None:
    run = engine.start()
    for service, state in itertools.product(ALLOWED, RunState):
        Run.objects.filter(pk=run.pk).update(state=state)
        with contextlib.nullcontext() if state in ALLOWED[service] else pytest.raises(StaleState):
            service(run=run, actor=boss)
        run.refresh_from_db()
        assert (run.state == state) == (state not in ALLOWED[service])
