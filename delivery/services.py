"""Launching and steering runs. The engine itself is in ``lane``, ``preparation`` and ``sweep``."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from accounts.actors import Actor
from accounts.audit import audit
from accounts.models import User, Workspace
from accounts.permissions import permit
from audience.choice import AudienceChoice
from audience.selection import choice_frozen
from channels.models import SendPolicy
from channels.policy import Rate
from delivery.asks import lanes_ask, preparation_ask, settle_ask
from delivery.breaker import breaker_reset
from delivery.destination import run_destination
from delivery.errors import DestinationUnknown
from delivery.runs import run_move
from delivery.shared import REDIS_DOWN
from delivery.slots import slots_refill, slots_rouse, token_create
from notifications.models import LaneSlot, Run
from notifications.partitions import partitions_ensure
from notifications.resend import ResendChoice
from notifications.states import RUN_SENDING, RunKind, RunState
from templates_lib.content import WebhookContent
from webhooks_platform.base.errors import StaleState


@transaction.atomic
def run_start(
    *,
    workspace: Workspace,
    campaign_id: int,
    campaign_name: str,
    kind: RunKind,
    content: WebhookContent,
    policy: SendPolicy,
    connection_id: int | None,
    audience: AudienceChoice,
    audience_description: str,
    retention_days: int,
    launched_by: User | None,
    at: datetime,
    resend: ResendChoice | None = None,
    rate: Rate | None = None,
) -> Run:
    """A new run with frozen content, policy and audience; its preparation begins when the transaction is committed.

    ``resend``: whom the run is for instead of ``audience``. ``rate``: its own, beside its connection's. The caller has
    checked the rights.
    Raises SegmentRemoved when the audience's segment is gone.
    """
    partitions_ensure(now=at)
    run = Run.objects.create(
        workspace=workspace,
        campaign_id=campaign_id,
        campaign_name=campaign_name,
        kind=kind,
        run_at=at,
        content=content,
        policy=policy,
        rate=rate,
        connection_id=connection_id,
        retention_days=retention_days,
        slots=max(1, min(settings.LANE_SLOTS_PER_RUN, policy.max_in_flight)),
        audience=choice_frozen(workspace, audience),
        resend=resend,
        audience_description=audience_description[:300],
        launched_by=launched_by,
    )
    LaneSlot.objects.bulk_create(LaneSlot(run=run, slot=slot, token=token_create()) for slot in range(run.slots))
    transaction.on_commit(lambda: preparation_ask(run.pk))
    return run


@transaction.atomic
def run_pause(*, run: Run, actor: Actor) -> None:
    """No further request leaves after a fifth of a second; those on their way are recorded. Raises StaleState."""
    permit(actor, "run.control")
    run_move(run, RunState.PAUSED)
    audit(actor, "run.paused", run)


@transaction.atomic
def run_resume(*, run: Run, actor: Actor) -> None:
    """Goes on where it was paused, preparing its audience first if that was not complete. Raises StaleState."""
    permit(actor, "run.control")
    run.refresh_from_db(fields=["state", "prepared_at"])
    if run.state != RunState.PAUSED:
        raise StaleState(f"This run is {run.get_state_display().lower()}, not paused, so there is nothing to resume.")
    run_move(run, RunState.PREPARING if run.prepared_at is None else RunState.RUNNING)
    audit(actor, "run.resumed", run)
    transaction.on_commit(lambda: _run_wake(run.pk))


@transaction.atomic
def run_stop(*, run: Run, actor: Actor, reason: str = "") -> None:
    """Ends the run for good: whoever was not sent to yet is cancelled. Raises StaleState when it is over already."""
    permit(actor, "run.control")
    run_move(run, RunState.STOPPING, stop_reason=reason[:300])
    audit(actor, "run.stopped", run, reason=reason)
    transaction.on_commit(lambda: settle_ask(run.pk))


@transaction.atomic
def run_destination_reset(*, run: Run, actor: Actor) -> None:
    """Closes the breaker of the run's destination and ends a wait that it asked for, for all of its runs.

    Raises DestinationUnknown when Redis can't be reached.
    """
    permit(actor, "run.control")
    destination = run_destination(run)
    destination_reset(destination.workspace_id, destination.key)
    audit(actor, "run.destination_reset", run, destination=destination.key)


def destination_reset(workspace_id: int, destination_key: str) -> None:
    """The same for a caller that has checked the rights; lanes start once its transaction is committed."""
    try:
        breaker_reset(workspace_id, destination_key)
    except REDIS_DOWN as error:
        raise DestinationUnknown("Redis can't be reached, so nothing was reset. Try again in a minute.") from error
    waiting = Run.objects.filter(workspace_id=workspace_id, state__in=sorted(RUN_SENDING))
    runs = [run.pk for run in waiting if run_destination(run).key == destination_key]
    transaction.on_commit(lambda: _slots_wake(runs))


def _slots_wake(run_ids: list[int]) -> None:
    """Ends the rest of their slots."""
    slots_rouse(run_ids)
    for run_id in run_ids:
        lanes_ask(slots_refill(run_id))


def _run_wake(run_id: int) -> None:
    preparation_ask(run_id)
    lanes_ask(slots_refill(run_id))
