"""What other rooms and pages read of channels and connections. The workspace always comes first."""

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import Workspace
from channels.errors import ConnectionNotFound
from channels.models import ChannelKind, ChannelSwitch, Connection, SendPolicy


@dataclass(frozen=True)
class Channel:
    """A kind of channel in a workspace; ``switch`` is None where it was never touched, which means off."""

    kind: ChannelKind
    switch: ChannelSwitch | None

    @property
    def enabled(self) -> bool:
        return self.switch is not None and self.switch.enabled


def channel_enabled(workspace: Workspace, kind: str) -> bool:
    return ChannelSwitch.objects.filter(workspace=workspace, kind=kind, enabled=True).exists()


def channels_of(workspace: Workspace) -> list[Channel]:
    """Every kind that the product ships, with its switch."""
    switches = ChannelSwitch.objects.filter(workspace=workspace).select_related("changed_by")
    by_kind = {switch.kind: switch for switch in switches}
    return [Channel(kind, by_kind.get(kind)) for kind in ChannelKind]


def connections_available(workspace: Workspace) -> QuerySet[Connection]:
    """The connections that people can choose, by name."""
    found = Connection.objects.filter(workspace=workspace, archived_at=None, campaign_only=False)
    return found.select_related("created_by").order_by("name", "id")


def connection_get(workspace: Workspace, connection_id: int) -> Connection:
    """A connection that people can choose; raises ConnectionNotFound."""
    connection = connections_available(workspace).filter(pk=connection_id).first()
    if connection is None:
        raise ConnectionNotFound("This connection does not exist or was archived.")
    return connection


def connection_find(workspace: Workspace, connection_id: int | None) -> Connection | None:
    """The connection that content names, also one made in a campaign; None when there is none (any more)."""
    if connection_id is None:
        return None
    return Connection.objects.filter(workspace=workspace, pk=connection_id, archived_at=None).first()


def send_policy(workspace: Workspace, connection_id: int | None) -> SendPolicy:
    """How to send: the connection's policy, or the defaults without one."""
    connection = connection_find(workspace, connection_id)
    return connection.policy if connection else SendPolicy()
