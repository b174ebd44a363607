"""Where a run stands just now, and what decides how fast it goes: values only; the words are made for its page."""

from dataclasses import dataclass
from datetime import datetime

from channels.policy import Rate, SendPolicy
from channels.selectors import connection_find
from delivery.breaker import BreakerView, breaker_view
from delivery.destination import run_destination
from delivery.pulse import RunPulse, run_pulse
from notifications.models import Notification, Run
from notifications.states import CLAIMABLE, RUN_SENDING


@dataclass(frozen=True, slots=True)
class Standing:
    """``next_due``: when the next of the waiting people is to be sent to; None when nobody waits.

    ``connection_name`` is empty without a connection; ``rate`` is the connection's as it is now, ``run_rate`` the run's
    own; ``longest_wait``: seconds that a Retry-After may hold it.
    """

    pulse: RunPulse
    breaker: BreakerView
    next_due: datetime | None
    connection_name: str
    rate: Rate | None
    run_rate: Rate | None
    longest_wait: int


def run_standing(run: Run, *, now: datetime) -> Standing | None:
    """None for a run that sends nothing now."""
    if run.state not in RUN_SENDING:
        return None
    connection = connection_find(run.workspace, run.connection_id)
    policy: SendPolicy = run.policy if connection is None else connection.policy
    return Standing(
        pulse=run_pulse(run.pk, began=run.run_at.timestamp(), now=now.timestamp()),
        breaker=breaker_view(run.workspace_id, run_destination(run).key, policy.breaker),
        next_due=_next_due(run),
        connection_name=str(connection or ""),
        rate=policy.rate,
        run_rate=run.rate,
        longest_wait=policy.retry.longest_wait,
    )


def _next_due(run: Run) -> datetime | None:
    """By the index that claims use."""
    waiting = Notification.objects.filter(run_at=run.run_at, run_id=run.pk, state__in=sorted(CLAIMABLE))
    return waiting.order_by("due_at", "id").values_list("due_at", flat=True).first()
