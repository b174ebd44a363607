"""The notifications log: filtered rows, newest run first, in pages that stay put while rows arrive."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Workspace
from audience.models import Profile
from notifications.models import Notification, Run
from notifications.reasons import Explanation, explain
from notifications.selectors.runs import run_get, runs_of_campaign
from notifications.states import PENDING
from webhooks_platform.base.paging import TwoWayPage, two_way_page

# Ids rise with time, and neither column ever changes: a row keeps its place whatever becomes of it.
LOG_ORDER = ("-run_at", "-id")
# A campaign's log reaches back this many runs; a run of its own reaches back as far as rows are kept.
RUNS_PER_CAMPAIGN = 200
NEWER_LIMIT = 100
PENDING_STATES = "pending"


@dataclass(frozen=True)
class LogFilters:
    """What the log is narrowed to; None or empty: not at all. State "pending": any that is not final."""

    campaign: int | None = None
    run: int | None = None
    state: str = ""
    reason: str = ""
    status_code: int | None = None
    person: str = ""
    test: bool | None = None


@dataclass(frozen=True)
class LogRow:
    """One row of the log with what the page says about it. ``person_name`` is empty for a removed profile."""

    notification: Notification
    run: Run
    person_name: str

    @property
    def explanation(self) -> Explanation:
        row = self.notification
        return explain(row.reason, row.status_code, row.reason_detail)


def notification_rows(workspace: Workspace, filters: LogFilters) -> QuerySet[Notification]:
    """The rows that match. Raises RunNotFound for a run of somewhere else."""
    rows = Notification.objects.filter(workspace_id=workspace.pk).defer("person", "request")
    rows = rows.filter(_place(workspace, filters), _person(workspace, filters))
    if filters.state:
        states = sorted(PENDING) if filters.state == PENDING_STATES else [filters.state]
        rows = rows.filter(state__in=states) if len(states) > 1 else rows.filter(state=states[0])
    if filters.reason:
        rows = rows.filter(reason=filters.reason)
    if filters.status_code is not None:
        rows = rows.filter(status_code=filters.status_code)
    if filters.test is not None:
        rows = rows.filter(is_test=filters.test)
    return rows


def _place(workspace: Workspace, filters: LogFilters) -> Q:
    """Always by ``run_at`` where that is known: it leads to the partition and through the index."""
    if filters.run is not None:
        run = run_get(workspace, filters.run)
        return Q(run_at=run.run_at, run_id=run.pk)
    if filters.campaign is not None:
        runs = runs_of_campaign(workspace, filters.campaign).values_list("run_at", "pk")[:RUNS_PER_CAMPAIGN]
        times = [run_at for run_at, _ in runs]
        return Q(run_at__in=times, campaign_id=filters.campaign)
    return Q()


def _person(workspace: Workspace, filters: LogFilters) -> Q:
    """By the profile's id where the profile exists: it has an index. A removed person is found within a run."""
    if not filters.person:
        return Q()
    profile_id = (
        Profile.objects.filter(workspace=workspace, user_id=filters.person).values_list("pk", flat=True).first()
    )
    if profile_id is not None:
        return Q(profile_id=profile_id)
    return Q(user_id=filters.person) if filters.run is not None else Q(pk__in=[])


def notification_page(
    workspace: Workspace, filters: LogFilters, *, after: str = "", before: str = "", size: int = 50
) -> TwoWayPage[Notification]:
    """One page of the log; raises InvalidInput for a bad cursor."""
    return two_way_page(notification_rows(workspace, filters), order=LOG_ORDER, after=after, before=before, size=size)


def rows_newer_count(workspace: Workspace, filters: LogFilters, top: Notification) -> int:
    """How many matching rows came above ``top`` since, counted up to NEWER_LIMIT."""
    newer = Q(run_at__gt=top.run_at) | Q(run_at=top.run_at, id__gt=top.id)
    rows = notification_rows(workspace, filters).filter(newer, run_at__gte=top.run_at)
    return len(rows.order_by("run_at", "id").values_list("id")[:NEWER_LIMIT])


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
