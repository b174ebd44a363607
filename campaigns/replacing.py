"""Replacing a campaign's content as a whole, and taking that back."""

from django.db import transaction

from accounts.actors import Actor
from campaigns.errors import EditedMeanwhile
from campaigns.models import Campaign
from campaigns.services import campaign_update
from campaigns.set_aside import Replaced
from templates_lib.content import WebhookContent
from templates_lib.models import Template


def content_replace(*, campaign: Campaign, actor: Actor, revision: int, content: WebhookContent) -> Campaign:
    """Saves the content and sets the one before aside for `content_restore`; raises EditedMeanwhile."""
    before = Replaced(
        revision=revision + 1,
        content=campaign.content,
        template=campaign.template_id,
        template_version=campaign.template_version,
    )
    aside = campaign.set_aside.with_replaced(before)
    return campaign_update(campaign=campaign, actor=actor, revision=revision, content=content, set_aside=aside)


@transaction.atomic
def content_restore(*, campaign: Campaign, actor: Actor) -> Campaign:
    """Brings back the content that `content_replace` set aside.

    Raises EditedMeanwhile when the campaign was changed since, or was restored already: then nothing is changed.
    """
    before = campaign.set_aside.replaced
    if before is None:
        raise _changed_since(campaign)
    aside = campaign.set_aside.with_replaced(None)
    try:
        campaign_update(
            campaign=campaign, actor=actor, revision=before.revision, content=before.content, set_aside=aside
        )
    except EditedMeanwhile:
        raise _changed_since(campaign) from None
    return _template_as_before(campaign, before)


def _changed_since(campaign: Campaign) -> EditedMeanwhile:
    return EditedMeanwhile(f"“{campaign.name}” was changed since, so nothing was undone and no change is lost.")


def _template_as_before(campaign: Campaign, before: Replaced) -> Campaign:
    """None where the template is gone by now."""
    template = Template.objects.filter(workspace=campaign.workspace_id, pk=before.template or 0).first()
    campaign.template, campaign.template_version = template, before.template_version if template else None
    changes = {"template": template, "template_version": campaign.template_version}
    Campaign.objects.filter(pk=campaign.pk).update(**changes)
    return campaign
