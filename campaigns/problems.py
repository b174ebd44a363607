"""Everything that stands between a campaign and its launch, each with the place that mends it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from audience.selection import profiles_chosen
from campaigns.findings import content_findings
from campaigns.models import Campaign
from campaigns.places import field_label
from channels.models import ChannelKind
from channels.origins import origin_before_path
from channels.selectors import channel_enabled, connection_find
from notifications.selectors import runs_open
from webhooks_platform.base.errors import ProductError

Step = Literal["setup", "audience", "content", "schedule"]


@dataclass(frozen=True)
class CampaignProblem:
    """One thing to mend (error) or to know (warning). ``field`` is the id of the form field."""

    step: Step
    field: str
    message: str
    hint: str = ""
    severity: Literal["error", "warning"] = "error"
    place: str = ""

    @property
    def is_error(self) -> bool:
        return self.severity == "error"


def campaign_problems(campaign: Campaign, *, now: datetime, count_people: bool = False) -> tuple[CampaignProblem, ...]:
    """All problems found in the campaign as it is stored, in the order of the steps.

    ``count_people``: warnings of missing values say how many of the audience they concern, which reads all of it.
    """
    return (
        *_setup_problems(campaign),
        *_audience_problems(campaign),
        *_content_problems(campaign, count_people),
        *_schedule_problems(campaign, now),
    )


def _setup_problems(campaign: Campaign) -> Iterator[CampaignProblem]:
    if not campaign.channel:
        yield CampaignProblem("setup", "channel", "No channel is chosen.", "Choose Webhook in Setup.")
    elif not channel_enabled(campaign.workspace, ChannelKind.WEBHOOK):
        yield CampaignProblem(
            "setup",
            "channel",
            "The Webhook channel is switched off in this workspace.",
            "An owner or admin can switch it on in Settings > Channels > Manage Channels.",
        )
    if any(run.campaign_id == campaign.pk for run in runs_open(campaign.workspace)):
        yield CampaignProblem(
            "setup", "", "A run of this campaign is still in progress.", "A launch starts another run.", "warning"
        )


def _audience_problems(campaign: Campaign) -> Iterator[CampaignProblem]:
    try:
        if not profiles_chosen(campaign.workspace, campaign.audience).exists():
            yield CampaignProblem("audience", "kind", "Nobody is in this audience.", "Add people or widen the rules.")
    except ProductError as error:
        yield CampaignProblem("audience", error.field or "kind", error.message)


def _content_problems(campaign: Campaign, count_people: bool) -> Iterator[CampaignProblem]:
    content = campaign.content
    connection = connection_find(campaign.workspace, content.connection_id)
    if content.connection_id and connection is None:
        yield CampaignProblem(
            "content", "connection", "The connection of this campaign was removed.", "Choose another one."
        )
    audience = campaign.audience if count_people else None
    for found in content_findings(campaign.workspace, content, connection=connection, audience=audience):
        yield CampaignProblem(
            "content",
            found.field,
            found.message,
            found.hint,
            found.severity,
            field_label(found.field, found.line),
        )
    if connection and connection.has_secret and content.url and _origin(content.url) != connection.origin:
        yield CampaignProblem(
            "content",
            "url",
            f"The URL must begin with {connection.origin}, the only place where the secret of "
            f"“{connection}” may travel.",
            "Change the URL, or choose another connection.",
        )


def _origin(url: str) -> str:
    """The origin as far as it can be told; empty when it can't, which check_content reports in its own words."""
    try:
        return origin_before_path(url)
    except ProductError:
        return ""


def _schedule_problems(campaign: Campaign, now: datetime) -> Iterator[CampaignProblem]:
    schedule = campaign.schedule
    if schedule.kind == "now":
        return
    instant = schedule.at()
    if instant is None:
        yield CampaignProblem("schedule", "local", "No date and time are chosen.", "Choose them, or Send now.")
    elif not schedule.exists():
        yield CampaignProblem(
            "schedule",
            "local",
            "This time doesn't exist on that day: the clocks go forward over it.",
            "Choose a time an hour later.",
        )
    elif instant <= now:
        yield CampaignProblem("schedule", "local", "The chosen time has passed.", "Choose a later one, or Send now.")
