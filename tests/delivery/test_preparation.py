from datetime import timedelta

import pytest
from django.utils import timezone

from audience.choice import AudienceChoice
from audience.models import Profile
from audience.rules import Group, Rule, Rules
from delivery import preparation
from delivery.preparation import prepare, runs_unprepared
from notifications.models import Run
from tests.delivery.engine import Engine, notifications, tallies


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "FIRST_CHUNK", 3)
    monkeypatch.setattr(preparation, "CHUNK", 4)


def asked(engine: Engine, task: str) -> int:
    return sum(name == task for name, _ in engine.messages)


def test_the_audience_is_made_in_chunks_and_counted_with_them(engine: Engine) -> None:
    people = engine.people(12)
    run = engine.start()
    prepare(run.pk)
    run.refresh_from_db()
    assert (run.state, run.audience_count) == ("running", 12)
    assert run.prepared_at is not None
    assert [row.profile_id for row in notifications(run)] == [person.pk for person in people]


def test_rows_made_together_stand_together(engine: Engine) -> None:
    engine.people(5)
    run = engine.start()
    prepare(run.pk)
    rows = notifications(run)
    assert rows[0].pk < rows[-1].pk or rows[0].pk.bytes[:6] == rows[-1].pk.bytes[:6]
    assert {row.pk.version for row in rows} == {7}
    assert all(row.webhook_id == row.pk for row in rows)


def test_lanes_are_asked_for_at_the_first_chunk(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.people(12)
    run = engine.start()
    monkeypatch.setattr(preparation, "SLICE_SECONDS", 0.0)
    prepare(run.pk)
    run.refresh_from_db()
    assert (run.state, run.audience_count) == ("preparing", 3)
    assert asked(engine, "delivery.deliver") == 1
    assert asked(engine, "delivery.prepare") == 2  # the launch's and its continuation


def test_chunks_grow_so_that_lanes_do_not_wait_for_them(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "FIRST_CHUNK", 1)
    monkeypatch.setattr(preparation, "SLICE_SECONDS", 0.0)
    engine.people(10)
    run = engine.start()
    counts = []
    while run.state == "preparing":
        prepare(run.pk)
        run.refresh_from_db()
        counts.append(run.audience_count)
    assert counts == [1, 3, 7, 10]


def test_it_goes_on_where_it_was_cut_off(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.people(10)
    run = engine.start()
    with monkeypatch.context() as once:
        once.setattr(preparation, "SLICE_SECONDS", 0.0)
        prepare(run.pk)
    # The worker died: nobody holds the lease any more, the sweep finds the run.
    Run.objects.filter(pk=run.pk).update(prepare_lease_until=timezone.now() - timedelta(seconds=1))
    assert runs_unprepared() == [run.pk]
    prepare(run.pk)
    run.refresh_from_db()
    assert (run.audience_count, len(notifications(run)), run.state) == (10, 10, "running")


def test_a_second_preparer_finds_the_lease_taken(engine: Engine) -> None:
    engine.people(2)
    run = engine.start()
    Run.objects.filter(pk=run.pk).update(prepare_lease_until=timezone.now() + timedelta(seconds=9))
    prepare(run.pk)
    assert notifications(run) == []
    assert runs_unprepared() == []


def test_people_created_after_the_launch_are_not_in_it(engine: Engine) -> None:
    engine.people(2)
    run = engine.start()
    Profile.objects.create(workspace=engine.workspace, user_id="late", first_name="Late")
    prepare(run.pk)
    assert [row.user_id for row in notifications(run)] == ["u0", "u1"]


def test_nobody_is_an_audience_too(engine: Engine) -> None:
    run = engine.run()
    assert (run.state, run.audience_count) == ("completed", 0)


def test_only_the_chosen_are_made(engine: Engine) -> None:
    engine.people(2)
    engine.people(3, is_test=True)
    run = engine.run(audience=AudienceChoice(kind="test_users"))
    assert tallies(run) == {"delivered": 3}
    assert all(row.is_test for row in notifications(run))


def test_an_audience_that_cant_be_read_stops_the_run_and_says_why(engine: Engine) -> None:
    engine.people(1)
    run = engine.start()
    broken = AudienceChoice(
        kind="rules", rules=Rules(root=Group(items=(Rule(field="gone", operator="is", value="1"),)))
    )
    Run.objects.filter(pk=run.pk).update(audience=broken)
    engine.work()
    run.refresh_from_db()
    assert run.state == "stopped"
    assert run.stop_reason.startswith("The audience can't be prepared: ")


def test_a_paused_run_is_not_prepared(engine: Engine) -> None:
    engine.people(5)
    run = engine.start()
    Run.objects.filter(pk=run.pk).update(state="paused")
    prepare(run.pk)
    assert notifications(run) == []


@pytest.mark.parametrize("hours", [1, -1])
def test_a_workers_wrong_clock_neither_ends_the_lease_nor_makes_it_longer(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    engine.people(5)
    run = engine.start()
    right = timezone.now
    until: list[timedelta | None] = []

    def lanes_asked(_tickets: object) -> None:
        lease = Run.objects.values_list("prepare_lease_until", flat=True).get(pk=run.pk)
        until.append(lease - right() if lease else None)

    monkeypatch.setattr(preparation, "lanes_ask", lanes_asked)
    monkeypatch.setattr(timezone, "now", lambda: right() + timedelta(hours=hours))
    prepare(run.pk)
    while_it_prepares, afterwards = until
    assert while_it_prepares is not None
    assert timedelta(0) < while_it_prepares <= preparation.LEASE
    assert afterwards is None
