"""Runs and their counts."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from accounts.models import Workspace
from notifications.errors import RunNotFound
from notifications.models import Notification, Run, RunTally
from notifications.states import RUN_OPEN, NotificationState


@dataclass(frozen=True)
class RunCounts:
    """audience = delivered + failed + skipped + cancelled + pending, at any moment."""

    audience: int
    delivered: int = 0
    failed: int = 0
    skipped: int = 0
    cancelled: int = 0

    @property
    def pending(self) -> int:
        return self.audience - self.finished

    @property
    def finished(self) -> int:
        return self.delivered + self.failed + self.skipped + self.cancelled


def run_get(workspace: Workspace, run_id: int) -> Run:
    """Raises RunNotFound for an id that is not this workspace's."""
    run = Run.objects.select_related("launched_by").filter(workspace=workspace, pk=run_id).first()
    if run is None:
        raise RunNotFound("This run does not exist in this workspace. Open it from the campaign or the log.")
    return run


def run_counts(run: Run) -> RunCounts:
    """The sum of the run's tallies. The run's ``audience_count`` is taken as loaded."""
    return run_counts_many([run])[run.pk]


def run_counts_many(runs: Iterable[Run]) -> dict[int, RunCounts]:
    """The counts of each run by its id, in one query."""
    listed = list(runs)
    sums: dict[int, dict[str, int]] = {run.pk: {} for run in listed}
    for run_id, state, count in (
        RunTally.objects.filter(run__in=[run.pk for run in listed])
        .values_list("run_id", "state")
        .annotate(total=Sum("count"))
    ):
        sums[run_id][state] = count
    return {run.pk: _counts(run.audience_count, sums[run.pk]) for run in listed}


def _counts(audience: int, sums: dict[str, int]) -> RunCounts:
    return RunCounts(
        audience=audience,
        delivered=sums.get(NotificationState.DELIVERED, 0),
        failed=sums.get(NotificationState.FAILED, 0),
        skipped=sums.get(NotificationState.SKIPPED, 0),
        cancelled=sums.get(NotificationState.CANCELLED, 0),
    )


def runs_listed(workspace: Workspace) -> QuerySet[Run]:
    """All runs, latest first."""
    return Run.objects.filter(workspace=workspace).order_by("-run_at", "-id")


def runs_of_campaign(workspace: Workspace, campaign_id: int) -> QuerySet[Run]:
    """The campaign's runs, tests included, latest first."""
    return runs_listed(workspace).filter(campaign_id=campaign_id)


def runs_open(workspace: Workspace) -> QuerySet[Run]:
    """Runs that still have people waiting, paused ones included."""
    return runs_listed(workspace).filter(state__in=sorted(RUN_OPEN))


def runs_of_campaigns_open(workspace: Workspace, campaign_ids: Iterable[int]) -> set[int]:
    """Those of the campaigns that have a run which is not over."""
    rows = runs_open(workspace).filter(campaign_id__in=list(campaign_ids))
    return set(rows.order_by().values_list("campaign_id", flat=True))


def runs_latest(workspace: Workspace, campaign_ids: Iterable[int]) -> dict[int, Run]:
    """The latest live run of each campaign that has one, in one query."""
    runs = (
        Run.objects.filter(workspace=workspace, campaign_id__in=list(campaign_ids), kind="live")
        .order_by("campaign_id", "-run_at", "-id")
        .distinct("campaign_id")
    )
    return {run.campaign_id: run for run in runs}


def notification_of_run(run: Run) -> Notification | None:
    """The only row of a test run; the first one of any other; None before it is prepared."""
    rows = Notification.objects.filter(workspace_id=run.workspace_id, run_at=run.run_at, run_id=run.pk)
    return rows.order_by("id").first()
