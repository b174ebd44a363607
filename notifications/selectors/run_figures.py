"""What a run's page draws: people by outcome over time, and how long its destination took to answer.

The first is read from the tallies of ``notifications.figures``, the second from a sample of the attempts: neither
grows with the run.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

from notifications.models import OutcomeTally, Run
from notifications.selectors.figures import OUTCOMES, piece_start
from notifications.selectors.groups import LATENCY_SAMPLE

PIECES = (timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
MOST_PIECES = 64
# Milliseconds at which a bar of the time to answer begins, after the first one from 0.
ANSWER_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000)


@dataclass(frozen=True)
class RunOutcomes:
    """People by final state in each ``piece`` of the run. ``starts`` are local times of the workspace."""

    piece: timedelta
    starts: tuple[datetime, ...]
    people: Mapping[str, tuple[int, ...]]

    @property
    def windows(self) -> list[tuple[datetime, datetime | None]]:
        """When each piece begins and ends; the last one is left open."""
        return list(zip(self.starts, (*self.starts[1:], None), strict=True))

    @property
    def total(self) -> int:
        return sum(map(sum, self.people.values()))


def run_outcomes(run: Run, *, now: datetime) -> RunOutcomes:
    """One query on tallies, at most ten seconds behind while the run is open."""
    zone = ZoneInfo(run.workspace.time_zone)
    rows = list(OutcomeTally.objects.filter(run=run).values_list("at", "state", "count"))
    until = run.finished_at or now
    piece = next((piece for piece in PIECES if (until - run.run_at) / piece <= MOST_PIECES - 2), PIECES[-1])
    found: Counter[tuple[datetime, str]] = Counter()
    for at, state, count in rows:
        # A quarter of an hour may have begun before the run.
        found[piece_start(max(at, run.run_at), piece, zone), state] += count
    starts = _starts(piece_start(run.run_at, piece, zone), piece_start(until, piece, zone), piece)
    people: dict[str, tuple[int, ...]] = {state: tuple(found[start, state] for start in starts) for state in OUTCOMES}
    return RunOutcomes(piece, tuple(start.replace(tzinfo=zone) for start in starts), people)


def _starts(first: datetime, last: datetime, piece: timedelta) -> tuple[datetime, ...]:
    return tuple(first + piece * number for number in range((last - first) // piece + 1))


def run_answer_times(run: Run) -> tuple[int, ...]:
    """How many answered attempts took less than the first of ANSWER_STEPS, less than the second, …, and longer."""
    edges = [step * 1000 for step in ANSWER_STEPS]
    with connection.cursor() as cursor:
        cursor.execute(_ANSWER_TIMES, [edges, run.workspace_id, run.run_at, run.pk, LATENCY_SAMPLE])
        counts = dict(cursor.fetchall())
    return tuple(counts.get(number, 0) for number in range(len(edges) + 1))


_ANSWER_TIMES = """
select width_bucket(total_us, %s::int[]), count(*)
from (
  select total_us from attempt
  where workspace_id = %s and run_at = %s and run_id = %s and status_code is not null
  limit %s
) sample
group by 1
"""
