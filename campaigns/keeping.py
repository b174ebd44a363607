"""What the Options of Existing campaigns do to a campaign as a whole: duplicate, rename, label, archive, delete."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import audit
from accounts.permissions import permit
from campaigns.errors import CampaignBusy
from campaigns.models import Campaign, CampaignStatus
from campaigns.schedule import Schedule
from campaigns.services import campaign_create, campaign_resting_status, campaign_update
from notifications.selectors import runs_of_campaign
from notifications.states import RUN_OPEN
from webhooks_platform.base.transitions import Transitions, move


@transaction.atomic
def campaign_duplicate(*, campaign: Campaign, actor: Actor) -> Campaign:
    """A new draft with the same parts and pace, not scheduled."""
    return campaign_create(
        actor=actor,
        name=f"Copy of {campaign.name}"[:120],
        labels=campaign.labels,
        channel=campaign.channel,
        audience=campaign.audience,
        content=campaign.content,
        schedule=Schedule(rate=campaign.schedule.rate),
    )


@transaction.atomic
def campaign_label(*, campaign: Campaign, actor: Actor, labels: Iterable[str]) -> Campaign:
    """Adds labels to those that the campaign has; raises InvalidInput where they would be too many."""
    kept = {label.casefold() for label in campaign.labels}
    new = [label for label in labels if label.casefold() not in kept]
    return campaign_update(campaign=campaign, actor=actor, revision=campaign.revision, labels=[*campaign.labels, *new])


@transaction.atomic
def campaign_archive(*, campaign: Campaign, actor: Actor) -> Campaign:
    """Takes the campaign out of the list and off the clock. Its runs go on, and they and their log stay."""
    permit(actor, "campaign.edit")
    _move(campaign, CampaignStatus.ARCHIVED, launch_at=None)
    audit(actor, "campaign.archived", campaign)
    return campaign


@transaction.atomic
def campaign_unarchive(*, campaign: Campaign, actor: Actor) -> Campaign:
    """Brings it back into the list: as launched if it ever ran, else as a draft. A schedule does not come back."""
    permit(actor, "campaign.edit")
    resting = campaign_resting_status(campaign)
    _move(campaign, resting, only_from=CampaignStatus.ARCHIVED)
    audit(actor, "campaign.unarchived", campaign)
    return campaign


def _move(campaign: Campaign, to: CampaignStatus, *, only_from: str = "", **changes: Any) -> None:
    """The revision grows, so that nobody launches from a page that shows the old state."""
    stored = Campaign.objects.select_for_update().get(pk=campaign.pk)
    transitions: Transitions = {only_from: frozenset({to})} if only_from else Campaign.TRANSITIONS
    passive = "archived" if to == CampaignStatus.ARCHIVED else "unarchived"
    changes |= {"revision": stored.revision + 1, "updated_at": timezone.now()}
    move(campaign, to, transitions=transitions, passive=passive, **changes)


@transaction.atomic
def campaign_delete(*, campaign: Campaign, actor: Actor) -> None:
    """Removes the campaign for good. Its runs and their log stay and keep its name.

    Raises CampaignBusy while a run is open or the campaign waits for its time.
    """
    permit(actor, "campaign.edit")
    audit(actor, "campaign.deleted", campaign, name=campaign.name)
    if runs_of_campaign(campaign.workspace, campaign.pk).filter(state__in=sorted(RUN_OPEN)).exists():
        raise CampaignBusy(f"“{campaign.name}” has a run that is not over. Stop it or let it end, then delete.")
    waiting = Campaign.objects.filter(pk=campaign.pk, status=CampaignStatus.SCHEDULED)
    if waiting.exists() or not Campaign.objects.filter(pk=campaign.pk).delete()[0]:
        raise CampaignBusy(f"“{campaign.name}” is scheduled. Take it off the schedule, then delete it.")
