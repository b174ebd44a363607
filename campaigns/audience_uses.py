"""What campaigns answer to the audience: which of them choose a segment, and which read an attribute."""

from collections.abc import Iterator, Mapping, Sequence

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Workspace
from audience.registry import Use, register_attribute_uses, register_segment_uses
from audience.uses import attributes_read
from campaigns.models import Campaign, CampaignStatus
from templates_lib.uses import attributes_written


def register_audience_uses() -> None:
    register_segment_uses(campaigns_choosing)
    register_attribute_uses(campaigns_reading)


def _campaigns(workspace: Workspace) -> QuerySet[Campaign]:
    """Archived ones left out: they are never launched again."""
    return Campaign.objects.filter(workspace=workspace).exclude(status=CampaignStatus.ARCHIVED).order_by("name", "id")


def campaigns_choosing(workspace: Workspace, segment_ids: Sequence[int]) -> Mapping[int, Sequence[Use]]:
    found: dict[int, list[Use]] = {segment_id: [] for segment_id in segment_ids}
    rows = _campaigns(workspace).filter(audience__kind="segment", audience__segment_id__in=list(segment_ids))
    for campaign in rows:
        if campaign.audience.segment_id is not None:
            found[campaign.audience.segment_id].append(_use(workspace, campaign, "campaign_audience"))
    return found


def campaigns_reading(workspace: Workspace, names: Sequence[str]) -> Mapping[str, Sequence[Use]]:
    """By rules made in the campaign, and by what its content writes."""
    found: dict[str, list[Use]] = {name: [] for name in names}
    for campaign in _campaigns(workspace):
        for name, page in _read_by(campaign, names):
            found[name].append(_use(workspace, campaign, page))
    return found


def _read_by(campaign: Campaign, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each name once, with the step where it is read."""
    written = attributes_written(campaign.content, names)
    tested = attributes_read(campaign.audience.rules) & set(names) if campaign.audience.kind == "rules" else set()
    yield from ((name, "campaign_content") for name in sorted(written))
    yield from ((name, "campaign_audience") for name in sorted(tested - written))


def _use(workspace: Workspace, campaign: Campaign, page: str) -> Use:
    address = reverse(page, kwargs={"workspace": workspace.slug, "campaign": campaign.pk})
    return Use(f"Campaign “{campaign.name}”", address)
