"""A campaign that waits for its time: when it launches by itself, and what stays as it is until then."""

from collections.abc import Iterable

from campaigns.errors import CampaignScheduled
from campaigns.models import Campaign, CampaignStatus

# What a launch sends, to whom, how and when. The name and the labels are for the team alone.
FIXED = frozenset({"channel", "audience", "content", "schedule"})


def launch_moment(campaign: Campaign) -> str:
    """When a scheduled campaign launches, by its clock, in words; empty for one that isn't scheduled."""
    if campaign.status != CampaignStatus.SCHEDULED or campaign.launch_at is None:
        return ""
    words: str = campaign.schedule.moment_words(campaign.launch_at)
    return words


def scheduled_check(campaign: Campaign, changed: Iterable[str]) -> None:
    """Raises CampaignScheduled for a change of what the campaign is going to launch."""
    fixed = sorted(FIXED.intersection(changed))
    if fixed and campaign.status == CampaignStatus.SCHEDULED:
        raise CampaignScheduled(
            f"“{campaign.name}” is scheduled: it launches by itself on {launch_moment(campaign)}. "
            f"Take it off the schedule first, then change its {' and '.join(fixed)}."
        )
