"""One lane's turn, from the message to the next one."""

from django.db import connection

from delivery.asks import lanes_ask
from delivery.lane import Lane
from delivery.plan import lane_plan
from delivery.runs import run_halt, run_settle
from delivery.slots import SlotTicket, slot_leave, slot_take, slots_refill
from delivery.watch import Watch, process_watch
from delivery.window import Window
from outbound.loop import HttpLoop, http_loop


def deliver(ticket: SlotTicket, *, watch: Watch = process_watch, http: HttpLoop | None = None) -> None:
    """Runs the lane that the ticket stands for, if it wasn't run already, and asks for what follows."""
    taken = slot_take(ticket)
    if taken is None:
        connection.close()
        return
    lane = None
    try:
        lane = _run_lane(taken, watch, http)
    finally:
        _hand_on(taken, lane, watch)


def _run_lane(taken: SlotTicket, watch: Watch, http: HttpLoop | None) -> Lane | None:
    watch.enter(taken.run_id)
    try:
        loop = http or http_loop()
        plan = lane_plan(taken.run_id, http=loop)
        connection.close()
        if plan is None:
            return None
        lane = Lane(taken, plan, Window(loop, plan.limit), watch)
        lane.run()
        return lane
    finally:
        watch.leave(taken.run_id)


def _hand_on(taken: SlotTicket, lane: Lane | None, watch: Watch) -> None:
    """A lane with more to send asks for its continuation; any other leaves its slot, and the run is settled."""
    may_send = lane is not None and watch.may_send(taken.run_id) and not lane.stop_reason
    following = slot_leave(taken, continues=lane is not None and may_send and lane.due_left)
    if following is not None:
        lanes_ask([following])
    else:
        if lane is not None and lane.stop_reason:
            run_halt(taken.run_id, lane.stop_reason)
        run_settle(taken.run_id)
        # Rows may have become due between the last claim and leaving the slot.
        if lane is not None and may_send and lane.claimed:
            lanes_ask(slots_refill(taken.run_id))
    connection.close()
