"""The notifications log: filtered rows, newest run first, in pages that stay put while rows arrive."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from accounts.models import Workspace
from audience.models import Profile
from audience.selectors import erased_profile_id, profile_ids_with_email
from notifications.errors import LogTooLarge
from notifications.models import Notification, Run
from notifications.reasons import Explanation, explain
from notifications.selectors.runs import run_get, runs_listed, runs_of_campaign
from notifications.states import PENDING, RUN_FINAL, NotificationState, ends_as
from webhooks_platform.base.paging import TwoWayPage, two_way_page

# Ids rise with time, and neither column ever changes: a row keeps its place whatever becomes of it.
LOG_ORDER = ("-run_at", "-id")
# Within a run the time is the same for all: leaving it out lets the index find any page at once.
RUN_ORDER = ("-id",)
# Final states of rows with a reason: they have an index of their own. Retries are in that of due rows.
ENDED_WITH_REASON = Q(state__in=[NotificationState.FAILED, NotificationState.SKIPPED, NotificationState.CANCELLED])
# A filter without a run may have to read years: it is given up rather than left to hold the database.
UNBOUNDED_MILLISECONDS = 5_000
# A campaign's log reaches back this many runs; a run of its own reaches back as far as rows are kept.
RUNS_PER_CAMPAIGN = 200
# Up to so many runs of a time are named one by one; beyond, everything since the earliest of them is read.
RUNS_PER_TIME = 1_000
# Up to so many people with one e-mail address are named one by one, which leads through the index.
PEOPLE_PER_ADDRESS = 100
NEWER_LIMIT = 100
# Asked again every few seconds by each page that opened empty: a longer count waits for the next time.
SINCE_MILLISECONDS = 300
# The clocks of the web server and the database may differ by so much.
CLOCKS_APART = timedelta(minutes=1)
PENDING_STATES = "pending"
QUERY_CANCELED = "57014"


@dataclass(frozen=True)
class LogFilters:
    """What the log is narrowed to; None or empty: not at all. State "pending": any that is not final.

    ``detail``: exactly this detail of the reason; empty: people without one, such as those who were erased.
    ``person``: an exact user ID, or else an exact e-mail address in any case. ``since`` and ``until``: when the row
    last changed, both included. ``within``: since so long ago, and ``since`` is left aside.
    """

    campaign: int | None = None
    run: int | None = None
    state: str = ""
    reason: str = ""
    detail: str | None = None
    status_code: int | None = None
    person: str = ""
    test: bool | None = None
    within: timedelta | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def earliest(self) -> datetime | None:
        """The first moment of the time asked for."""
        return self.since if self.within is None else timezone.now() - self.within

    def fixed(self) -> "LogFilters":
        """The same, with "the last hour" as the moment at which that began."""
        return replace(self, within=None, since=self.earliest)


@dataclass(frozen=True)
class LogRow:
    """One row of the log with what the page says about it. ``person_name`` is empty for a removed profile."""

    notification: Notification
    run: Run
    person_name: str

    @property
    def explanation(self) -> Explanation:
        row = self.notification
        return explain(row.reason, row.status_code, row.reason_detail, is_of_test=self.run.is_test)


def notification_rows(workspace: Workspace, filters: LogFilters) -> QuerySet[Notification]:
    """The rows that match. Raises RunNotFound for a run of somewhere else."""
    rows = Notification.objects.filter(workspace_id=workspace.pk).defer("person", "request")
    run = None if filters.run is None else run_get(workspace, filters.run)
    rows = rows.filter(_place(workspace, filters, run), _person(workspace, filters))
    if filters.state:
        states = sorted(PENDING) if filters.state == PENDING_STATES else [filters.state]
        rows = rows.filter(state__in=states) if len(states) > 1 else rows.filter(state=states[0])
    if filters.reason:
        rows = rows.filter(reason=filters.reason)
    if filters.detail is not None:
        rows = rows.filter(reason_detail=filters.detail).exclude(reason="")
    if (filters.reason or filters.detail is not None) and not filters.state:
        rows = rows.filter(_with_reason(filters.reason, run))
    if filters.status_code is not None:
        rows = rows.filter(status_code=filters.status_code)
    if filters.test is not None:
        rows = rows.filter(is_test=filters.test)
    return rows.filter(_time(filters))


def _time(filters: LogFilters) -> Q:
    since = Q() if filters.earliest is None else Q(updated_at__gte=filters.earliest)
    return since if filters.until is None else since & Q(updated_at__lte=filters.until)


def _with_reason(reason: str, run: Run | None) -> Q:
    """The states in which rows have a reason, this one where one is asked for. Of a single state the index of problems
    is in the order of the page, and a run that is over has no retries.
    """
    ended = Q(state=ends_as(reason)) if reason else ENDED_WITH_REASON
    return ended if run is not None and run.state in RUN_FINAL else ended | Q(state=NotificationState.RETRYING)


def _place(workspace: Workspace, filters: LogFilters, run: Run | None) -> Q:
    """Always by ``run_at`` where that is known: it leads to the partition and through the index."""
    if run is not None:
        return Q(run_at=run.run_at, run_id=run.pk)
    if filters.campaign is not None:
        runs = runs_of_campaign(workspace, filters.campaign).values_list("run_at", "pk")[:RUNS_PER_CAMPAIGN]
        times = [run_at for run_at, _ in runs]
        return Q(run_at__in=times, campaign_id=filters.campaign)
    if filters.earliest or filters.until:
        return _runs_of_time(workspace, filters)
    return Q()


def _runs_of_time(workspace: Workspace, filters: LogFilters) -> Q:
    """Rows change between their run's launch and its end only, and runs are few: they lead to the rows."""
    runs = runs_listed(workspace)
    if filters.until:
        runs = runs.filter(run_at__lte=filters.until)
    if filters.earliest:
        runs = runs.filter(Q(finished_at=None) | Q(finished_at__gte=filters.earliest))
    times = list(runs.values_list("run_at", flat=True)[: RUNS_PER_TIME + 1])
    if len(times) <= RUNS_PER_TIME:
        return Q(run_at__in=times)
    return Q(run_at__gte=runs.aggregate(earliest=Min("run_at"))["earliest"], run_at__lte=times[0])


