"""People who did not get it, for another run that sends to them again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, QuerySet

from accounts.models import Workspace
from audience.models import Profile
from notifications.errors import LogTooLarge
from notifications.models import Notification, Run, RunTally
from notifications.resend import RESENDABLE, ResendChoice, ResendState
from notifications.selectors.log import UNBOUNDED_MILLISECONDS, LogFilters, notification_rows, within_time
from notifications.selectors.runs import runs_listed, runs_of_campaign
from notifications.states import RunKind

RUNS_TAKEN = 1_000
# Whether a button is shown is not worth more of a page's time.
GLANCE_MILLISECONDS = 300


def resend_choice(
    filters: LogFilters, run_id: int, states: Sequence[ResendState] = ("failed",), *, same_webhook_id: bool = False
) -> ResendChoice:
    """The run's people whom the log's filters show; "the last hour" becomes the hour before now."""
    return ResendChoice(
        run_id=run_id,
        states=tuple(states),
        reason=filters.reason,
        detail=filters.detail,
        status_code=filters.status_code,
        person=filters.person,
        test=filters.test,
        since=filters.earliest,
        until=filters.until,
        same_webhook_id=same_webhook_id,
    )


def resend_rows(workspace: Workspace, choice: ResendChoice, *, until: datetime) -> QuerySet[Notification]:
    """The run's rows that ended as chosen at ``until`` at the latest, of people whose profile is still there.

    Final rows don't change, so the answer for one moment stays the same however long the reading takes.
    """
    filters = LogFilters(
        run=choice.run_id,
        reason=choice.reason,
        detail=choice.detail,
        status_code=choice.status_code,
        person=choice.person,
        test=choice.test,
        since=choice.since,
        until=choice.until,
    )
    return _ended(workspace, filters, until).filter(state__in=choice.states)


def _ended(workspace: Workspace, filters: LogFilters, until: datetime) -> QuerySet[Notification]:
    profile = Profile.objects.filter(pk=OuterRef("profile_id"), workspace=workspace)
    rows = notification_rows(workspace, filters).filter(state__in=RESENDABLE, updated_at__lte=until)
    return rows.filter(Exists(profile))


def resend_counts(workspace: Workspace, choice: ResendChoice, *, until: datetime) -> dict[ResendState, int]:
    """How many people a resend of each state would reach, whatever states are chosen. One query."""
    rows = resend_rows(workspace, choice.model_copy(update={"states": RESENDABLE}), until=until)
    return _by_state(dict(rows.order_by().values_list("state").annotate(Count("id"))))


def resend_counts_by_run(
    workspace: Workspace, filters: LogFilters, *, until: datetime
) -> dict[int, dict[ResendState, int]]:
    """How many people of each live run with any, latest run first, ended in each state. The state filtered by is left
    aside. Raises LogTooLarge where only a run can be searched.
    """
    rows = _ended(workspace, replace(filters, state=""), until).order_by("-run_at", "-run_id")
    with within_time(UNBOUNDED_MILLISECONDS):
        counted = list(rows.values_list("run_id", "state").annotate(Count("id"), at=F("run_at")))
    runs: dict[int, dict[str, int]] = {}
    for run_id, state, people, _ in counted:
        runs.setdefault(run_id, {})[state] = people
    live = set(Run.objects.filter(pk__in=runs, kind=RunKind.LIVE).values_list("pk", flat=True))
    return {run_id: _by_state(states) for run_id, states in runs.items() if run_id in live}


def resend_possible(workspace: Workspace, filters: LogFilters, *, now: datetime) -> bool:
    """Whether a live run has anybody of those filtered to send to again: one such row is looked for, in the latest
    RUNS_TAKEN runs whose tallies know of any. Yes where that takes too long: the page that resends counts.
    """
    states = RESENDABLE if not filters.state else tuple(state for state in RESENDABLE if state == filters.state)
    runs = list(_runs_with(workspace, filters, states))
    if not runs:
        return False
    rows = _ended(workspace, filters, now).filter(run_at__in=[at for at, _ in runs], run_id__in=[pk for _, pk in runs])
    try:
        with within_time(GLANCE_MILLISECONDS):
            return rows.filter(state__in=states).exists()
    except LogTooLarge:
        return True


def _runs_with(
    workspace: Workspace, filters: LogFilters, states: Sequence[ResendState]
) -> QuerySet[Run, tuple[datetime, int]]:
    ended = RunTally.objects.filter(run=OuterRef("pk"), state__in=states, count__gt=0)
    listed = runs_listed(workspace) if filters.campaign is None else runs_of_campaign(workspace, filters.campaign)
    runs = listed.filter(Exists(ended), kind=RunKind.LIVE)
    return runs.values_list("run_at", "pk")[:RUNS_TAKEN]


def _by_state(counted: dict[str, int]) -> dict[ResendState, int]:
    return {state: counted.get(state, 0) for state in RESENDABLE}


def resends_of(run: Run) -> QuerySet[Run]:
    """The runs that sent again to people of this one, latest first."""
    return runs_of_campaign(run.workspace, run.campaign_id).filter(resend__run_id=run.pk)
