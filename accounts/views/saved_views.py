"""What is done to a saved view from above its list. Each answers with the list."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.models import SavedView, SavedViewPage
from accounts.pages import WorkspaceRequest, workspace_page
from accounts.saved_views import (
    saved_view_default,
    saved_view_get,
    saved_view_remove,
    saved_view_rename,
    saved_view_restore,
    saved_view_save,
    saved_view_share,
)
from frontend.answers import message_with_undo
from webhooks_platform.base.errors import InvalidInput

LISTS = {
    SavedViewPage.CAMPAIGNS: "campaigns",
    SavedViewPage.NOTIFICATIONS: "notifications_log",
    SavedViewPage.PROFILES: "profiles",
}


@require_POST
@workspace_page("workspace.view")
def save(request: WorkspaceRequest) -> HttpResponse:
    form = request.POST
    page, query, shared = form.get("page", ""), form.get("query", ""), form.get("shared") == "on"
    try:
        view = saved_view_save(actor=request.actor, page=page, name=form.get("name", ""), query=query, shared=shared)
    except InvalidInput as error:
        messages.error(request, error.message)
        return _list(request, page, query)
    messages.success(request, f"“{view.name}” is saved{' and shared with the workspace' if shared else ''}.")
    return _list(request, view.page, view.query)


@require_POST
@workspace_page("workspace.view")
def rename(request: WorkspaceRequest, view: int) -> HttpResponse:
    found = saved_view_get(request.actor, view)
    before = found.name
    try:
        saved_view_rename(actor=request.actor, view=found, name=request.POST.get("name", ""))
        messages.success(request, f"“{before}” is called “{found.name}” now.")
    except InvalidInput as error:
        messages.error(request, error.message)
    return _list(request, found.page, found.query)


@require_POST
@workspace_page("workspace.view")
def share(request: WorkspaceRequest, view: int, shared: bool) -> HttpResponse:
    found = saved_view_share(actor=request.actor, view=saved_view_get(request.actor, view), shared=shared)
    who = "Everybody in this workspace sees" if shared else "Only you see"
    messages.success(request, f"{who} “{found.name}” now.")
    return _list(request, found.page, found.query)


@require_POST
@workspace_page("workspace.view")
def default(request: WorkspaceRequest, view: int, is_default: bool) -> HttpResponse:
    found = saved_view_get(request.actor, view)
    saved_view_default(actor=request.actor, view=found, is_default=is_default)
    words = f"opens with “{found.name}” for you" if is_default else "opens with all rows"
    messages.success(request, f"{SavedViewPage(found.page).label} {words} from now on.")
    return _list(request, found.page, found.query)


@require_POST
@workspace_page("workspace.view")
def remove(request: WorkspaceRequest, view: int) -> HttpResponse:
    found = saved_view_get(request.actor, view)
    saved_view_remove(actor=request.actor, view=found)
    undo = reverse("saved_view_restore", kwargs={"workspace": request.workspace.slug, "view": found.pk})
    message_with_undo(request, f"The view “{found.name}” is deleted.", undo)
    return _list(request, found.page, "view=all")


@require_POST
@workspace_page("workspace.view")
def restore(request: WorkspaceRequest, view: int) -> HttpResponse:
    found: SavedView = saved_view_get(request.actor, view, removed=True)
    try:
        saved_view_restore(actor=request.actor, view=found)
    except InvalidInput as error:
        messages.error(request, error.message)
    return _list(request, found.page, found.query)


def _list(request: WorkspaceRequest, page: str, query: str) -> HttpResponse:
    name = LISTS.get(SavedViewPage(page)) if page in SavedViewPage.values else "workspace_home"
    url = reverse(str(name), kwargs={"workspace": request.workspace.slug})
    return redirect(f"{url}?{query}" if query else url)
