"""Existing campaigns, and Create Campaign."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.pages import WorkspaceRequest, workspace_page
from accounts.permissions import allowed
from accounts.saved_view_bar import page_query, with_saved_views
from campaigns.list_filters import STATUS_CHOICES, list_filters
from campaigns.selectors import SORTS, campaign_rows, campaigns_listed, labels_used
from campaigns.services import campaign_create
from campaigns.views.builder import step_url
from webhooks_platform.base.errors import InvalidInput

SORT_WORDS = [("", "Last changed"), ("name", "Name"), ("newest", "Newest"), ("oldest", "Oldest")]


@require_GET
@workspace_page("workspace.view")
@with_saved_views("campaigns")
def campaigns(request: WorkspaceRequest) -> HttpResponse:
    filters, sort = list_filters(request.GET, request.user), request.GET.get("sort", "")
    sort = sort if sort in SORTS else ""
    place = {name: request.GET.get(name, "") for name in ("after", "before")}
    page = campaign_rows(request.workspace, **place, sort=sort, **filters)
    context = {
        "rows": page.items,
        **filters,
        "sort": sort,
        "statuses": STATUS_CHOICES,
        "labels": [(label, label) for label in labels_used(request.workspace)],
        "sorts": SORT_WORDS,
        "filtered": any(filters.values()),
        "matching": campaigns_listed(request.workspace, **filters).count(),
        "list_query": page_query(request),
        "newer": _at(request, before=page.newer_cursor),
        "older": _at(request, after=page.older_cursor),
        "by_date": sort in ("", "newest"),
        "may_edit": allowed(request.actor, "campaign.edit"),
        "may_control": allowed(request.actor, "run.control"),
    }
    return render(request, "campaigns/list.html", context)


def _at(request: WorkspaceRequest, **cursor: str) -> str:
    """The list as it is filtered, at another page; empty without a cursor to it."""
    query = "&".join(filter(None, (page_query(request), urlencode(cursor))))
    return f"?{query}" if all(cursor.values()) else ""


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
