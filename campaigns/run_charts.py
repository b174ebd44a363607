"""What the run's page draws (``charts.js``), and the same as tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from campaigns.dashboard import ChartRow, chart_rows, people_rows
from notifications.filters import FilterQuery
from notifications.models import Run
from notifications.selectors import Latency, LogFilters, run_latency
from notifications.selectors.figures import OUTCOMES
from notifications.selectors.run_figures import ANSWER_STEPS, RunOutcomes, run_answer_times, run_outcomes
from notifications.states import NotificationState


@dataclass(frozen=True)
class RunCharts:
    """``outcomes`` is None while it would be one bar; ``answers`` while nothing was answered."""

    outcomes: dict[str, Any] | None
    outcome_rows: list[ChartRow]
    answers: dict[str, Any] | None
    latency: Latency | None

    @property
    def answer_rows(self) -> list[ChartRow]:
        return chart_rows(self.answers)[::-1] if self.answers else []


def run_charts(run: Run, *, now: datetime) -> RunCharts:
    """Three queries, whatever the run has sent."""
    outcomes, latency = run_outcomes(run, now=now), run_latency(run)
    chart = _outcomes_chart(outcomes) if outcomes.total and len(outcomes.starts) > 1 else None
    return RunCharts(
        chart,
        _outcome_rows(run, outcomes, chart) if chart else [],
        answers_chart(run_answer_times(run)) if latency else None,
        latency,
    )


def _outcome_rows(run: Run, outcomes: RunOutcomes, chart: dict[str, Any]) -> list[ChartRow]:
    windows = [FilterQuery(LogFilters(run=run.pk, since=start, until=end)) for start, end in outcomes.windows]
    return people_rows(chart, run.workspace, windows)


def _outcomes_chart(outcomes: RunOutcomes) -> dict[str, Any]:
    several_days = outcomes.starts[0].date() != outcomes.starts[-1].date()
    long, short = ("%a %-d %b, %H:%M", "%-d %b") if several_days else ("%H:%M", "%H:%M")
    series = [
        {"name": NotificationState(state).label, "token": f"--bar-{state}", "values": outcomes.people[state]}
        for state in OUTCOMES
    ]
    named = outcomes.piece < timedelta(hours=1) or outcomes.piece >= timedelta(days=1) or not several_days
    ticks = [start.strftime(short) if named or start.hour == 0 else "" for start in outcomes.starts]
    return {"labels": [start.strftime(long) for start in outcomes.starts], "ticks": ticks, "series": series}


def answers_chart(counts: Sequence[int]) -> dict[str, Any]:
    """A bar for each length of time, from the first that occurred to the last, with one beside them on both sides."""
    occurred = [at for at, count in enumerate(counts) if count]
    shown = range(max(0, occurred[0] - 1), min(len(counts), occurred[-1] + 2))
    edges = (0, *ANSWER_STEPS)
    labels = [
        f"{_words(edges[at])} to {_words(edges[at + 1])}" if at + 1 < len(edges) else f"{_words(edges[at])} and longer"
        for at in shown
    ]
    values = [counts[at] for at in shown]
    series = [{"name": "Requests", "token": "--info", "values": values}]
    return {"labels": labels, "ticks": [_words(edges[at]) for at in shown], "series": series}


def _words(milliseconds: int) -> str:
    return f"{milliseconds // 1000} s" if milliseconds >= 1000 else f"{milliseconds} ms"
