"""Existing campaigns, Create Campaign, and what the Options menu does."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.pages import WorkspaceRequest, workspace_page
from accounts.permissions import allowed
from campaigns.models import CampaignStatus
from campaigns.selectors import campaign_get, campaign_rows
from campaigns.services import campaign_archive, campaign_create, campaign_duplicate
from campaigns.views.builder import step_url
from webhooks_platform.base.errors import InvalidInput


@require_GET
@workspace_page("workspace.view")
def campaigns(request: WorkspaceRequest) -> HttpResponse:
    search, status = request.GET.get("q", "").strip(), request.GET.get("status", "")
    status = status if status in CampaignStatus.values else ""
    rows, cursor = campaign_rows(request.workspace, search=search, status=status, after=request.GET.get("cursor", ""))
    following = request.GET.copy()
    following["cursor"] = cursor
    context = {
        "rows": rows,
        "search": search,
        "status": status,
        "statuses": CampaignStatus.choices,
        "filtered": bool(search or status),
        "next_url": f"?{following.urlencode()}" if cursor else "",
        "may_edit": allowed(request.actor, "campaign.edit"),
    }
    return render(request, "campaigns/list.html", context)


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
