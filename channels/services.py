"""Every change of channels and connections. Each asks for the right, is one transaction and leaves an audit row."""

from typing import Any, Literal

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import audit
from accounts.models import Workspace
from accounts.permissions import permit
from channels.credentials import connection_auth_apply, connection_secrets
from channels.errors import ChannelChoiceMissing, ChannelNotFound, ConnectionInvalid
from channels.models import AuthKind, ChannelKind, ChannelSwitch, Connection
from channels.origins import origin_before_path
from channels.registry import runs_in_flight, runs_pause
from channels.selectors import channel_enabled
from channels.signing import signing_forget
from channels.values import NAME_LENGTH, ConnectionValues, values_checked

__all__ = [
    "channel_enabled",
    "channel_switch",
    "connection_archive",
    "connection_auth_apply",
    "connection_save",
    "connection_save_for_campaign",
    "connection_secrets",
]

InFlight = Literal["", "finish", "pause"]


@transaction.atomic
def channel_switch(
    *, workspace: Workspace, actor: Actor, kind: str, enabled: bool, in_flight: InFlight = ""
) -> ChannelSwitch:
    """Switches a channel on or off.

    Switching off while runs are in flight needs a choice: "finish" lets them go on, "pause" pauses them;
    raises ChannelChoiceMissing without one, ChannelNotFound for an unknown kind.
    """
    permit(actor, "channel.edit")
    if kind not in ChannelKind.values:
        raise ChannelNotFound("This product has no such channel.")
    running = 0 if enabled else runs_in_flight(workspace, kind)
    if running and in_flight not in ("finish", "pause"):
        raise ChannelChoiceMissing("Choose what becomes of the runs in flight: finish them or pause them.")
    switch, _ = ChannelSwitch.objects.select_for_update().get_or_create(workspace=workspace, kind=kind)
    if switch.enabled == enabled:
        return switch
    switch.enabled, switch.changed_by, switch.changed_at = enabled, actor.user, timezone.now()
    switch.save()
    if running and in_flight == "pause":
        runs_pause(actor, kind)
    audit(actor, "channel.switched_on" if enabled else "channel.switched_off", switch, **_choice(running, in_flight))
    return switch


def _choice(running: int, in_flight: InFlight) -> dict[str, Any]:
    return {"runs_in_flight": running, "choice": in_flight} if running else {}


@transaction.atomic
def connection_save(*, actor: Actor, values: ConnectionValues, connection: Connection | None = None) -> Connection:
    """Creates a connection, or changes one. Raises ConnectionInvalid naming the field.

    A stored secret is kept only for the origin and the kind of authentication it was entered for.
    """
    permit(actor, "connection.edit")
    values = values_checked(values)
    saved = connection or Connection(workspace=actor.workspace, created_by=actor.user)
    _check_secret_kept(values, connection)
    detail = _changes(values, connection)
    _assign(saved, values)
    _save_unique(saved)
    audit(actor, "connection.changed" if connection else "connection.created", saved, **detail)
    return saved


def connection_save_for_campaign(
    *, actor: Actor, name: str, url: str, auth_kind: str, username: str = "", key_name: str = "", secret: str = ""
) -> Connection:
    """Keeps the authentication typed into a campaign's Content, for the origin of ``url`` and that campaign alone.

    Raises ConnectionInvalid naming the field ("origin" when the URL is not yet a complete address).
    """
    permit(actor, "campaign.edit")
    if auth_kind == AuthKind.NONE:
        raise ConnectionInvalid("Choose a kind of authentication.", field="auth_kind")
    shown_name, origin = name.strip()[:NAME_LENGTH] or "Campaign", origin_before_path(url)
    values = values_checked(ConnectionValues(shown_name, origin, auth_kind, username, key_name, secret))
    _check_secret_kept(values, None)
    with transaction.atomic():
        saved = Connection(workspace=actor.workspace, created_by=actor.user, campaign_only=True)
        _assign(saved, values)
        saved.save()
        audit(actor, "connection.created_in_campaign", saved, origin=saved.origin, auth_kind=saved.auth_kind)
    return saved


@transaction.atomic
def connection_archive(*, actor: Actor, connection: Connection) -> None:
    """Takes the connection away from campaigns for good and forgets its secrets."""
    permit(actor, "connection.edit")
    connection.archived_at = timezone.now()
    connection.secret = ""
    signing_forget(connection)
    connection.save()
    audit(actor, "connection.archived", connection)


def _check_secret_kept(values: ConnectionValues, connection: Connection | None) -> None:
    """Whoever may edit a connection must not be able to send its secret elsewhere."""
    if values.auth_kind == AuthKind.NONE or values.secret:
        return
    if connection is None or not connection.has_secret:
        raise ConnectionInvalid("Enter the secret.", field="secret")
    if values.origin != connection.origin:
        raise ConnectionInvalid(
            f"Enter the secret again: the stored one was given for {connection.origin} only.", field="secret"
        )
    if values.auth_kind != connection.auth_kind:
        raise ConnectionInvalid("Enter the secret for this kind of authentication.", field="secret")


def _changes(values: ConnectionValues, connection: Connection | None) -> dict[str, Any]:
    """For the audit trail: which fields changed; never what a secret is."""
    if connection is None:
        return {"origin": values.origin, "auth_kind": values.auth_kind}
    names = ("name", "origin", "auth_kind", "username", "key_name", "policy")
    changed = [name for name in names if getattr(connection, name) != getattr(values, name)]
    return {"changed": [*changed, "secret"] if values.secret else changed}


def _assign(connection: Connection, values: ConnectionValues) -> None:
    for name in ("name", "origin", "auth_kind", "username", "key_name", "policy"):
        setattr(connection, name, getattr(values, name))
    if values.secret is not None:
        connection.secret = values.secret
        connection.secret_changed_at = timezone.now() if values.secret else None


def _save_unique(connection: Connection) -> None:
    try:
        with transaction.atomic():
            connection.save()
    except IntegrityError as error:
        if "connection_name_unique" not in str(error):
            raise
        raise ConnectionInvalid(
            f"There is a connection called “{connection.name}” already. Use another name.", field="name"
        ) from None
