"""People of a run who did not get it, for another run that sends to them again."""

from datetime import datetime

from django.db.models import Count, Exists, OuterRef, QuerySet

from accounts.models import Workspace
from audience.models import Profile
from notifications.models import Notification, Run
from notifications.resend import RESENDABLE, ResendChoice
from notifications.selectors.log import LogFilters, notification_rows
from notifications.selectors.runs import runs_of_campaign


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
    )
    profile = Profile.objects.filter(pk=OuterRef("profile_id"), workspace=workspace)
    rows = notification_rows(workspace, filters).filter(state__in=choice.states, updated_at__lte=until)
    return rows.filter(Exists(profile))


def resend_counts(workspace: Workspace, choice: ResendChoice, *, until: datetime) -> dict[str, int]:
    """How many people a resend of each state would reach, whatever states are chosen. One query."""
    rows = resend_rows(workspace, choice.model_copy(update={"states": RESENDABLE}), until=until)
    counted = dict(rows.order_by().values_list("state").annotate(Count("id")))
    return {state: counted.get(state, 0) for state in RESENDABLE}


def resends_of(run: Run) -> QuerySet[Run]:
    """The runs that sent again to people of this one, latest first."""
    return runs_of_campaign(run.workspace, run.campaign_id).filter(resend__run_id=run.pk)
