"""What ⌘K offers of this room: creating a campaign, and the campaigns by name."""

from collections.abc import Iterable

from django.urls import reverse

from accounts.navigation import may
from accounts.pages import WorkspaceRequest
from campaigns.models import CampaignStatus
from campaigns.selectors import LIST_ORDER, campaigns_of
from frontend.palette import HITS_IN_A_GROUP, Action, Hit, register_action, register_search


def campaigns_found(request: WorkspaceRequest, query: str) -> Iterable[Hit]:
    """Campaigns that have the words in their name, the last changed first; archived ones are left out."""
    workspace = request.workspace
    rows = campaigns_of(workspace).filter(name__icontains=query).exclude(status=CampaignStatus.ARCHIVED)
    for campaign in rows.only("name", "status", "workspace__slug").order_by(*LIST_ORDER)[:HITS_IN_A_GROUP]:
        url = reverse("campaign_setup", kwargs={"workspace": workspace.slug, "campaign": campaign.pk})
        yield Hit(campaign.name, campaign.get_status_display(), url, "send")


def register_palette() -> None:
    register_search(10, "Campaigns", campaigns_found)
    register_action(Action("Create Campaign", "plus", "campaign_new", 10, may("campaign.edit"), "new send launch"))
