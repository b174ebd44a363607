"""A lane's turn, until its slot is handed on: made by a worker's thread and, while it only waits or keeps to a rate, by
the keeper."""

from dataclasses import dataclass, field

from django.db import connection

from delivery.asks import lanes_ask
from delivery.crew import CROWDED_REST, CROWDED_SLICE, Crew
from delivery.gate import Gate
from delivery.lane import Lane
from delivery.next_plan import NextPlan
from delivery.paced_window import PacedWindow
from delivery.plan import LanePlan, lane_plan
from delivery.runs import run_halt, run_settle
from delivery.slots import SlotTicket, slot_leave, slots_refill
from delivery.watch import Watch
from delivery.window import Window
from outbound.loop import HttpLoop


@dataclass
class Turn:
    """``step`` and ``end`` are the keeper's; each is called by one thread at a time."""

    ticket: SlotTicket
    watch: Watch
    crew: Crew
    crowded_slice: float = CROWDED_SLICE
    lane: Lane | None = None
    _failed: bool = True
    _kept: bool = False
    _entered: bool = field(default=False, init=False)
    _next_plan: NextPlan | None = field(default=None, init=False)

    def run(self, http: HttpLoop, *, may_park: bool) -> bool:
        """False when the turn goes on without a thread of its own."""
        self.watch.enter(self.ticket.run_id)
        self._entered = True
        self._next_plan = NextPlan(self.ticket, http)
        plan = lane_plan(self.ticket.run_id, self.ticket.slot, http=http)
        connection.close()
        over = True
        if plan is not None:
            self.watch.sends(self.ticket.run_id)
            self.lane = Lane(
                self.ticket,
                plan,
                _window(plan, http),
                self.watch,
                Gate(plan.destination, plan.run_id, plan.gate_rule),
                crowded=self._others_wait,
                crowded_slice=self.crowded_slice,
            )
            over = self.lane.run(may_park=may_park)
        self._failed = not over
        return over

    def step(self) -> bool:
        assert self.lane is not None
        self._kept = self._failed = True
        goes_on = self.lane.step()
        if goes_on and self.lane.may_go_on:
            self._go_on(self.lane)
        self._failed = goes_on
        return goes_on

    def _go_on(self, lane: Lane) -> None:
        """Lets the lane begin another slice here. Until it can it drains; once it has, its slot is handed on."""
        plan = self._next_plan.look() if self._next_plan is not None else None
        if plan is not None and plan.is_paced:
            lane.go_on(plan)

    def end(self) -> None:
        """Leaves the slot; after a failure without a continuation, so that the sweep decides."""
        if self._entered:
            self.watch.leave(self.ticket.run_id)
        try:
            if self._failed and self.lane is not None:
                self.lane.abandon()
            self._hand_on(None if self._failed else self.lane)
        finally:
            connection.close()

    def _hand_on(self, lane: Lane | None) -> None:
        """A lane with more to send asks for its continuation, or rests while its destination takes nothing; any other
        leaves its slot, and the run is settled."""
        run_id = self.ticket.run_id
        may_send = lane is not None and self.watch.may_send(run_id) and not lane.stop_reason
        rest = self._rest(lane) if lane is not None and may_send else 0.0
        continues = lane is not None and may_send and lane.due_left and not rest
        following = slot_leave(self.ticket, continues=continues, rest=rest)
        if following is not None:
            lanes_ask([following], again=True)
            return
        if lane is not None and lane.stop_reason:
            run_halt(run_id, lane.stop_reason)
        run_settle(run_id)
        # Rows may have become due between the last claim and leaving the slot.
        if lane is not None and may_send and lane.claimed and not rest:
            lanes_ask(slots_refill(run_id), again=True)

    def _others_wait(self) -> bool:
        """Whether a message of another run may be waiting for the thread that makes this turn."""
        return not self._kept and self.crew.crowded and self.watch.runs_sending > 1

    def _rest(self, lane: Lane) -> float:
        """Seconds for which the slot is better left alone: its destination takes nothing, or its run has its share."""
        if self._others_wait() and self.ticket.slot >= self.crew.share(self.watch.runs_sending):
            return CROWDED_REST
        return lane.admission.rest


def _window(plan: LanePlan, http: HttpLoop) -> Window:
    kind = PacedWindow if plan.is_paced else Window
    return kind(http, 0 if plan.most_in_flight else plan.limit, alarm_at=plan.gate_rule.breaker.minimum_calls)
