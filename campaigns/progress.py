"""How fast a run goes and when it will be done, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from notifications.models import Run
from notifications.selectors import RunCounts
from notifications.states import RunState

# Below this, a rate says more about the first connection than about the run.
MEASURE_AFTER = timedelta(seconds=2)


@dataclass(frozen=True)
class Progress:
    """``per_second`` is the mean since launch (0 while unknown); ``time_left`` is empty while unknown."""

    per_second: int
    time_left: str


def run_progress(run: Run, counts: RunCounts, *, now: datetime) -> Progress:
    """The mean rate of final outcomes since launch, and what the rest would take at that rate."""
    took = (run.finished_at or now) - run.run_at
    done = counts.audience - counts.pending
    if run.state == RunState.PAUSED or took < MEASURE_AFTER or not done:
        return Progress(0, "")
    rate = done / took.total_seconds()
    left = _duration(counts.pending / rate) if counts.pending and run.prepared_at else ""
    return Progress(round(rate), left)


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    if seconds < 3600:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"


def words_for(run: Run, progress: Progress) -> str:
    """One line that says where the run stands."""
    took = _duration((run.finished_at - run.run_at).total_seconds()) if run.finished_at else ""
    return {
        RunState.PREPARING: "Collecting the audience; sending has begun.",
        RunState.RUNNING: "Sending." if progress.per_second else "Starting.",
        RunState.PAUSED: "Nothing is sent until it is resumed.",
        RunState.STOPPING: "What is on its way is being finished.",
        RunState.STOPPED: f"Stopped after {took}. Everybody not reached is cancelled.",
        RunState.COMPLETED: f"Everybody has a final state. It took {took}.",
    }[RunState(run.state)]
