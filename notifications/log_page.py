"""What the log's page shows around its rows: where it is, figures of the run, and how it stays fresh."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.timezone import localtime

from accounts.models import Workspace
from notifications.errors import FilterInvalid
from notifications.filters import REASON_CHOICES, STATE_CHOICES, TEST_CHOICES, WITHIN_CHOICES, FilterQuery
from notifications.models import Notification, Run
from notifications.resend import RESENDABLE
from notifications.selectors import (
    LogFilters,
    RunCounts,
    error_groups,
    resend_possible,
    run_counts,
    run_get,
    run_latency,
    runs_listed,
    runs_of_campaign,
    runs_open,
)
from notifications.selectors.figures import problems_of_all
from notifications.states import FINAL, RUN_OPEN, RunKind

PAGE_SIZE = 50
RUNS_OFFERED = 50
LIVE_SECONDS = 3
# Where nothing runs, a look now and then tells of the next launch.
QUIET_SECONDS = 20
# Grouping reads every problem row: beyond this many, groups are brought up to date with the page only.
LIVE_GROUPS_LIMIT = 20_000
DAY = timedelta(hours=24)
KINDS_OF_ALL = 10


@dataclass(frozen=True)
class LogPlace:
    """A run, a campaign's runs or everything. ``run``: the one filtered by, or else the campaign's latest."""

    workspace: Workspace
    filters: LogFilters
    run: Run | None

    @classmethod
    def of(cls, workspace: Workspace, filters: LogFilters) -> "LogPlace":
        """Raises RunNotFound."""
        if filters.run is not None:
            return cls(workspace, filters, run_get(workspace, filters.run))
        if filters.campaign is not None:
            return cls(workspace, filters, runs_of_campaign(workspace, filters.campaign).first())
        return cls(workspace, filters, None)

    @property
    def of_run(self) -> bool:
        return self.filters.run is not None

    @property
    def is_live(self) -> bool:
        if self.run is not None and self.of_run:
            return self.run.state in RUN_OPEN
        return self._runs(runs_open(self.workspace)).exists()

    def runs_offered(self) -> list[tuple[int, str]]:
        """Runs to choose from, latest first, in words."""
        runs = list(self._runs(runs_listed(self.workspace))[:RUNS_OFFERED])
        if self.run is not None and self.of_run and self.run not in runs:
            runs.append(self.run)
        return [(run.pk, run_words(run, named=self.filters.campaign is None)) for run in runs]

    def _runs(self, runs: QuerySet[Run]) -> QuerySet[Run]:
        return runs if self.filters.campaign is None else runs.filter(campaign_id=self.filters.campaign)


def run_words(run: Run, *, named: bool = True) -> str:
    """ "Summer sale, 24 Nov 15:04 UTC (test)"."""
    moment = _moment(run.run_at)
    kind = " (test)" if run.kind == "test" else ""
    return f"{run.campaign_name}, {moment}{kind}" if named else f"{moment}{kind}"


def _moment(moment: datetime) -> str:
    return localtime(moment).strftime("%-d %b %H:%M %Z")


def summary(place: LogPlace) -> dict[str, Any]:
    """Figures on top: counts and latency of the run filtered by, and kinds of problem of it or the latest run. Of all
    campaigns, the largest kinds of the last day, as Home's tallies know them: nothing is read of the people themselves.
    """
    query = FilterQuery(place.filters)
    if place.run is None:
        return {"groups": []} if place.filters.campaign is not None else _summary_of_all(place, query)
    groups = [
        (group, query.of_kind(group, run=place.run.pk).address(place.workspace)) for group in error_groups(place.run)
    ]
    if not place.of_run:
        return {"groups": groups}
    return {"groups": groups, "counts": run_counts(place.run), "latency": run_latency(place.run)}


def _summary_of_all(place: LogPlace, query: FilterQuery) -> dict[str, Any]:
    kinds = problems_of_all(place.workspace, since=timezone.now() - DAY)
    day = query.within(within=DAY, since=None, until=None)
    shown = [(kind, day.of_kind(kind).address(place.workspace)) for kind in kinds[:KINDS_OF_ALL]]
    return {"groups": shown, "kinds_left": max(0, len(kinds) - KINDS_OF_ALL)}


def resend_query(place: LogPlace, counts: RunCounts | None) -> FilterQuery | None:
    """The filters that a resend of the people shown begins with; None where nobody shown could be sent to again."""
    if place.run is None or counts is None or place.run.kind != RunKind.LIVE:
        return None
    if place.filters.state not in ("", *RESENDABLE) or not (counts.failed or counts.skipped or counts.cancelled):
        return None
    return FilterQuery(place.filters).without("campaign", "run")


def resends_query(place: LogPlace) -> FilterQuery | None:
    """The filters that a resend over several runs begins with; None where nobody filtered could be sent to again."""
    if place.of_run or not resend_possible(place.workspace, place.filters, now=timezone.now()):
        return None
    return FilterQuery(place.filters)


def live_summary(place: LogPlace) -> dict[str, Any]:
    """The figures that are refreshed while the run is open."""
    if place.run is None or not place.of_run:
        return {}
    counts = run_counts(place.run)
    few = counts.failed + counts.skipped <= LIVE_GROUPS_LIMIT
    return {**summary(place), "refresh_groups": True} if few else {"counts": counts}


def choices(place: LogPlace) -> dict[str, Any]:
    return {
        "runs": place.runs_offered(),
        "states": STATE_CHOICES,
        "reasons": REASON_CHOICES,
        "tests": TEST_CHOICES,
        "times": WITHIN_CHOICES,
    }


@dataclass(frozen=True)
class Refresh:
    """What the page asks for next: its unfinished rows, and what arrived above its top row."""

    seconds: int
    query: str


def refresh_of(
    place: LogPlace, rows: Iterable[Notification], top: Notification | None, opened: datetime | None
) -> Refresh | None:
    """None when nothing on the page can change any more. ``top`` is None where newer pages exist; ``opened``: when a
    page without rows was.
    """
    unfinished = [row for row in rows if row.state not in FINAL]
    live = place.is_live
    if not live and not unfinished and ((top is None and opened is None) or place.of_run):
        return None
    values: list[tuple[str, str]] = list(FilterQuery(place.filters).values().items())
    values += [("row", f"{row.run_id}:{row.id}") for row in unfinished]
    values += [("top", f"{top.run_id}:{top.id}")] if top else []
    values += [("opened", str(int(opened.timestamp())))] if opened else []
    return Refresh(LIVE_SECONDS if live or unfinished else QUIET_SECONDS, urlencode(values))


def opened_at(text: str) -> datetime | None:
    """A moment in seconds since 1970, if one is given; raises FilterInvalid."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise FilterInvalid("The moment at which the page was opened is damaged. Reload the page.", field="opened")
    return datetime.fromtimestamp(int(text), UTC)


def row_places(texts: Iterable[str]) -> list[tuple[int, UUID]]:
    """``<run>:<id>`` of each row; raises FilterInvalid."""
    try:
        pairs = [text.split(":") for text in texts]
        return [(int(run_id), UUID(row_id)) for run_id, row_id in pairs][: PAGE_SIZE + 1]
    except ValueError:
        raise FilterInvalid("A row is named <run>:<notification>. Reload the page.", field="row") from None
