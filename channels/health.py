"""How a connection stands: its breaker, its latest requests, and one word for it all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction

from accounts.actors import Actor
from accounts.audit import audit
from accounts.models import Workspace
from accounts.permissions import permit
from channels.certificates import WARN_BEFORE
from channels.destinations import destination_key
from channels.models import Connection
from channels.registry import (
    ConnectionActivity,
    DestinationHealth,
    connections_activity,
    destination_health,
    destination_reset,
)

Tone = Literal["ok", "warn", "bad", "neutral"]


@dataclass(frozen=True)
class HealthPill:
    tone: Tone
    words: str


@dataclass(frozen=True)
class ConnectionState:
    connection: Connection
    activity: ConnectionActivity
    breaker: DestinationHealth | None
    pill: HealthPill


def connections_state(
    workspace: Workspace, connections: Sequence[Connection], *, now: datetime
) -> list[ConnectionState]:
    """In the order given. Two queries for them all, and one question to the breaker for each."""
    activity = connections_activity(workspace, connections)
    states = []
    for connection in connections:
        breaker = breaker_of(connection)
        pill = health_pill(connection, activity[connection.pk], breaker, now)
        states.append(ConnectionState(connection, activity[connection.pk], breaker, pill))
    return states


def breaker_of(connection: Connection) -> DestinationHealth | None:
    key = destination_key(connection.pk, connection.origin)
    return destination_health(connection.workspace_id, key, connection.policy.breaker)


def health_pill(
    connection: Connection, activity: ConnectionActivity, breaker: DestinationHealth | None, now: datetime
) -> HealthPill:
    """Pure. The worst that is known comes first."""
    certificate_end = connection.client_certificate_expires_at
    if certificate_end is not None and certificate_end <= now:
        return HealthPill("bad", "Certificate ended")
    if breaker is not None and breaker.state == "open":
        return HealthPill("bad", "Paused, it keeps failing")
    if breaker is not None and breaker.state == "half_open":
        return HealthPill("warn", "Probing")
    if breaker is not None and breaker.asked_until is not None:
        return HealthPill("warn", "Asked us to wait")
    if activity.failure_at and (activity.success_at is None or activity.failure_at > activity.success_at):
        return HealthPill("bad" if activity.success_at is None else "warn", "Failing")
    if certificate_end is not None and certificate_end <= now + WARN_BEFORE:
        return HealthPill("warn", "Certificate ends soon")
    return HealthPill("ok", "Healthy") if activity.success_at else HealthPill("neutral", "Not used yet")


@transaction.atomic
def connection_reset(*, actor: Actor, connection: Connection) -> None:
    """Sends again at once, whatever failed before: for whoever knows that the destination is mended."""
    permit(actor, "connection.edit")
    destination_reset(connection.workspace_id, destination_key(connection.pk, connection.origin))
    audit(actor, "connection.reset", connection)
