"""A lane: one slice of work on one run. Claims, sends in a rolling window, records; never waits in a transaction."""

import contextlib
import logging
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection

from delivery.appetite import Appetite
from delivery.claims import Claimed, Claims
from delivery.database import DATABASE_DOWN
from delivery.outgoing import Ended, Outgoing
from delivery.plan import LanePlan
from delivery.recording import Recorder
from delivery.results import finished
from delivery.rows import RowMaker
from delivery.slots import SlotTicket, slot_renew
from delivery.watch import Watch
from delivery.window import Sent, Window

logger = logging.getLogger(__name__)
RECORD_EVERY = 0.2  # seconds
RECORD_AT = 400  # outcomes
# A slice that waits this long for stragglers goes on claiming: its thread is taken anyway.
STRAGGLERS_HOLD = 1.0
# After the last due row was claimed: when to look for more, if requests are still on their way then.
LOOK_AGAIN = 0.5
RENEW_EVERY = 2.0


@dataclass
class Lane:
    """Runs one slice. Afterwards: ``due_left``, whether there was more to claim; ``claimed``; why the run must stop."""

    ticket: SlotTicket
    plan: LanePlan
    window: Window
    watch: Watch
    due_left: bool = True
    claimed: int = 0
    stop_reason: str = ""
    _lost: bool = False
    _outcomes: list[Sent] = field(default_factory=list)
    _ended: list[Ended] = field(default_factory=list)
    _started: float = field(default_factory=time.monotonic)
    _recorded: float = 0.0
    _renewed: float = 0.0
    _claim_after: float = 0.0
    _waited_at: float = 0.0
    _extended: bool = False
    appetite: Appetite = field(init=False)
    claims: Claims = field(init=False)
    recorder: Recorder = field(init=False)

    def __post_init__(self) -> None:
        plan = self.plan
        self.claims = Claims(plan.workspace_id, plan.run_id, plan.run_at, self.ticket.token, plan.lease)
        rows = RowMaker(plan.workspace_id, plan.run_id, plan.run_at, plan.retention_days, plan.secrets)
        self.recorder = Recorder(self.claims, self.ticket.slot, rows)
        self.appetite = Appetite(plan.limit, settings.LANE_BATCH)
        self._recorded = self._renewed = self._waited_at = self._started

    def run(self) -> None:
        """Returns when the slice is over and everything claimed is recorded or given back."""
        while True:
            if self._may_claim():
                self._claim()
            elif not self._may_send() or self.window.late:
                self._give_back(self.window.take_back())
            if not self.window.in_hand and not self._may_claim():
                break
            self._outcomes += self.window.wait(self._until_record())
            if self._record_due():
                self._record()
            self._renew()
        self._record()

    # -- claiming ------------------------------------------------------------------------------------------------------

    def _may_send(self) -> bool:
        return not self.stop_reason and not self._lost and self.watch.may_send(self.plan.run_id)

    def _may_claim(self) -> bool:
        """Within the slice; and after it, when stragglers keep the thread, for as long as a request may take."""
        now = time.monotonic()
        if now < self._claim_after or not self._may_send():
            return False
        over = now - self._started - self.plan.slice_seconds
        if over < 0:
            return True
        if self.window.waiting:
            self._waited_at = now
        self._extended |= self.window.in_hand > 0 and now - self._waited_at > STRAGGLERS_HOLD
        return self._extended and over < self.plan.policy.total_seconds

    def _claim(self) -> None:
        wanted = self._wanted()
        if not wanted:
            return
        try:
            rows = self.claims.take(wanted)
        except DATABASE_DOWN:
            logger.warning("Run %s can't be claimed from: the database is down.", self.plan.run_id, exc_info=True)
            self._claim_after = time.monotonic() + LOOK_AGAIN
            return
        self.claimed += len(rows)
        self.due_left = len(rows) == wanted
        if not self.due_left:
            self._claim_after = time.monotonic() + LOOK_AGAIN
        self._send(rows)

    def _wanted(self) -> int:
        if self.plan.at_most_once:
            free = self.plan.limit - self.window.in_hand
            return free if free * 4 >= self.plan.limit else 0
        return self.appetite.rows(self.window.waiting)

    def _send(self, rows: Sequence[Claimed]) -> None:
        send_before = time.monotonic() + self.plan.slice_seconds
        made = [self.plan.maker.make(row, send_before) for row in rows]
        self._ended += [item for item in made if isinstance(item, Ended)]
        self._note_stop()
        ready = [item for item in made if isinstance(item, Outgoing)]
        if self.stop_reason:
            self._give_back(ready)
            return
        if self.plan.at_most_once and ready:
            started = self.claims.start([item.row for item in ready])
            ready = [item for item in ready if item.row.id in started]
        if ready:
            self.window.feed(ready)

    def _note_stop(self) -> None:
        stopping = next((item for item in self._ended if item.stops_run), None)
        if stopping and not self.stop_reason:
            self.stop_reason = f"A person has no value for {stopping.detail}, and the content says to stop then."

    def _renew(self) -> None:
        if time.monotonic() - self._renewed > RENEW_EVERY:
            self._renewed = time.monotonic()
            with contextlib.suppress(*DATABASE_DOWN):
                self._lost = not slot_renew(self.ticket)
            connection.close()

    # -- recording -----------------------------------------------------------------------------------------------------

    def _until_record(self) -> float:
        """Seconds; nothing is due while nothing waits for it."""
        if not self._outcomes and not self._ended:
            return RECORD_EVERY
        return max(0.0, self._recorded + RECORD_EVERY - time.monotonic())

    def _record_due(self) -> bool:
        waiting = len(self._outcomes) + len(self._ended)
        return waiting >= RECORD_AT or (waiting > 0 and self._until_record() == 0.0)

    def _record(self) -> None:
        outcomes, ended = self._outcomes, self._ended
        self._outcomes, self._ended = [], []
        self._recorded = time.monotonic()
        if outcomes or ended:
            moment, policy = datetime.now(UTC), self.plan.policy
            self.recorder.record([finished(sent, policy, moment, random.random) for sent in outcomes], ended)

    def _give_back(self, unsent: Sequence[Outgoing]) -> None:
        """What can't be given back now is found by the sweep when its lease ends."""
        if not unsent:
            return
        with contextlib.suppress(*DATABASE_DOWN):
            self.claims.give_back([item.row for item in unsent])