def _person(workspace: Workspace, filters: LogFilters) -> Q:
    """By the profile's id where the profile exists: it has an index. A removed person is found within a run."""
    if not filters.person:
        return Q()
    profile_id = (
        Profile.objects.filter(workspace=workspace, user_id=filters.person).values_list("pk", flat=True).first()
    )
    if profile_id is None:
        profile_id = erased_profile_id(workspace, filters.person)
    if profile_id is not None:
        return Q(profile_id=profile_id)
    if addressed := _with_address(workspace, filters.person):
        return addressed
    return Q(user_id=filters.person) if filters.run is not None else Q(pk__in=[])


def _with_address(workspace: Workspace, email: str) -> Q | None:
    """None when nobody has it. People may share one: named by their ids while they are few."""
    found = profile_ids_with_email(workspace, email)
    few = list(found[: PEOPLE_PER_ADDRESS + 1])
    return Q(profile_id__in=few if len(few) <= PEOPLE_PER_ADDRESS else found) if few else None


def notification_page(
    workspace: Workspace, filters: LogFilters, *, after: str = "", before: str = "", size: int = 50
) -> TwoWayPage[Notification]:
    """One page of the log; raises InvalidInput for a bad cursor, LogTooLarge where only a run can be searched."""
    rows = notification_rows(workspace, filters)
    if filters.run is not None:
        return two_way_page(rows, order=RUN_ORDER, after=after, before=before, size=size)
    with within_time(UNBOUNDED_MILLISECONDS):
        return two_way_page(rows, order=LOG_ORDER, after=after, before=before, size=size)


@contextmanager
def within_time(milliseconds: int) -> Iterator[None]:
    """Raises LogTooLarge when a statement inside takes longer."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"set local statement_timeout = {milliseconds:d}")
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != QUERY_CANCELED:
            raise
        raise LogTooLarge("There are too many rows to search for this at once. Choose a run as well.") from None


def rows_newer_count(workspace: Workspace, filters: LogFilters, top: Notification) -> int:
    """How many matching rows came above ``top`` since, counted up to NEWER_LIMIT."""
    rows = notification_rows(workspace, filters)
    same_time = _counted(rows.filter(run_at=top.run_at, id__gt=top.id).order_by("id"))
    if filters.run is not None or same_time >= NEWER_LIMIT:
        return same_time
    return min(NEWER_LIMIT, same_time + _counted(rows.filter(run_at__gt=top.run_at).order_by("run_at", "id")))


def rows_since_count(workspace: Workspace, filters: LogFilters, opened: datetime) -> int:
    """How many rows match where none did at ``opened``, counted up to NEWER_LIMIT; 0 where that takes too long."""
    since = opened - CLOCKS_APART
    lately = replace(filters, within=None, since=max(since, filters.earliest or since))
    rows = notification_rows(workspace, lately)
    if filters.run is None:
        rows = rows.filter(_runs_of_time(workspace, lately))
    try:
        with within_time(SINCE_MILLISECONDS):
            return _counted(rows.order_by())
    except LogTooLarge:
        return 0


def _counted(rows: QuerySet[Notification]) -> int:
    return len(rows.values_list("id")[:NEWER_LIMIT])


def log_rows(workspace: Workspace, notifications: list[Notification]) -> list[LogRow]:
    """The rows with their runs and names: two queries, however many rows."""
    runs = Run.objects.filter(workspace=workspace).in_bulk({row.run_id for row in notifications})
    names = _names(workspace, {row.profile_id for row in notifications})
    return [LogRow(row, runs[row.run_id], names.get(row.profile_id, "")) for row in notifications]


def _names(workspace: Workspace, profile_ids: set[int]) -> dict[int, str]:
    profiles = Profile.objects.filter(workspace=workspace, pk__in=profile_ids)
    return {profile.pk: profile.name for profile in profiles.only("first_name", "last_name")}


def rows_by_id(workspace: Workspace, places: list[tuple[int, UUID]]) -> list[Notification]:
    """The rows of these (run, id) as they are now, for the page that shows them."""
    runs = Run.objects.filter(workspace=workspace).in_bulk({run_id for run_id, _ in places})
    rows = Notification.objects.filter(
        workspace_id=workspace.pk,
        run_at__in=sorted({run.run_at for run in runs.values()}),
        id__in=[row_id for _, row_id in places],
    )
    return list(rows.defer("person", "request")) if runs else []
