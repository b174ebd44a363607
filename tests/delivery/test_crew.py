"""When threads of a worker become free, all of them being wanted."""

import heapq
from contextlib import AbstractContextManager

import pytest

from channels.policy import SendPolicy
from delivery.crew import CROWDED_SLICE, Crew
from delivery.deliver import deliver
from delivery.preparation import prepare
from delivery.slots import SlotTicket
from tests.delivery.engine import Engine

ANSWERS_AFTER = 0.1  # seconds, for which a turn that is over goes on


def freed(size: int, seconds: float) -> list[float]:
    """When a thread became free, of so many that began at once and begin anew as soon as they are."""
    now = 0.3
    crew = Crew(clock=lambda: now)
    crew.size = size
    ends: list[tuple[float, int, AbstractContextManager[float]]] = []
    found = []
    for number in range(size):
        turn: AbstractContextManager[float] = crew.working()
        heapq.heappush(ends, (now + turn.__enter__() + ANSWERS_AFTER, number, turn))
    while now < seconds:
        assert crew.crowded
        now, number, turn = heapq.heappop(ends)
        found.append(now)
        turn.__exit__(None, None, None)
        turn = crew.working()
        heapq.heappush(ends, (now + turn.__enter__() + ANSWERS_AFTER, number, turn))
    return found


@pytest.mark.parametrize("size", [2, 6, 8])
def test_one_thread_after_the_other_becomes_free(size: int) -> None:
    found = freed(size, 20.0)
    gaps = [later - earlier for earlier, later in zip(found, found[1:], strict=False)]
    assert max(gaps) == pytest.approx(CROWDED_SLICE / size)
    assert len(found) == pytest.approx(20 * size, rel=0.1)


def test_a_turn_is_never_much_shorter_or_longer_than_a_slice() -> None:
    now = 0.0
    crew = Crew(clock=lambda: now)
    for crew.size in (0, 1, 6):
        for step in range(100):
            now = step / 37
            with crew.working() as seconds:
                assert 0.5 * CROWDED_SLICE <= seconds < 1.5 * CROWDED_SLICE or seconds == CROWDED_SLICE


def test_a_turn_that_others_wait_for_claims_what_can_leave_in_it(engine: Engine, monkeypatch) -> None:
    """A lane waits for all that it claimed, so else its thread becomes free seconds after its turn was over."""
    monkeypatch.setattr(Crew, "crowded", property(lambda crew: True))
    monkeypatch.setattr(engine.watch, "_look", lambda watched: setattr(engine.watch, "runs_sending", 2))
    engine.people(1_000)
    engine.start("/200?ms=100", policy=SendPolicy(max_in_flight=32))
    prepare(engine.messages.popleft()[1][0])
    _, arguments = engine.messages.popleft()
    deliver(SlotTicket(*arguments), watch=engine.watch, http=engine.http)
    # Eight at the same time, ten times a second; the last ones leave when it is over.
    assert 8 < engine.receiver.received()["requests"] <= 120


def test_a_slice_that_is_over_goes_on_only_for_stragglers(engine: Engine, settings) -> None:
    """Of a lane that claims no more than may be on their way, so that nothing waits when its time is over."""
    settings.LANE_SLICE_SECONDS = 1.2
    engine.people(1_000)
    engine.start("/200?ms=100", policy=SendPolicy(guarantee="at_most_once", max_in_flight=32))
    prepare(engine.messages.popleft()[1][0])
    _, arguments = engine.messages.popleft()
    deliver(SlotTicket(*arguments), watch=engine.watch, http=engine.http)
    assert 8 < engine.receiver.received()["requests"] <= 120
