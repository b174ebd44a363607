"""People who did not get it, for another run that sends to them again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, QuerySet

from accounts.models import Workspace
from audience.models import Profile
from notifications.models import Notification, Run
from notifications.resend import RESENDABLE, ResendChoice, ResendState
from notifications.selectors.log import UNBOUNDED_MILLISECONDS, LogFilters, notification_rows, within_time
from notifications.selectors.runs import runs_of_campaign
from notifications.states import RunKind


def resend_choice(
    filters: LogFilters, run_id: int, states: Sequence[ResendState] = ("failed",), *, same_webhook_id: bool = False
) -> ResendChoice:
    """The run's people whom the log's filters show; "the last hour" becomes the hour before now."""
    return ResendChoice(
        run_id=run_id,
        states=tuple(states),
        reason=filters.reason,
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


def _by_state(counted: dict[str, int]) -> dict[ResendState, int]:
    return {state: counted.get(state, 0) for state in RESENDABLE}


def resends_of(run: Run) -> QuerySet[Run]:
    """The runs that sent again to people of this one, latest first."""
    return runs_of_campaign(run.workspace, run.campaign_id).filter(resend__run_id=run.pk)
