"""Questions that this room asks and that higher rooms answer from their ``AppConfig.ready()``."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from accounts.actors import Actor
from accounts.models import Workspace
from channels.models import Connection


@dataclass(frozen=True)
class ConnectionUse:
    """Something that needs a connection, such as a campaign: what it is called and where it is edited."""

    label: str
    url: str


CountRuns = Callable[[Workspace, str], int]
PauseRuns = Callable[[Actor, str], None]
FindUses = Callable[[Connection], Sequence[ConnectionUse]]

_runs: list[tuple[CountRuns, PauseRuns]] = []
_uses: list[FindUses] = []


def register_runs_in_flight(count_function: CountRuns, pause_function: PauseRuns) -> None:
    """``count_function(workspace, kind)``: how many runs of that channel are sending now;
    ``pause_function(actor, kind)`` pauses them all, within the caller's transaction."""
    if (count_function, pause_function) not in _runs:
        _runs.append((count_function, pause_function))


def register_connection_uses(find_function: FindUses) -> None:
    """``find_function(connection)``: what uses the connection now."""
    if find_function not in _uses:
        _uses.append(find_function)


def runs_in_flight(workspace: Workspace, kind: str) -> int:
    return sum(count(workspace, kind) for count, _ in _runs)


def runs_pause(actor: Actor, kind: str) -> None:
    for _, pause in _runs:
        pause(actor, kind)


def connection_uses(connection: Connection) -> list[ConnectionUse]:
    return [use for find in _uses for use in find(connection)]
