"""How fast a run went, in words."""

from datetime import UTC, datetime, timedelta

from campaigns.progress import run_progress
from notifications.models import Run
from notifications.selectors import RunCounts
from notifications.states import RunState

BEGAN = datetime(2026, 3, 4, 9, tzinfo=UTC)


def test_people_whom_a_stop_cancelled_make_no_run_faster():
    run = Run(run_at=BEGAN, finished_at=BEGAN + timedelta(seconds=5), state=RunState.STOPPED)
    counts = RunCounts(audience=200, delivered=8, failed=2, cancelled=190)
    assert run_progress(run, counts, None, now=BEGAN).speed == "2 a second"
