"""The maps of ``notifications.states`` as SQL: which states lead where, as lists of literals. No value of anybody's."""

from collections.abc import Iterable

from notifications.states import (
    CLAIMABLE,
    NOTIFICATION_TRANSITIONS,
    RUN_SENDING,
    RUN_TRANSITIONS,
    NotificationState,
    RunState,
)


def listed(states: Iterable[str], order: Iterable[str]) -> str:
    """These states as SQL literals, in ``order``."""
    wanted = frozenset(states)
    return ", ".join(f"'{state}'" for state in order if state in wanted)


def leads_to(*targets: str) -> str:
    """The notification states from which every one of ``targets`` may follow, as a list of SQL literals."""
    sources = [state for state, following in NOTIFICATION_TRANSITIONS.items() if following.issuperset(targets)]
    if not sources:
        raise ValueError(f"No state leads to {targets}.")
    return listed(sources, NotificationState.values)


def may_become(*targets: str) -> str:
    """That row ``n`` is in one of these states, in words that keep the planner from looking for the state itself."""
    return f"coalesce(n.state, '') in ({leads_to(*targets)})"


def run_leads_to(target: str) -> str:
    """The run states from which ``target`` may follow, as a list of SQL literals."""
    return listed((state for state, following in RUN_TRANSITIONS.items() if target in following), RunState.values)


CLAIMABLE_LISTED = listed(CLAIMABLE, NotificationState.values)
SENDING_RUNS_LISTED = listed(RUN_SENDING, RunState.values)
