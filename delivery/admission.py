"""How many rows a lane claims next, and whether it may: its appetite and window on one side, the gate on the other."""

import time
from dataclasses import dataclass, field

from django.conf import settings

from delivery.appetite import Appetite
from delivery.gate import AHEAD, Gate, Grant, Why
from delivery.paced_window import PacedWindow
from delivery.places import Places
from delivery.plan import LanePlan
from delivery.window import Window

# A lane stays for a closed gate or a token that is so near; for what is further off it leaves its slot (seconds).
STAY_FOR = 15.0
# While it stays it asks so often, since a person may have reset a breaker (seconds).
ASK_AGAIN = 2.0
# How long before its time a lane is asked for again, and after how long at the latest.
COME_EARLY, REST_AT_MOST = 3.0, 60.0


@dataclass
class Admission:
    """``why``: what the gate last said stands in the way, or sets the pace."""

    plan: LanePlan
    window: Window
    gate: Gate
    lane: int = 0
    why: Why = Why.NOTHING
    _hold_until: float = 0.0
    _probes: int = 0
    _appetite: Appetite = field(init=False)
    places: Places = field(init=False)

    def __post_init__(self) -> None:
        self._appetite = Appetite(self.plan.limit, settings.LANE_BATCH)
        self.places = Places(self.lane, self.plan, self.window)

    @property
    def hold(self) -> float:
        """Seconds before there is any use in asking again."""
        return max(0.0, self._hold_until - time.monotonic())

    @property
    def decides(self) -> Why:
        """What stands in the way now, or sets the pace."""
        return Why.OTHER_RUNS if self.places.short and not self.why else self.why

    @property
    def stays(self) -> bool:
        """Whether the lane waits here for the gate, or for its first place in flight."""
        return self.places.waits or 0 < self.hold <= STAY_FOR

    @property
    def rest(self) -> float:
        """For how many seconds the lane's slot is of no use to anyone."""
        return min(self.hold - COME_EARLY, REST_AT_MOST) if self.hold > STAY_FOR else 0.0

    def keep_to(self, plan: LanePlan) -> None:
        """From now on this plan; a rule that changed is asked about anew."""
        if plan.gate_rule != self.plan.gate_rule:
            self._hold_until = 0.0
        self.plan = self.places.plan = plan
        self.gate.keep_to(plan.gate_rule)

    def look(self, *, more: bool) -> bool:
        """See `Places.look`."""
        begins = self.places.look(more=more)
        self._appetite.in_flight = self.window.limit
        return begins

    def ask(self, *, at_most: int) -> Grant | None:
        """What may be claimed for now; None when nothing is wanted or may be sent."""
        wanted = min(at_most, self._wanted())
        if not wanted:
            return None
        grant = self.gate.ask(wanted)
        self.why = grant.why
        if grant.count:
            return grant
        wait = grant.wait if grant.wait > STAY_FOR else min(grant.wait, ASK_AGAIN)
        self._hold_until = time.monotonic() + wait
        return None

    def rows_for(self, grant: Grant) -> int:
        """How many rows to claim: tokens may be waited for by rows that are here already."""
        if isinstance(self.window, PacedWindow):
            rows = max(0, grant.count + self.window.tokens - self.window.waiting)
            return min(rows, self._free) if self.plan.at_most_once else rows
        return grant.count

    def use(self, grant: Grant, *, lacking: int) -> None:
        """Passes the grant on to the window. ``lacking``: of so many of its rows none was due; so much goes back."""
        spare = min(grant.count, lacking)
        if isinstance(self.window, PacedWindow):
            self.window.grant(grant.count - spare, grant.first, grant.gap, grant.epoch)
        else:
            self.window.epoch = grant.epoch
        self._probes = grant.count - spare if grant.why is Why.PROBING else 0
        if grant.gap or grant.why is Why.PROBING:
            self.gate.unused(spare)

    def unsent(self, count: int) -> None:
        """So many rows that were claimed did not leave. Others may probe in their place; a token waits for another."""
        spare = min(count, self._probes)
        self._probes -= spare
        if spare and isinstance(self.window, PacedWindow):
            self.window.forfeit(spare)
        self.gate.unused(spare)

    @property
    def _free(self) -> int:
        """How many rows more a lane may hold that may not have to give any back."""
        return max(0, self.window.limit - self.window.in_hand)

    def _wanted(self) -> int:
        """Rows; of a paced run tokens."""
        if isinstance(self.window, PacedWindow):
            room = self._free if self.plan.at_most_once else self.window.room(AHEAD / 4)
            return self._tokens_wanted(self.window, room)
        if self.plan.at_most_once:
            return self._free if self._free * 4 >= self.window.limit else 0
        return self._appetite.rows(self.window.waiting)

    def _tokens_wanted(self, window: PacedWindow, room: int) -> int:
        """A block whenever half of it is used; where there is less room than that, as much as there is."""
        short = self.plan.tokens_ahead - window.tokens
        if room < short:
            return room
        return short if 2 * short >= self.plan.tokens_ahead else 0
