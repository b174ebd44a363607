"""Questions that this room asks and that higher rooms answer from their ``AppConfig.ready()``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

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


class DestinationHealth(Protocol):
    """The breaker of one destination: ``open`` sends nothing until ``until``, ``half_open`` sends a single probe.

    ``failures`` of ``calls`` are those in its present window.
    """

    @property
    def state(self) -> Literal["closed", "open", "half_open"]: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def failures(self) -> int: ...
    @property
    def calls(self) -> int: ...


CountRuns = Callable[[Workspace, str], int]
PauseRuns = Callable[[Actor, str], None]
FindUses = Callable[[Connection], Sequence[ConnectionUse]]
FindActivity = Callable[[Workspace, Sequence[int]], Mapping[int, ConnectionActivity]]
GetHealth = Callable[[int, str], DestinationHealth]
ResetHealth = Callable[[int, str], None]

_runs: list[tuple[CountRuns, PauseRuns]] = []
_uses: list[FindUses] = []
_activity: list[FindActivity] = []
_health: list[tuple[GetHealth, ResetHealth]] = []


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


def register_destination_health(health_function: GetHealth, reset_function: ResetHealth) -> None:
    """``health_function(workspace_id, destination_key)``: the destination's breaker now; ``reset_function`` closes it.

    ``destination_key`` is what ``channels.destinations.destination_key`` makes of a connection.
    """
    if (health_function, reset_function) not in _health:
        _health.append((health_function, reset_function))


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


def destination_health(workspace_id: int, destination_key: str) -> DestinationHealth | None:
    """None where nothing watches destinations."""
    return next((health(workspace_id, destination_key) for health, _ in _health), None)


def destination_reset(workspace_id: int, destination_key: str) -> None:
    for _, reset in _health:
        reset(workspace_id, destination_key)
