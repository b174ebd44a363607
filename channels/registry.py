"""Questions that this room asks and that higher rooms answer from their ``AppConfig.ready()``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from accounts.actors import Actor
from accounts.models import Workspace
from channels.models import Connection
from channels.policy import BreakerRule


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

    ``failures`` of ``calls`` are those in its present window. ``asked_until``: until when nothing is sent because the
    destination asked for it. ``known`` is False while that can't be told.
    """

    @property
    def state(self) -> Literal["closed", "open", "half_open"]: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def failures(self) -> int: ...
    @property
    def calls(self) -> int: ...
    @property
    def asked_until(self) -> datetime | None: ...
    @property
    def known(self) -> bool: ...


@dataclass(frozen=True)
class ConnectionFault:
    """Attempts of a connection that failed alike: what to call it, how often, and the latest one's page."""

    title: str
    count: int
    at: datetime
    url: str


@dataclass(frozen=True)
class ConnectionFigures:
    """How the latest requests of a connection went; milliseconds are of those that were answered."""

    requests: int = 0
    delivered: int = 0
    since: datetime | None = None
    median_ms: int | None = None
    slow_ms: int | None = None
    errors: tuple[ConnectionFault, ...] = ()

    @property
    def delivered_percent(self) -> float | None:
        return 100 * self.delivered / self.requests if self.requests else None


@dataclass(frozen=True)
class ChannelDependent:
    """Things that stop or wait while a channel is off, such as runs in flight: how many, and where they are listed."""

    label: str
    count: int
    url: str


FindDependents = Callable[[Workspace, str], Sequence[ChannelDependent]]
CountRuns = Callable[[Workspace, str], int]
PauseRuns = Callable[[Actor, str], None]
FindUses = Callable[[Connection], Sequence[ConnectionUse]]
FindActivity = Callable[[Workspace, Sequence[int]], Mapping[int, ConnectionActivity]]
GetHealth = Callable[[int, str, BreakerRule], DestinationHealth]
ResetHealth = Callable[[int, str], None]
GetFigures = Callable[[Connection], ConnectionFigures]

_runs: list[tuple[CountRuns, PauseRuns]] = []
_dependents: list[FindDependents] = []
_uses: list[FindUses] = []
_activity: list[FindActivity] = []
_health: list[tuple[GetHealth, ResetHealth]] = []
_figures: list[GetFigures] = []


def register_runs_in_flight(count_function: CountRuns, pause_function: PauseRuns) -> None:
    """``count_function(workspace, kind)``: how many runs of that channel are sending now;
    ``pause_function(actor, kind)`` pauses them all, within the caller's transaction."""
    if (count_function, pause_function) not in _runs:
        _runs.append((count_function, pause_function))


def register_channel_dependents(find_function: FindDependents) -> None:
    """``find_function(workspace, kind)``: what depends on the channel being on, counted."""
    if find_function not in _dependents:
        _dependents.append(find_function)


def channel_dependents(workspace: Workspace, kind: str) -> tuple[ChannelDependent, ...]:
    return tuple(dependent for find in _dependents for dependent in find(workspace, kind))


def register_connection_uses(find_function: FindUses) -> None:
    """``find_function(connection)``: what uses the connection now."""
    if find_function not in _uses:
        _uses.append(find_function)


def register_connection_activity(find_function: FindActivity) -> None:
    """``find_function(workspace, connection_ids)``: when each was last used, in few queries for them all."""
    if find_function not in _activity:
        _activity.append(find_function)


def register_destination_health(health_function: GetHealth, reset_function: ResetHealth) -> None:
    """``health_function(workspace_id, destination_key, rule)``: its breaker now; ``reset_function`` closes it.

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


def register_connection_figures(figures_function: GetFigures) -> None:
    """``figures_function(connection)``: how its latest requests went."""
    if figures_function not in _figures:
        _figures.append(figures_function)


def connection_figures(connection: Connection) -> ConnectionFigures:
    return next((figures(connection) for figures in _figures), ConnectionFigures())


def destination_health(
    workspace_id: int, destination_key: str, rule: BreakerRule | None = None
) -> DestinationHealth | None:
    """None where nothing watches destinations. ``rule``: that of a new connection, if not given."""
    return next((health(workspace_id, destination_key, rule or BreakerRule()) for health, _ in _health), None)


def destination_reset(workspace_id: int, destination_key: str) -> None:
    for _, reset in _health:
        reset(workspace_id, destination_key)
