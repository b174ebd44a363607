"""Reads of campaigns, always within one workspace."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Func, Q, QuerySet, TextField

from accounts.models import User, Workspace
from campaigns.errors import CampaignNotFound
from campaigns.models import Campaign, CampaignStatus
from notifications.models import Run
from notifications.selectors import RunCounts, run_counts, run_counts_many, runs_latest, runs_of_campaign, runs_open
from notifications.states import RUN_OPEN, RUN_TRANSITIONS, RunKind, RunState
from webhooks_platform.base.paging import TwoWayPage, two_way_page

LIST_ORDER = ("-updated_at", "-id")
PAGE_SIZE = 25
# A status by what is going on: a launched run of it is open.
UNDER_WAY = "under-way"
SORTS = {"": LIST_ORDER, "name": ("name", "id"), "newest": ("-id",), "oldest": ("id",)}


@dataclass(frozen=True)
class CampaignRow:
    """A line of Existing campaigns: the campaign and how its latest run stands."""

    campaign: Campaign
    run: Run | None
    counts: RunCounts | None

    @property
    def deletable(self) -> bool:
        """Nothing of it is under way."""
        return self.campaign.status != CampaignStatus.SCHEDULED and not (self.run and self.run.state in RUN_OPEN)

    @property
    def can_pause(self) -> bool:
        return self.run is not None and RunState.PAUSED in RUN_TRANSITIONS[self.run.state]

    @property
    def can_resume(self) -> bool:
        return self.run is not None and self.run.state == RunState.PAUSED

    @property
    def can_stop(self) -> bool:
        return self.run is not None and RunState.STOPPING in RUN_TRANSITIONS[self.run.state]


def campaign_get(workspace: Workspace, campaign_id: int) -> Campaign:
    """The campaign, if it is this workspace's; CampaignNotFound otherwise."""
    campaign = campaigns_of(workspace).filter(pk=campaign_id).first()
    if campaign is None:
        raise CampaignNotFound("There is no such campaign in this workspace.")
    return campaign


def campaigns_of(workspace: Workspace) -> QuerySet[Campaign]:
    return Campaign.objects.filter(workspace=workspace).select_related("workspace")


def campaigns_listed(
    workspace: Workspace, *, search: str = "", status: str = "", label: str = "", created_by: User | None = None
) -> QuerySet[Campaign]:
    """Campaigns by text (in name and labels), status or UNDER_WAY, and label; archived ones only when asked for."""
    rows = _of_status(workspace, status)
    rows = rows.filter(created_by=created_by) if created_by else rows
    if label:
        rows = rows.filter(labels__contains=[label])
    return rows.filter(Q(name__icontains=search) | Q(labels__contains=[search])) if search else rows


def _of_status(workspace: Workspace, status: str) -> QuerySet[Campaign]:
    rows = campaigns_of(workspace)
    if status == UNDER_WAY:
        return rows.filter(pk__in=runs_open(workspace).filter(kind=RunKind.LIVE).values("campaign_id"))
    return rows.filter(status=status) if status else rows.exclude(status=CampaignStatus.ARCHIVED)


def labels_used(workspace: Workspace) -> list[str]:
    """Every label of the workspace's campaigns, by name."""
    rows = campaigns_of(workspace).annotate(label=Func("labels", function="unnest", output_field=TextField()))
    return sorted(set(rows.values_list("label", flat=True)), key=str.casefold)


def campaign_rows(
    workspace: Workspace,
    *,
    search: str = "",
    status: str = "",
    label: str = "",
    created_by: User | None = None,
    sort: str = "",
    after: str = "",
    before: str = "",
) -> TwoWayPage[CampaignRow]:
    """One page of rows. Four queries, whatever the number of rows."""
    listed = campaigns_listed(workspace, search=search, status=status, label=label, created_by=created_by)
    order = SORTS.get(sort, LIST_ORDER)
    page = two_way_page(listed, order=order, after=after, before=before, size=PAGE_SIZE)
    latest = runs_latest(workspace, [campaign.pk for campaign in page.items])
    counts = run_counts_many(list(latest.values()))
    rows = [_row(campaign, latest.get(campaign.pk), counts) for campaign in page.items]
    return TwoWayPage(rows, page.newer_cursor, page.older_cursor)


def _row(campaign: Campaign, run: Run | None, counts: dict[int, RunCounts]) -> CampaignRow:
    return CampaignRow(campaign, run, counts.get(run.pk) if run else None)


def campaigns_scheduled_count(workspace: Workspace) -> int:
    """How many campaigns wait for their time."""
    return campaigns_of(workspace).filter(status=CampaignStatus.SCHEDULED).count()


def content_answered_ok_at(campaign: Campaign) -> datetime | None:
    """When the campaign's present content, its message aside, last delivered to somebody; None if it never did."""
    plumbing = campaign.content.without_message()
    for run in runs_of_campaign(campaign.workspace, campaign.pk)[:20]:
        if run.content.without_message() == plumbing and run_counts(run).delivered:
            return run.run_at
    return None
