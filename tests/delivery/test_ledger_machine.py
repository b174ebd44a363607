"""The ledger against a model of it: whatever lanes, sweeps, people and deaths do in whatever order, both say the same.

The real statements on the real database; only the network is left out. Each claim is a lane of its own, which may go
on working after its lease is lost.
"""

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from uuid import UUID

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.actors import system_actor
from audience.choice import AudienceChoice
from channels.policy import RetryPolicy, SendPolicy
from delivery.claims import Claimed, Claims
from delivery.outcomes import Delivered, Failed
from delivery.outgoing import Ended, Outgoing
from delivery.preparation import prepare
from delivery.recording import Recorder
from delivery.results import Finished
from delivery.rows import RowMaker
from delivery.runs import run_settle
from delivery.services import run_pause, run_resume, run_stop
from delivery.statements import INTERRUPTIONS_FORGIVEN
from delivery.sweep import leases_expire
from delivery.window import Sent
from notifications.models import Attempt, Notification, Run
from notifications.resend import RESENDABLE, ResendChoice
from notifications.states import CLAIMABLE, FINAL, NOTIFICATION_TRANSITIONS, NotificationState, Reason
from outbound.outcomes import NO_PHASES, Answer
from outbound.prepared import Head, PreparedRequest
from templates_lib.rendering import RenderedRequest
from tests.delivery.engine import Engine, tallies
from webhooks_platform.base.errors import StaleState

PEOPLE = 4
ATTEMPTS = 2
INDEX = st.integers(0, 9)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
# From which states a person may do what, and what the run becomes.
STEERING: dict[str, tuple[Callable[..., None], frozenset[str], str]] = {
    "pause": (run_pause, frozenset({"running"}), "paused"),
    "resume": (run_resume, frozenset({"paused"}), "running"),
    "stop": (run_stop, frozenset({"running", "paused"}), "stopping"),
}


@dataclass
class Line:
    """A person's row as it should be. ``arrived``: requests of it that the destination may have got."""

    webhook_id: UUID
    state: str = "queued"
    number: int = 0
    token: int | None = None
    started: bool = False
    arrived: int = 0
    attempts: dict[int, str] = field(default_factory=dict)

    def move(self, state: str, *, unclaimed: bool = False) -> None:
        assert state in NOTIFICATION_TRANSITIONS[self.state]
        self.state, self.token, self.started = state, None, False
        self.number -= unclaimed

    def note(self, number: int, outcome: str) -> None:
        """What really happened replaces "interrupted", and nothing else."""
        if self.attempts.get(number, "interrupted") == "interrupted":
            self.attempts[number] = outcome


@dataclass
class Held:
    """A row in a lane's hands, rightly or no more."""

    claims: Claims
    row: Claimed
    may_send: bool


