"""Existing campaigns, Create Campaign, and what the Options menu does."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.pages import WorkspaceRequest, workspace_page
from accounts.permissions import allowed
from accounts.saved_view_bar import with_saved_views
from campaigns.models import CampaignStatus
from campaigns.selectors import SORTS, campaign_get, campaign_rows, labels_used
from campaigns.services import campaign_archive, campaign_create, campaign_delete, campaign_duplicate
from campaigns.views.builder import step_url
from webhooks_platform.base.errors import InvalidInput

SORT_WORDS = [("", "Last changed"), ("name", "Name"), ("newest", "Newest"), ("oldest", "Oldest")]


@require_GET
@workspace_page("workspace.view")
@with_saved_views("campaigns")
def campaigns(request: WorkspaceRequest) -> HttpResponse:
    filters = _filters(request)
    rows, cursor = campaign_rows(request.workspace, after=request.GET.get("cursor", ""), **filters)
    following = request.GET.copy()
    following["cursor"] = cursor
    context = {
        "rows": rows,
        **filters,
        "statuses": CampaignStatus.choices,
        "labels": [(label, label) for label in labels_used(request.workspace)],
        "sorts": SORT_WORDS,
        "filtered": any(filters[name] for name in ("search", "status", "label")),
        "next_url": f"?{following.urlencode()}" if cursor else "",
        "may_edit": allowed(request.actor, "campaign.edit"),
        "may_control": allowed(request.actor, "run.control"),
    }
    return render(request, "campaigns/list.html", context)


def _filters(request: WorkspaceRequest) -> dict[str, str]:
    """What the address asks for; a status or an order that doesn't exist asks for nothing."""
    status, sort = request.GET.get("status", ""), request.GET.get("sort", "")
    return {
        "search": request.GET.get("q", "").replace("\x00", "").strip(),
        "status": status if status in CampaignStatus.values else "",
        "label": request.GET.get("label", "").replace("\x00", ""),
        "sort": sort if sort in SORTS else "",
    }


@require_http_methods(["GET", "POST"])
@workspace_page("campaign.edit")
def create(request: WorkspaceRequest) -> HttpResponse:
    if request.method == "GET":
        return render(request, "campaigns/new.html")
    name = request.POST.get("name", "")
    try:
        campaign = campaign_create(actor=request.actor, name=name)
    except InvalidInput as error:
        return render(request, "campaigns/new.html", {"name": name, "error": error.message}, status=422)
    return redirect(step_url(campaign, "setup"))


@require_POST
@workspace_page("campaign.edit")
def duplicate(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    copy = campaign_duplicate(campaign=campaign_get(request.workspace, campaign), actor=request.actor)
    messages.success(request, f"“{copy.name}” is a new draft.")
    return redirect(step_url(copy, "setup"))


@require_POST
@workspace_page("campaign.edit")
def archive(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    found = campaign_archive(campaign=campaign_get(request.workspace, campaign), actor=request.actor)
    messages.success(request, f"“{found.name}” is archived. Filter by the status Archived to see it.")
    return redirect("campaigns", workspace=request.workspace.slug)


@require_POST
@workspace_page("campaign.edit")
def delete(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    found = campaign_get(request.workspace, campaign)
    if request.POST.get("typed", "").strip() != found.name:
        messages.error(request, f"Nothing was deleted: type “{found.name}” to confirm.")
        return redirect("campaigns", workspace=request.workspace.slug)
    campaign_delete(campaign=found, actor=request.actor)
    messages.success(request, f"“{found.name}” is deleted.")
    return redirect("campaigns", workspace=request.workspace.slug)
