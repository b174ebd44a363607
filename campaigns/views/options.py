"""What the Options menu of a campaign does: rename, duplicate, archive and back, delete."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.pages import WorkspaceRequest, workspace_page
from campaigns.keeping import campaign_archive, campaign_delete, campaign_duplicate, campaign_unarchive
from campaigns.models import Campaign
from campaigns.selectors import campaign_get
from campaigns.services import campaign_update
from campaigns.views.builder import step_url
from frontend.answers import came_from, message_with_undo, with_toast
from notifications.selectors import runs_latest
from webhooks_platform.base.answers import status_of
from webhooks_platform.base.errors import ProductError
from webhooks_platform.base.numbers import number_in


@require_GET
@workspace_page("workspace.view")
def name(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    """The cell of the list, as after Escape."""
    return _name(request, campaign_get(request.workspace, campaign))


def _name(request: WorkspaceRequest, campaign: Campaign) -> HttpResponse:
    return render(request, "campaigns/_name.html", {"campaign": campaign, "focus": True})


@require_http_methods(["GET", "POST"])
@workspace_page("campaign.edit")
def rename(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    """The name as a field in its place. It is saved only if nobody saved since the list was shown."""
    found = campaign_get(request.workspace, campaign)
    entered, before = request.POST.get("name", found.name), found.name
    if request.method == "GET":
        return render(request, "campaigns/_rename.html", {"campaign": found, "entered": entered})
    revision = number_in(request.POST.get("revision", "")) or 0
    try:
        campaign_update(campaign=found, actor=request.actor, revision=revision, name=entered.strip())
    except ProductError as error:
        context = {"campaign": found, "entered": entered, "error": error.message}
        return render(request, "campaigns/_rename.html", context, status=status_of(error))
    return with_toast(_name(request, found), f"“{before}” is called “{found.name}” now.")


@require_POST
@workspace_page("campaign.edit")
def duplicate(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    copy = campaign_duplicate(campaign=campaign_get(request.workspace, campaign), actor=request.actor)
    undo = reverse("campaign_delete", kwargs={"workspace": request.workspace.slug, "campaign": copy.pk})
    message_with_undo(request, f"“{copy.name}” is a new draft.", undo)
    return redirect(step_url(copy, "setup"))


@require_POST
@workspace_page("campaign.edit")
def archive(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    found = campaign_archive(campaign=campaign_get(request.workspace, campaign), actor=request.actor)
    undo = reverse("campaign_unarchive", kwargs={"workspace": request.workspace.slug, "campaign": found.pk})
    message_with_undo(request, f"“{found.name}” is archived. The status Archived shows it.", undo)
    return redirect(came_from(request, _list(request)))


@require_POST
@workspace_page("campaign.edit")
def unarchive(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    found = campaign_unarchive(campaign=campaign_get(request.workspace, campaign), actor=request.actor)
    messages.success(request, f"“{found.name}” is back among the campaigns.")
    return redirect(came_from(request, _list(request)))


@require_http_methods(["GET", "POST"])
@workspace_page("campaign.edit")
def delete(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    """The question as a dialog; then gone. One that ran is deleted by typing its name only."""
    found = campaign_get(request.workspace, campaign)
    ran = bool(runs_latest(request.workspace, [found.pk]))
    if request.method == "GET":
        if not request.htmx:  # type: ignore[attr-defined]
            return redirect(_list(request))
        back = request.htmx.current_url_abs_path  # type: ignore[attr-defined]
        return render(request, "campaigns/_delete_dialog.html", {"campaign": found, "ran": ran, "back": back})
    if ran and request.POST.get("typed", "").strip() != found.name:
        messages.error(request, f"Nothing was deleted: type “{found.name}” to confirm.")
        return redirect(_list_as_filtered(request))
    try:
        campaign_delete(campaign=found, actor=request.actor)
        messages.success(request, f"“{found.name}” is deleted.{' Its log stays.' if ran else ''}")
    except ProductError as error:
        messages.error(request, error.message)
    return redirect(_list_as_filtered(request))


def _list(request: WorkspaceRequest) -> str:
    return reverse("campaigns", kwargs={"workspace": request.workspace.slug})


def _list_as_filtered(request: WorkspaceRequest) -> str:
    """Never the page that Undo of a duplicate is sent from: it shows what is gone."""
    page = came_from(request, _list(request))
    return page if page.partition("?")[0] == _list(request) else _list(request)
