"""What depends on the channel being on, for Manage Channels. Webhook is the only kind."""

from collections.abc import Sequence

from django.urls import reverse

from accounts.models import Workspace
from campaigns.models import Campaign, CampaignStatus
from channels.registry import ChannelDependent
from notifications.selectors import runs_open
from notifications.states import RUN_SENDING, RunState


def channel_dependents_of(workspace: Workspace, kind: str) -> Sequence[ChannelDependent]:
    """Runs first, then the campaigns that could start some. What there is none of is left out; two queries."""
    campaigns = reverse("campaigns", kwargs={"workspace": workspace.slug})
    log = reverse("notifications_log", kwargs={"workspace": workspace.slug})
    states = list(runs_open(workspace).values_list("state", flat=True))
    sending, paused = sum(state in RUN_SENDING for state in states), states.count(RunState.PAUSED)
    statuses = list(
        Campaign.objects.filter(workspace=workspace, channel=kind)
        .exclude(status=CampaignStatus.ARCHIVED)
        .values_list("status", flat=True)
    )
    scheduled, drafts = statuses.count(CampaignStatus.SCHEDULED), statuses.count(CampaignStatus.DRAFT)
    found = (
        ChannelDependent(_words("run", sending, "in flight"), sending, log),
        ChannelDependent(_words("run", paused, "paused"), paused, log),
        ChannelDependent(_words("campaign", scheduled, "scheduled"), scheduled, f"{campaigns}?status=scheduled"),
        ChannelDependent(_words("campaign", drafts, "in draft"), drafts, f"{campaigns}?status=draft"),
        ChannelDependent(
            _words("campaign", len(statuses) - scheduled - drafts, "launched"),
            len(statuses) - scheduled - drafts,
            f"{campaigns}?status=launched",
        ),
    )
    return [dependent for dependent in found if dependent.count]


def _words(noun: str, count: int, state: str) -> str:
    return f"{noun if count == 1 else noun + 's'} {state}"
