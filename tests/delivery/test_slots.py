from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from channels.models import SendPolicy
from delivery.deliver import deliver
from delivery.preparation import prepare
from delivery.slots import SlotTicket, slot_leave, slot_renew, slot_take, slots_refill
from notifications.models import LaneSlot, Run
from tests.delivery.engine import Engine, tallies


@pytest.fixture
def run(engine: Engine) -> Run:
    """Prepared, with due rows for every slot, and nothing asked for yet."""
    engine.people(5)
    run = engine.start()
    prepare(run.pk)
    engine.messages.clear()
    free(run)
    return run


def free(run: Run) -> None:
    LaneSlot.objects.filter(run=run).update(lease_until=None)


def test_few_due_rows_need_one_lane(run: Run) -> None:
    assert [ticket.slot for ticket in slots_refill(run.pk)] == [0]


def test_many_due_rows_get_every_slot_and_no_more(run: Run, settings) -> None:
    settings.LANE_BATCH = 1
    assert sorted(ticket.slot for ticket in slots_refill(run.pk)) == [0, 1, 2, 3]
    assert slots_refill(run.pk) == []


def test_a_lane_begins_for_as_many_people_as_it_may_have_in_flight(engine: Engine) -> None:
    engine.people(17)
    run = engine.start(policy=SendPolicy(max_in_flight=64))
    prepare(run.pk)
    free(run)
    assert sorted(ticket.slot for ticket in slots_refill(run.pk)) == [0, 1]


def test_a_ticket_is_good_for_one_lane(run: Run) -> None:
    (ticket,) = slots_refill(run.pk)
    assert slot_take(ticket) is not None
    assert slot_take(ticket) is None


def test_a_lost_message_is_sent_again_and_its_copy_is_void(run: Run) -> None:
    (ticket,) = slots_refill(run.pk)
    LaneSlot.objects.filter(run=run).update(lease_until=timezone.now() - timedelta(seconds=1))
    (copy,) = slots_refill(run.pk)
    assert copy == ticket
    assert slot_take(copy) is not None
    assert slot_take(ticket) is None


def test_a_lane_whose_slot_was_given_away_learns_it(run: Run) -> None:
    (ticket,) = slots_refill(run.pk)
    slow = slot_take(ticket)
    assert slow is not None
    assert slot_renew(slow)
    other = slot_take(slow)
    assert other is not None
    assert not slot_renew(slow)
    assert slot_leave(slow, continues=True) is None


def test_a_continuation_keeps_the_slot_reserved(run: Run) -> None:
    (ticket,) = slots_refill(run.pk)
    taken = slot_take(ticket)
    assert taken is not None
    following = slot_leave(taken, continues=True)
    assert following is not None
    assert following.token != taken.token
    assert slots_refill(run.pk) == [] or slots_refill(run.pk)[0].slot != ticket.slot


def test_an_old_message_does_nothing(engine: Engine, run: Run) -> None:
    deliver(SlotTicket(run.pk, 0, token=1), watch=engine.watch, http=engine.http)
    assert tallies(run) == {}


def test_a_policy_for_few_in_flight_has_few_lanes(engine: Engine) -> None:
    run = engine.start(policy=SendPolicy(max_in_flight=2))
    assert LaneSlot.objects.filter(run=run).count() == run.slots == 2
    assert engine.start().slots == settings.LANE_SLOTS_PER_RUN
