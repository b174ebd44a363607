"""A lane whose database fails it sends nothing more, and loses nothing of what is on its way."""

import time
from typing import Any

import pytest
from django.db import OperationalError

from channels.models import SendPolicy
from delivery.claims import Claims
from delivery.recording import Recorder
from delivery.window import Window
from notifications.models import LaneSlot, Notification, Run
from templates_lib.content import JsonPair, JsonPairsBody
from tests.delivery.engine import FAST_RETRY, Engine, attempts, notifications, tallies
from tests.delivery.test_lane import wait_until


def test_a_lane_that_fails_sends_nothing_more(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(recorder: Recorder, *outcomes: Any) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(Recorder, "record", fail)
    engine.people(300)
    engine.start("/200?ms=300")
    with pytest.raises(RuntimeError, match="a defect"):
        engine.work()
    engine.watch.rest()
    sent = engine.receiver.received()["requests"]
    time.sleep(0.7)
    assert engine.receiver.received()["requests"] == sent < 300


def test_the_window_is_halted_while_outcomes_can_not_be_recorded(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_once = Recorder._record_once
    halted: list[bool] = []
    halt = Window.halt

    def fails_first(recorder: Recorder, *arguments: Any) -> None:
        if not halted:
            raise OperationalError("the database is gone")
        record_once(recorder, *arguments)

    def noted(window: Window) -> None:
        halt(window)
        halted.append(window.halted)

    monkeypatch.setattr(Recorder, "_record_once", fails_first)
    monkeypatch.setattr(Window, "halt", noted)
    engine.people(40)
    run = engine.run()
    assert halted == [True]
    assert tallies(run) == {"delivered": 40}


def test_a_database_that_is_down_when_rows_are_marked_ends_no_lane(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, asked = Claims.start, []

    def fails_second(claims: Claims, rows: Any) -> Any:
        asked.append(len(rows))
        if len(asked) == 2:
            raise OperationalError("the database is gone")
        return start(claims, rows)

    monkeypatch.setattr(Claims, "start", fails_second)
    engine.people(8)
    policy = SendPolicy(guarantee="at_most_once", max_in_flight=4, retry=FAST_RETRY)
    run = engine.run("/200?ms=100", policy=policy)
    states = [row.state for row in notifications(run)]
    # Leased until the sweep finds them: they have not left.
    assert states.count("sending") == asked[1]
    assert states.count("delivered") == 8 - asked[1] == engine.receiver.received()["requests"]
    assert [attempt.outcome for attempt in attempts(run)] == ["delivered"] * (8 - asked[1])


def test_a_late_message_of_a_paused_run_sets_nobody_going(engine: Engine) -> None:
    engine.people(3)
    run = engine.start()
    Run.objects.filter(pk=run.pk).update(state="paused")
    engine.watch.enter(run.pk)  # another lane, which still waits for an answer
    wait_until(lambda: not engine.watch.may_send(run.pk))
    LaneSlot.objects.filter(run=run, slot=0).update(token=5)
    engine.messages.append(("delivery.deliver", (run.pk, 0, 5)))
    engine.work()
    assert not engine.watch.may_send(run.pk)
    engine.watch.leave(run.pk)
    assert {row.state for row in Notification.objects.filter(run_id=run.pk)} <= {"queued"}


def test_a_content_that_takes_long_for_each_person_gets_on(engine: Engine, settings: Any) -> None:
    """Else all that a lane claimed would be too late when the last of them is rendered, and begin anew for ever."""
    settings.LANE_SLICE_SECONDS = 0.5
    slow = "{% for a in range(25) %}{{ range(1000) | list | sort | join(',') | upper | length }} {% endfor %}"
    engine.people(40)
    run = engine.start(content=engine.content(body=JsonPairsBody(pairs=(JsonPair(name="slow", value=slow),))))
    with engine.working():
        pass
    assert tallies(run) == {"delivered": 40}
