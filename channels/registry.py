"""Questions that this room asks and that higher rooms answer from their ``AppConfig.ready()``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.actors import Actor
from accounts.models import Workspace
from channels.models import Connection


@dataclass(frozen=True)
class ConnectionUse:
    """Something that needs a connection, such as a campaign: what it is called and where it is edited."""

    label: str
    url: str


@dataclass(frozen=True)
class ConnectionActivity:
    """The latest runs in which a connection was used with and without success, and where their rows are."""

    success_at: datetime | None = None
    success_url: str = ""
    failure_at: datetime | None = None
    failure_url: str = ""


CountRuns = Callable[[Workspace, str], int]
PauseRuns = Callable[[Actor, str], None]
FindUses = Callable[[Connection], Sequence[ConnectionUse]]
FindActivity = Callable[[Workspace, Sequence[int]], Mapping[int, ConnectionActivity]]

_runs: list[tuple[CountRuns, PauseRuns]] = []
_uses: list[FindUses] = []
_activity: list[FindActivity] = []


def register_runs_in_flight(count_function: CountRuns, pause_function: PauseRuns) -> None:
    """``count_function(workspace, kind)``: how many runs of that channel are sending now;
    ``pause_function(actor, kind)`` pauses them all, within the caller's transaction."""
    if (count_function, pause_function) not in _runs:
        _runs.append((count_function, pause_function))


def register_connection_uses(find_function: FindUses) -> None:
    """``find_function(connection)``: what uses the connection now."""
    if find_function not in _uses:
        _uses.append(find_function)


def register_connection_activity(find_function: FindActivity) -> None:
    """``find_function(workspace, connection_ids)``: when each was last used, in few queries for them all."""
    if find_function not in _activity:
        _activity.append(find_function)


def runs_in_flight(workspace: Workspace, kind: str) -> int:
    return sum(count(workspace, kind) for count, _ in _runs)


def runs_pause(actor: Actor, kind: str) -> None:
    for _, pause in _runs:
        pause(actor, kind)


def connection_uses(connection: Connection) -> list[ConnectionUse]:
    return [use for find in _uses for use in find(connection)]


def connections_activity(workspace: Workspace, connections: Sequence[Connection]) -> dict[int, ConnectionActivity]:
    """By the connection's id; one that was never used has an empty activity."""
    ids = [connection.pk for connection in connections]
    found = dict.fromkeys(ids, ConnectionActivity())
    for find in _activity:
        found.update(find(workspace, ids))
    return found
