"""Everything that stands between a campaign and its launch, each with the place that mends it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from audience.selection import profiles_chosen
from campaigns.finding import Finding
from campaigns.findings import content_findings
from campaigns.lacking import AskLacking, lacking_asked, lacking_counted
from campaigns.models import Campaign
from campaigns.places import field_label
from channels.defaults import daily_limit_problem
from channels.models import ChannelKind
from channels.origins import origin_before_path
from channels.selectors import channel_enabled, connection_find
from notifications.selectors import runs_open
from webhooks_platform.base.errors import ProductError

Step = Literal["setup", "audience", "content", "schedule"]
STEP_WORDS = {"setup": "Setup", "audience": "Audience", "content": "Content", "schedule": "Schedule"}
Asking = Literal["", "nobody", "counts"]
ASK: dict[Asking, AskLacking] = {"nobody": lacking_asked, "counts": lacking_counted}


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

    @property
    def words(self) -> str:
        return f"{self.message} {self.hint}".strip()

    @property
    def where(self) -> str:
        """The step, and the place in it where that is known: "Content, Headers, row 2"."""
        return f"{STEP_WORDS[self.step]}, {self.place}" if self.place else STEP_WORDS[self.step]


def campaign_problems(campaign: Campaign, *, now: datetime, asking: Asking = "") -> tuple[CampaignProblem, ...]:
    """All problems found in the campaign as it is stored, in the order of the steps.

    ``asking`` of the audience: "nobody" finds the variables that nobody has, which a launch must not miss; "counts"
    also says how many people lack each, and reads all of the audience.
    """
    return (
        *_setup_problems(campaign),
        *_audience_problems(campaign, now),
        *_content_problems(campaign, asking),
        *_schedule_problems(campaign, now),
    )


def content_problem(found: Finding) -> CampaignProblem:
    """A finding of the content with its place in words."""
    place = field_label(found.field, found.line)
    return CampaignProblem("content", found.field, found.message, found.hint, found.severity, place)


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


def _audience_problems(campaign: Campaign, now: datetime) -> Iterator[CampaignProblem]:
    try:
        people = profiles_chosen(campaign.workspace, campaign.audience)
        if not people.exists():
            hint = "Add people or widen the rules."
            yield CampaignProblem("audience", "audience", "Nobody is in this audience.", hint)
        moment = max(campaign.schedule.at() or now, now)
        if passed := daily_limit_problem(campaign.workspace, ChannelKind.WEBHOOK, people, moment):
            yield CampaignProblem(
                "audience",
                "audience",
                passed,
                "Narrow the audience or launch on another day; an admin can raise the limit in Manage Channels.",
            )
    except ProductError as error:
        # Of a segment with a rule that can't be tested any more the page shows the choice of segments.
        field = "segment_id" if campaign.audience.kind == "segment" else error.field or "audience"
        yield CampaignProblem("audience", field, error.message)


def _content_problems(campaign: Campaign, asking: Asking) -> Iterator[CampaignProblem]:
    content = campaign.content
    connection = connection_find(campaign.workspace, content.connection_id)
    if content.connection_id and connection is None:
        yield CampaignProblem(
            "content", "connection", "The connection of this campaign was removed.", "Choose another one."
        )
    audience = campaign.audience if asking else None
    ask = ASK.get(asking, lacking_asked)
    found = content_findings(campaign.workspace, content, connection=connection, audience=audience, ask=ask)
    yield from map(content_problem, found)
    if connection and connection.carries_secrets and content.url and _origin(content.url) != connection.origin:
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
    elif schedule.kind == "repeat":
        if schedule.next_after(now) is None:
            hint = "Choose a later last day, or none."
            yield CampaignProblem("schedule", "local", "The last of the repeated times has passed.", hint)
    elif not schedule.exists():
        yield CampaignProblem(
            "schedule",
            "local",
            "This time doesn't exist on that day: the clocks go forward over it.",
            "Choose a time an hour later.",
        )
    elif instant <= now:
        yield CampaignProblem("schedule", "local", "The chosen time has passed.", "Choose a later one, or Send now.")
