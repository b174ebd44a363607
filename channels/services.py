"""Every change of channels and connections. Each asks for the right, is one transaction and leaves an audit row."""

from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import audit
from accounts.models import Workspace
from accounts.permissions import permit
from channels.credentials import connection_auth_apply, connection_secrets
from channels.errors import ChannelChoiceMissing, ChannelNotFound, ConnectionInUse, ConnectionInvalid
from channels.models import TYPED_KINDS, ChannelKind, ChannelSwitch, Connection
from channels.origins import origin_before_path
from channels.registry import connection_uses, runs_in_flight, runs_pause
from channels.saving import connection_at, connection_locked, connection_store, created_detail, values_assign
from channels.secrets import secrets_forget
from channels.selectors import channel_enabled
from channels.signing import signing_secret_set
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
def connection_save(
    *,
    actor: Actor,
    values: ConnectionValues,
    connection: Connection | None = None,
    revision: int | None = None,
    signing_secret: str = "",
) -> Connection:
    """Creates a connection, or changes one. Raises ConnectionInvalid naming the field.

    A stored secret is kept only for the origin and the kind of authentication it was entered for. ``revision``: the
    one that was edited; raises ConnectionChanged when somebody else saved since. ``signing_secret``: takes the place of
    the one in use, if there is any.
    """
    permit(actor, "connection.edit")
    values = values_checked(values)
    if connection is None:
        saved = Connection(workspace=actor.workspace, created_by=actor.user)
        connection_store(saved, values_assign(saved, values))
        audit(actor, "connection.created", saved, **created_detail(saved))
        return saved
    saved = connection_at(actor, connection, revision)
    changed = values_assign(saved, values)
    connection_store(saved, changed)
    audit(actor, "connection.changed", saved, changed=changed)
    if signing_secret:
        signing_secret_set(actor=actor, connection=saved, secret=signing_secret)
    return saved


def connection_save_for_campaign(
    *, actor: Actor, name: str, url: str, auth_kind: str, username: str = "", key_name: str = "", secret: str = ""
) -> Connection:
    """Keeps the authentication typed into a campaign's Content, for the origin of ``url`` and that campaign alone.

    Raises ConnectionInvalid naming the field ("origin" when the URL is not yet a complete address).
    """
    permit(actor, "campaign.edit")
    if auth_kind not in TYPED_KINDS:
        raise ConnectionInvalid("Choose a kind of authentication.", field="auth_kind")
    shown_name, origin = name.strip()[:NAME_LENGTH] or "Campaign", origin_before_path(url)
    values = values_checked(ConnectionValues(shown_name, origin, auth_kind, username, key_name, secret))
    with transaction.atomic():
        saved = Connection(workspace=actor.workspace, created_by=actor.user, campaign_only=True)
        connection_store(saved, values_assign(saved, values))
        audit(actor, "connection.created_in_campaign", saved, **created_detail(saved))
    return saved


@transaction.atomic
def connection_archive(*, actor: Actor, connection: Connection) -> None:
    """Takes the connection away from campaigns for good and forgets its secrets. Raises ConnectionInUse."""
    permit(actor, "connection.edit")
    if uses := connection_uses(connection):
        others = f" and {len(uses) - 1} more" if len(uses) > 1 else ""
        raise ConnectionInUse(
            f"“{connection}” is used by {uses[0].label}{others}, so it can't be archived. Choose another connection "
            "there, or archive what uses it, first."
        )
    stored = connection_locked(connection)
    stored.archived_at = timezone.now()
    secrets_forget(stored)
    stored.save()
    audit(actor, "connection.archived", stored)
