"""Lane slots: how many lanes a run has, and who runs each. Every change hands the slot's token on."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from delivery.database import raw_cursor
from delivery.statements import SLOT_LEAVE, SLOT_RENEW, SLOT_TAKE, SLOTS_REFILL
from notifications.models import LaneSlot

# A message may wait this long in the queue before it is sent again; a copy too many finds its token gone.
MESSAGE_LEASE = timedelta(seconds=10)
# A lane renews its slot far more often than this; one that doesn't is taken for dead.
LANE_LEASE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class SlotTicket:
    """The right to run one lane once."""

    run_id: int
    slot: int
    token: int


def token_create() -> int:
    """A random positive 62-bit number: unique without asking anyone, and it fits a bigint."""
    return secrets.randbits(62) | 1


def slot_take(ticket: SlotTicket) -> SlotTicket | None:
    """The lane's own ticket, or None when the one that came with the message was used already."""
    taken = SlotTicket(ticket.run_id, ticket.slot, token_create())
    return taken if _change(SLOT_TAKE, ticket, new=taken.token, lease=LANE_LEASE) else None


def slot_renew(ticket: SlotTicket) -> bool:
    """False when somebody else runs the slot meanwhile: the lane must end."""
    return _change(SLOT_RENEW, ticket, lease=LANE_LEASE)


def slot_leave(ticket: SlotTicket, *, continues: bool, rest: float = 0.0) -> SlotTicket | None:
    """Ends the lane's right. The ticket for its continuation; None when there is none, or the slot was lost.

    ``rest``: for so many seconds the sweep leaves the slot alone.
    """
    following = SlotTicket(ticket.run_id, ticket.slot, token_create())
    idle = timedelta(seconds=rest) if rest else None
    left = _change(SLOT_LEAVE, ticket, new=following.token, lease=MESSAGE_LEASE if continues else idle)
    return following if left and continues else None


def slots_refill(run_id: int | None = None) -> list[SlotTicket]:
    """Tickets for the free slots of the run (of all sending runs) that have due rows to send: one for as many rows as a
    lane of the run may have in flight, since more of them would wait in it for answers."""
    at_most = min(settings.LANE_BATCH, settings.LANE_IN_FLIGHT)
    parameters = {"run": run_id, "at_most": at_most, "lease": MESSAGE_LEASE}
    with transaction.atomic(), raw_cursor() as cursor:
        cursor.execute(SLOTS_REFILL, parameters)
        return [SlotTicket(*row) for row in cursor.fetchall()]


def slots_rouse(run_ids: Sequence[int]) -> None:
    """Ends the rest of the runs' slots. A lane that works keeps its own: its lease is never so long."""
    resting = LaneSlot.objects.filter(run_id__in=run_ids, lease_until__gt=timezone.now() + LANE_LEASE)
    resting.update(lease_until=None)


def _change(statement: str, ticket: SlotTicket, **parameters: object) -> bool:
    with transaction.atomic(), raw_cursor() as cursor:
        cursor.execute(statement, {"run": ticket.run_id, "slot": ticket.slot, "token": ticket.token, **parameters})
        return cursor.rowcount == 1
