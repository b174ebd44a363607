"""How fast a run goes and when it will be done, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from delivery.standing import Standing
from notifications.models import Run
from notifications.selectors import RunCounts
from notifications.states import RunState

# Below this, a rate says more about the first connection than about the run.
MEASURE_AFTER = timedelta(seconds=2)


@dataclass(frozen=True)
class Progress:
    """``speed`` is in words, empty while unknown; ``time_left`` too. ``is_mean``: since launch, not of late."""

    speed: str = ""
    time_left: str = ""
    is_mean: bool = False


def run_progress(run: Run, counts: RunCounts, standing: Standing | None, *, now: datetime) -> Progress:
    """How fast the run goes now, from what its lanes told of late, and when it will be over at that speed.

    Of a run that is over, or where nothing was told, the mean rate of outcomes since launch; a stop cancels at once.
    """
    told = standing.pulse.per_second if standing else None
    if told:
        return Progress(speed_words(told), _time_left(run, counts, told))
    took = (run.finished_at or now) - run.run_at
    done = counts.audience - counts.pending - counts.cancelled
    sends = standing is None or not standing.pulse.known
    if run.state == RunState.PAUSED or took < MEASURE_AFTER or not done or not sends:
        return Progress()
    mean = done / took.total_seconds()
    return Progress(speed_words(mean), _time_left(run, counts, mean), is_mean=True)


def speed_words(per_second: float) -> str:
    """ "1,250 a second", "4.8 a second", "7 a minute", "20 an hour"."""
    if per_second >= 10:
        return f"{round(per_second):,} a second"
    if per_second >= 1:
        return f"{per_second:.1f}".removesuffix(".0") + " a second"
    if per_second * 60 >= 1:
        return f"{per_second * 60:.1f}".removesuffix(".0") + " a minute"
    return f"{per_second * 3600:.1f}".removesuffix(".0") + " an hour"


def _time_left(run: Run, counts: RunCounts, per_second: float) -> str:
    return _duration(counts.pending / per_second) if counts.pending and run.prepared_at else ""


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
        RunState.RUNNING: "Sending." if progress.speed else "Starting.",
        RunState.PAUSED: "Nothing is sent until it is resumed.",
        RunState.STOPPING: "What is on its way is being finished.",
        RunState.STOPPED: f"Stopped after {took}. Everybody not reached is cancelled.",
        RunState.COMPLETED: f"Everybody has a final state. It took {took}.",
    }[RunState(run.state)]
