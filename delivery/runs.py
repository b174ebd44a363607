"""How runs end: stopped in mid-course, or settled when every one of their people has ended."""

import contextlib
from typing import Any

from django.db import transaction

from delivery.database import counted, raw_cursor
from delivery.statements import CANCEL, COMPLETE, FINISH_STOPPING, PLAN_BY_INDEX
from notifications.models import Run
from notifications.states import RUN_TRANSITIONS, RunState
from webhooks_platform.base.errors import StaleState
from webhooks_platform.base.transitions import move

CANCEL_AT_ONCE = 5_000
# What is done to a run that is brought into a state, where the state's own name does not say it.
PASSIVE = {RunState.PREPARING: "resumed", RunState.RUNNING: "resumed", RunState.STOPPING: "stopped"}


def run_move(run: Run, to: RunState, **changes: Any) -> None:
    """The only way a run's state changes one by one; raises StaleState when it does not lead there any more."""
    move(run, to, transitions=RUN_TRANSITIONS, field="state", passive=PASSIVE.get(to, ""), **changes)


def run_halt(run_id: int, reason: str) -> None:
    """Stops a run from within, saying why; nothing happens when it is over or stopping already."""
    with contextlib.suppress(StaleState):
        run_move(Run.objects.get(pk=run_id), RunState.STOPPING, stop_reason=reason[:300])


def run_cancel_waiting(run: Run) -> int:
    """Cancels a stopping run's rows that nobody is sending; returns how many. Rows on their way end by themselves."""
    parameters = {"workspace": run.workspace_id, "run_at": run.run_at, "run": run.pk, "limit": CANCEL_AT_ONCE}
    total = 0
    while True:
        with transaction.atomic(), raw_cursor() as cursor:
            cursor.execute(PLAN_BY_INDEX)
            cursor.execute(CANCEL, parameters)
            cancelled = counted(cursor)
        total += cancelled
        if cancelled < CANCEL_AT_ONCE:
            return total


def run_settle(run_id: int | None = None) -> list[int]:
    """Ends the run (any run) whose tallies equal its audience: compare-and-swap, so never too early and never twice."""
    for run in Run.objects.filter(state=RunState.STOPPING, **({} if run_id is None else {"pk": run_id})):
        run_cancel_waiting(run)
    ended: list[int] = []
    with transaction.atomic(), raw_cursor() as cursor:
        for statement in (COMPLETE, FINISH_STOPPING):
            cursor.execute(statement, {"run": run_id})
            ended += [found for (found,) in cursor.fetchall()]
    return ended
