"""Filling a campaign from a template, and remembering which one it came from."""

from collections.abc import Sequence

from django.db import transaction
from django.urls import reverse

from accounts.actors import Actor
from campaigns.models import Campaign, CampaignStatus
from campaigns.replacing import content_replace
from templates_lib.models import Template
from templates_lib.registry import TemplateUse
from templates_lib.services import template_content


@transaction.atomic
def campaign_fill(*, campaign: Campaign, actor: Actor, revision: int, template: Template) -> Campaign:
    """Replaces the content, its message text aside, by the template's. Raises EditedMeanwhile.

    `content_restore` takes it back.
    """
    content = template_content(template).with_message(campaign.content.message_text)
    content_replace(campaign=campaign, actor=actor, revision=revision, content=content)
    return campaign_template_remember(campaign=campaign, template=template)


def campaign_template_remember(*, campaign: Campaign, template: Template) -> Campaign:
    """Whatever is changed afterwards: no revision of its own, since nothing that an editor shows changes."""
    newest = template.versions.order_by("-number").values_list("number", flat=True).first()
    campaign.template, campaign.template_version = template, newest
    Campaign.objects.filter(pk=campaign.pk).update(template=template, template_version=newest)
    return campaign


def campaigns_of_template(template: Template) -> Sequence[TemplateUse]:
    """Campaigns that were filled from the template or saved as it, archived ones left out."""
    rows = Campaign.objects.filter(workspace=template.workspace_id, template=template).select_related("workspace")
    return [_use(campaign) for campaign in rows.exclude(status=CampaignStatus.ARCHIVED).order_by("name", "id")]


def _use(campaign: Campaign) -> TemplateUse:
    address = {"workspace": campaign.workspace.slug, "campaign": campaign.pk}
    version = f", version {campaign.template_version}" if campaign.template_version else ""
    return TemplateUse(f"{campaign.name}{version}", reverse("campaign_content", kwargs=address))