class LedgerMachine(RuleBasedStateMachine):
    engine: ClassVar[Engine]
    tokens = itertools.count(1)

    @initialize(at_most_once=st.booleans())
    def launch(self, at_most_once: bool) -> None:
        self.at_most_once = at_most_once
        self.ended: list[tuple[Run, dict[UUID, Line]]] = []
        self._begin(AudienceChoice(), None)

    def _begin(self, audience: AudienceChoice, resend: ResendChoice | None) -> None:
        guarantee = "at_most_once" if self.at_most_once else "at_least_once"
        policy = SendPolicy(guarantee=guarantee, retry=RetryPolicy(attempts=ATTEMPTS))
        self.run = self.engine.start(policy=policy, audience=audience, resend=resend)
        prepare(self.run.pk)
        self.engine.messages.clear()
        self.held: list[Held] = []
        self.expired: set[UUID] = set()
        rows = Notification.objects.filter(run_id=self.run.pk)
        self.lines = {row.pk: Line(row.webhook_id) for row in rows}
        self.state = "running" if self.lines else "completed"

    # -- lanes ---------------------------------------------------------------------------------------------------------

    @rule(limit=st.integers(1, PEOPLE))
    def claim(self, limit: int) -> None:
        run, due = self.run, sum(line.state in CLAIMABLE for line in self.lines.values())
        claims = Claims(run.workspace_id, run.pk, run.run_at, next(self.tokens), timedelta(hours=1))
        rows = claims.take(limit)
        assert len(rows) == min(limit, due)
        for row in rows:
            line = self.lines[row.id]
            line.move(NotificationState.SENDING)
            line.number, line.token = line.number + 1, claims.token
            self.expired.discard(row.id)
            assert (row.number, UUID(row.webhook_id)) == (line.number, line.webhook_id)
            self.held.append(Held(claims, row, not self.at_most_once))

    @precondition(lambda self: self.at_most_once and self.held)
    @rule(index=INDEX)
    def start(self, index: int) -> None:
        held = self.held[index % len(self.held)]
        line = self._owned(held)
        held.may_send = held.claims.start([held.row]) == {held.row.id}
        assert held.may_send is (line is not None)
        if line:
            line.started = True

    @precondition(lambda self: any(held.may_send for held in self.held))
    @rule(index=INDEX, outcome=st.sampled_from(["delivered", "failed", "retry"]))
    def answer(self, index: int, outcome: str) -> None:
        """Recorded by its lane, whether it still has the lease or not."""
        held = self._taken([held for held in self.held if held.may_send], index)
        line = self.lines[held.row.id]
        line.arrived += not (self.at_most_once and outcome == "retry")
        line.note(held.row.number, outcome)
        if owned := self._owned(held):
            owned.move("retrying" if outcome == "retry" else outcome)
        self._recorder(held).record([_finished(held.row, outcome)], [])

    @precondition(lambda self: self.held)
    @rule(index=INDEX)
    def skip(self, index: int) -> None:
        held = self._taken(self.held, index)
        if owned := self._owned(held):
            owned.move("skipped", unclaimed=True)
        self._recorder(held).record([], [Ended(held.row, NotificationState.SKIPPED, Reason.MISSING_VARIABLE, "")])

    @precondition(lambda self: self.held)
    @rule(index=INDEX)
    def give_back(self, index: int) -> None:
        held = self._taken(self.held, index)
        if owned := self._owned(held):
            owned.move("retrying" if owned.number > 1 else "queued", unclaimed=True)
        held.claims.give_back([held.row])

    @precondition(lambda self: self.held)
    @rule(index=INDEX, sent=st.booleans())
    def die(self, index: int, sent: bool) -> None:
        """Its worker is gone, before or after the request left; nobody is told."""
        held = self._taken(self.held, index)
        self.lines[held.row.id].arrived += sent and held.may_send

    # -- the sweep and people ------------------------------------------------------------------------------------------

    @precondition(lambda self: self._sending)
    @rule(index=INDEX)
    def lease_ends(self, index: int) -> None:
        row_id = self._sending[index % len(self._sending)]
        Notification.objects.filter(pk=row_id).update(lease_until=LONG_AGO)
        self.expired.add(row_id)

    @rule()
    def sweep(self) -> None:
        for row_id in self.expired.intersection(self._sending):
            self._expire(self.lines[row_id])
        self.expired.clear()
        leases_expire()
        waiting = [line for line in self.lines.values() if line.state in CLAIMABLE]
        for line in waiting if self.state == "stopping" else []:
            line.move("cancelled")
        if self._all_ended and self.state in ("running", "paused", "stopping"):
            self.state = "stopped" if self.state == "stopping" else "completed"
        run_settle(self.run.pk)

    @rule(what=st.sampled_from(sorted(STEERING)))
    def steer(self, what: str) -> None:
        service, allowed, following = STEERING[what]
        possible = self.state in allowed
        try:
            service(run=self.run, actor=system_actor(self.engine.workspace))
        except StaleState:
            assert not possible
            self.run.refresh_from_db()
        else:
            assert possible
            self.state = following
        self.engine.messages.clear()

    @precondition(lambda self: self.state in ("completed", "stopped") and len(self.ended) < 3)
    @rule(states=st.sets(st.sampled_from(RESENDABLE), min_size=1), same=st.booleans())
    def resend(self, states: set[str], same: bool) -> None:
        before = self.lines
        wanted = Counter(line.webhook_id for line in before.values() if line.state in states)
        self.ended.append((self.run, before))
        choice = {"run_id": self.run.pk, "states": tuple(sorted(states)), "same_webhook_id": same}
        self._begin(AudienceChoice(kind="profiles"), ResendChoice.model_validate(choice))
        assert len(self.lines) == sum(wanted.values())
        assert not same or Counter(line.webhook_id for line in self.lines.values()) == wanted

    # -- what always holds ---------------------------------------------------------------------------------------------

    @invariant()
    def they_agree(self) -> None:
        for run, lines in [*self.ended, (self.run, self.lines)]:
            rows = {row.pk: row for row in Notification.objects.filter(run_id=run.pk)}
            found = {key: (row.state, row.attempt_number, row.lease_token) for key, row in rows.items()}
            assert found == {key: (line.state, line.number, line.token) for key, line in lines.items()}
            assert all((row.lease_until is None) == (row.lease_token is None) for row in rows.values())
            ended = Counter(line.state for line in lines.values() if line.state in FINAL)
            assert tallies(run) == ended
            self._attempts_agree(run, lines)
        assert Run.objects.get(pk=self.run.pk).state == self.state

    def _attempts_agree(self, run: Run, lines: dict[UUID, Line]) -> None:
        found: dict[UUID, dict[int, str]] = {key: {} for key in lines}
        for attempt in Attempt.objects.filter(run_id=run.pk):
            found[attempt.notification_id][attempt.number] = attempt.outcome
        assert found == {key: line.attempts for key, line in lines.items()}
        for line in lines.values():
            assert line.state != "delivered" or line.arrived
            assert not self.at_most_once or line.arrived <= 1
            assert line.arrived <= 1 or len(line.attempts) + (line.state == "sending") > 1
            if line.state in FINAL:
                assert sorted(line.attempts) == list(range(1, line.number + 1))

    def teardown(self) -> None:
        """Every worker dead: sweeps and one stop still bring everybody to an end."""
        if not hasattr(self, "lines"):
            return
        for row_id in self._sending:
            Notification.objects.filter(pk=row_id).update(lease_until=LONG_AGO)
            self.expired.add(row_id)
        self.sweep()
        if self.state in ("running", "paused"):
            self.steer("stop")
            self.sweep()
        assert self._all_ended
        assert self.state in ("completed", "stopped")
        self.they_agree()

    # -- the model -----------------------------------------------------------------------------------------------------

    @property
    def _sending(self) -> list[UUID]:
        return sorted(key for key, line in self.lines.items() if line.state == "sending")

    @property
    def _all_ended(self) -> bool:
        return all(line.state in FINAL for line in self.lines.values())

    def _taken(self, among: list[Held], index: int) -> Held:
        held = among[index % len(among)]
        self.held.remove(held)
        return held

    def _owned(self, held: Held) -> Line | None:
        line = self.lines[held.row.id]
        return line if line.state == "sending" and line.token == held.claims.token else None

    def _expire(self, line: Line) -> None:
        if self.at_most_once and not line.started:
            line.move("retrying" if line.number > 1 else "queued", unclaimed=True)
            return
        line.attempts.setdefault(line.number, "interrupted")
        gives_up = self.at_most_once or line.number >= ATTEMPTS + INTERRUPTIONS_FORGIVEN
        line.move("failed" if gives_up else "retrying")

    def _recorder(self, held: Held) -> Recorder:
        run = self.run
        return Recorder(held.claims, 0, RowMaker(run.workspace_id, run.pk, run.run_at, run.retention_days, ()))


def _finished(row: Claimed, outcome: str) -> Finished:
    rendered = RenderedRequest("GET", "http://example.com/", (), b"")
    outgoing = Outgoing(row, rendered, PreparedRequest(Head("GET", httpx.URL(rendered.url), ()), (), b""), 0.0)
    status = 200 if outcome == "delivered" else 500
    sent = Sent(outgoing, datetime.now(UTC), Answer(status, "", (), b"", False, 0, NO_PHASES, ""))
    if outcome == "delivered":
        return Finished(sent, Delivered(status), None)
    failed = Failed(Reason.SERVER_ERROR, False, status_code=status)
    return Finished(sent, failed, LONG_AGO if outcome == "retry" else None)


def test_the_ledger_does_what_its_model_does(engine: Engine) -> None:
    engine.people(PEOPLE)
    machine = type("Machine", (LedgerMachine,), {"engine": engine})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=10, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
