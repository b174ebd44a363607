"""A lane: one slice of work on one run. Claims, sends in a rolling window, records; never waits in a transaction.

It goes in rounds, each of which claims, hands over and records what is to be. So a lane that only waits, for slow
answers, tokens or a breaker, can give its thread away and have its rounds made by the keeper.
"""

import contextlib
import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection

from delivery.admission import Admission
from delivery.answers import Answers
from delivery.claims import Claimed, Claims
from delivery.crew import CROWDED_SLICE
from delivery.database import DATABASE_DOWN
from delivery.gate import Gate
from delivery.outgoing import Ended, Outgoing
from delivery.plan import LanePlan
from delivery.portion import Portion
from delivery.pulse import LanePulse, Pulse
from delivery.recording import Recorder
from delivery.results import Finished, finished
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
    """Runs one slice; a paced lane as many as it may `go_on`. ``crowded``: whether others wait for its thread,
    which it then leaves after ``crowded_slice`` seconds.

    Afterwards: ``due_left``, whether there was more to claim; ``claimed``; ``stop_reason``, why the run must stop.
    """

    ticket: SlotTicket
    plan: LanePlan
    window: Window
    watch: Watch
    gate: Gate
    crowded: Callable[[], bool] = lambda: False
    crowded_slice: float = CROWDED_SLICE
    due_left: bool = True
    claimed: int = 0
    stop_reason: str = ""
    _lost: bool = False
    _token_refused: bool = False
    _outcomes: list[Sent] = field(default_factory=list)
    _ended: list[Ended] = field(default_factory=list)
    _started: float = field(default_factory=time.monotonic)
    _recorded: float = 0.0
    _renewed: float = 0.0
    _claim_after: float = 0.0
    _waited_at: float = 0.0
    _extended: bool = False
    _answers: Answers = field(default_factory=Answers)
    portion: Portion = field(default_factory=lambda: Portion(settings.LANE_BATCH))
    admission: Admission = field(init=False)
    pulse: Pulse = field(init=False)
    claims: Claims = field(init=False)
    recorder: Recorder = field(init=False)

    def __post_init__(self) -> None:
        plan = self.plan
        self.claims = Claims(plan.workspace_id, plan.run_id, plan.run_at, self.ticket.token, plan.lease)
        rows = RowMaker(plan.workspace_id, plan.run_id, plan.run_at, plan.retention_days, plan.secrets)
        self.recorder = Recorder(self.claims, self.ticket.slot, rows, when_down=self.window.halt)
        self.admission = Admission(plan, self.window, self.gate, self.ticket.token)
        self.pulse = Pulse(plan.run_id, self.ticket.slot)
        self._recorded = self._renewed = self._waited_at = self._started

    def run(self, *, may_park: bool = False) -> bool:
        """True when the slice is over and everything claimed is recorded or given back; False, only where it
        ``may_park``, when its rounds may as well be made by the keeper."""
        while self.step(RECORD_EVERY):
            if may_park and (self.may_go_on or (not self.portion.is_slow and self._answers.are_few())):
                return False
        return True

    def step(self, seconds: float = 0.0) -> bool:
        """One round, waiting at most ``seconds`` for outcomes; False when it was the last one."""
        if self.admission.look(more=self.due_left):
            self._started = time.monotonic()
        if not self._may_send() or self.window.late:
            self._give_back(self.window.take_back())
        elif self._may_claim():
            self._claim()
        elif self.window.waiting and (self.gate.is_shut or not (self.window.limit or self.window.halted)):
            self._give_back(self.window.take_back())
        if self._is_over():
            self._record()
            self.gate.report()
            self.admission.places.leave()
            self._tell()
            return False
        self._take_outcomes(min(seconds, self._until_record()))
        if self._record_due():
            self._record()
        if self.window.halt_told and not self.gate.is_shut:
            self.window.resume()
        self._renew()
        if self.pulse.is_due:
            self._tell()
        return True

    @property
    def may_go_on(self) -> bool:
        """Whether a paced slice is over but for what it holds: another one may begin while that leaves and is answered.

        Ended and begun anew it would miss the tokens of one answer's time, or have more on their way than its limit.
        But one whose content takes long would keep the keeper from its other rounds.
        """
        over = self.plan.is_paced and self._seconds_over >= 0 and self.window.in_hand > 0
        return over and not self.portion.is_slow and self._may_send()

    def go_on(self, plan: LanePlan) -> None:
        """Another slice, by the plan of now. What is on its way keeps the credentials that it left with."""
        self.plan = plan
        self.admission.keep_to(plan)
        self.window.alarm_at = plan.gate_rule.breaker.minimum_calls
        self.recorder = self.recorder.also_hiding(plan.secrets)
        self._started = time.monotonic()

    @property
    def _seconds_over(self) -> float:
        longest = self.crowded_slice if self.crowded() else self.plan.slice_seconds
        return time.monotonic() - self._started - min(longest, self.plan.slice_seconds)

    def _is_over(self) -> bool:
        waits = self._may_send() and self.admission.stays
        return not self.window.in_hand and not waits and not self._may_claim()

    def _take_outcomes(self, seconds: float) -> None:
        seconds = min(seconds, self.admission.hold or seconds)
        if not self.window.in_hand:
            time.sleep(seconds)
        outcomes = self.window.wait(seconds)
        self._answers.note(len(outcomes))
        self._outcomes += outcomes

    # -- claiming ------------------------------------------------------------------------------------------------------

    def _may_send(self) -> bool:
        halted = self.stop_reason or self._lost or self._token_refused
        return not halted and self.watch.may_send(self.plan.run_id)

    def _may_claim(self) -> bool:
        """Within the slice; and after it, when stragglers keep the thread, for as long as a request may take."""
        now = time.monotonic()
        if now < self._claim_after or self.admission.hold or not self.window.limit or not self._may_send():
            return False
        over = self._seconds_over
        if over < 0 or self.plan.is_paced:
            return over < 0
        if self.window.waiting:
            self._waited_at = now
        self._extended |= self.window.in_hand > 0 and min(over, now - self._waited_at) > STRAGGLERS_HOLD
        return self._extended and over < self.plan.policy.total_seconds

    @property
    def _leave_in_time(self) -> int:
        """How many rows more can leave before others are to have the thread, which what is claimed would hold up. A
        full window at least."""
        if self.plan.is_paced or not self.crowded():
            return self.portion.batch
        in_time = self._answers.expected_in(-self._seconds_over)
        return max(0, max(in_time, self.window.limit) - self.window.waiting)

    def _claim(self) -> None:
        grant = self.admission.ask(at_most=min(self.portion.at_most, self._leave_in_time))
        if grant is None:
            return
        wanted = self.admission.rows_for(grant)
        rows = self._claimed(wanted) if wanted else []
        self.admission.use(grant, lacking=wanted - len(rows))
        if rows:
            held = self.window.in_hand
            self._send(rows)
            self.admission.unsent(len(rows) - (self.window.in_hand - held))

    def _claimed(self, wanted: int) -> list[Claimed]:
        try:
            rows = self.claims.take(wanted)
        except DATABASE_DOWN:
            logger.warning("Run %s can't be claimed from: the database is down.", self.plan.run_id, exc_info=True)
            self._claim_after = time.monotonic() + LOOK_AGAIN
            return []
        self.claimed += len(rows)
        self.due_left = len(rows) == wanted
        if not self.due_left:
            self._claim_after = time.monotonic() + LOOK_AGAIN
        return rows

    def _send(self, rows: Sequence[Claimed]) -> None:
        send_before = time.monotonic() + self.plan.leaves_within
        made = self.portion.made(self.plan.maker, rows, send_before)
        self._put_back(rows[len(made) :])
        self._ended += [item for item in made if isinstance(item, Ended)]
        self._note_stop()
        ready = [item for item in made if isinstance(item, Outgoing)]
        if self.stop_reason:
            self._give_back(ready)
            return
        if self.plan.at_most_once and ready:
            ready = self._marked_as_started(ready)
        if problem := self.plan.credentials.problem:
            moment = datetime.now(UTC)
            self._outcomes += [Sent(item, moment, problem) for item in ready]
        elif ready:
            self.window.feed(ready)

    def _marked_as_started(self, ready: Sequence[Outgoing]) -> list[Outgoing]:
        """Those that are marked as started. None while the database is down: their leases free them."""
        try:
            started = self.claims.start([item.row for item in ready])
        except DATABASE_DOWN:
            logger.warning("Run %s can't be sent: the database is down.", self.plan.run_id, exc_info=True)
            return []
        return [item for item in ready if item.row.id in started]

    def _note_stop(self) -> None:
        stopping = next((item for item in self._ended if item.stops_run), None)
        if stopping and not self.stop_reason:
            self.stop_reason = f"A person has no value for {stopping.detail}, and the content says to stop then."

    def _tell(self) -> None:
        window = self.window
        self.pulse.tell(LanePulse(window.in_flight, window.limit, window.waiting, self.admission.decides))

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
        return waiting >= RECORD_AT or (waiting > 0 and (self.window.halted or self._until_record() == 0.0))

    def _record(self) -> None:
        outcomes, ended = self._outcomes, self._ended
        self._outcomes, self._ended = [], []
        self._recorded = time.monotonic()
        if outcomes or ended:
            moment, policy = self.claims.now, self.plan.policy
            made = [finished(sent, policy, moment, random.random) for sent in outcomes]
            self.recorder.record(made, ended)
            self.gate.note(made)
            self.pulse.note(made)
            self._note_refused_token(made)

    def _note_refused_token(self, made: Sequence[Finished]) -> None:
        """Ends the slice when a token was refused, for the next one to begin with another."""
        credentials = self.plan.credentials
        carried = [item.outcome for item in made if credentials.has_token_of(item.sent.outgoing.credentials)]
        if not self._token_refused and any(credentials.doubts_token(outcome) for outcome in carried):
            self._token_refused = True
            with contextlib.suppress(*DATABASE_DOWN):
                credentials.token_give_up()
            connection.close()

    def abandon(self) -> None:
        """After a failure: what has not left yet never leaves from here. Leases free it."""
        self.window.take_back()

    def _give_back(self, unsent: Sequence[Outgoing]) -> None:
        self.admission.unsent(len(unsent))
        self._put_back([item.row for item in unsent])

    def _put_back(self, rows: Sequence[Claimed]) -> None:
        """What can't be given back now is found by the sweep when its lease ends."""
        if rows:
            with contextlib.suppress(*DATABASE_DOWN):
                self.claims.give_back(rows)
