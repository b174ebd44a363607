"""What became of a request, decided: delivered, to be repeated, or failed."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from channels.models import SendPolicy
from delivery.outcomes import Delivered, Failed, Outcome, outcome_of
from delivery.retry import Retry, decide
from delivery.window import Sent
from notifications.states import AttemptOutcome, NotificationState


class Finished(NamedTuple):
    """A request that was made, and what follows from it. ``retry_at`` is set if and only if it is repeated."""

    sent: Sent
    outcome: Outcome
    retry_at: datetime | None

    @property
    def state(self) -> NotificationState:
        if isinstance(self.outcome, Delivered):
            return NotificationState.DELIVERED
        return NotificationState.FAILED if self.retry_at is None else NotificationState.RETRYING

    @property
    def attempt_outcome(self) -> AttemptOutcome:
        if isinstance(self.outcome, Delivered):
            return AttemptOutcome.DELIVERED
        return AttemptOutcome.FAILED if self.retry_at is None else AttemptOutcome.RETRY


def finished(sent: Sent, policy: SendPolicy, now: datetime, random: Callable[[], float]) -> Finished:
    outgoing, outcome = sent.outgoing, outcome_of(sent.result, policy, now)
    outcome = outgoing.credentials.judged(outcome, sent.result, outgoing.row.first_attempt_at, policy)
    return Finished(sent, outcome, _retry_at(sent, outcome, policy, now, random))


def _retry_at(
    sent: Sent, outcome: Outcome, policy: SendPolicy, now: datetime, random: Callable[[], float]
) -> datetime | None:
    if not isinstance(outcome, Failed):
        return None
    row = sent.outgoing.row
    decision = decide(outcome, row.number, policy.retry, row.first_attempt_at, now, random)
    return decision.at if isinstance(decision, Retry) else None
