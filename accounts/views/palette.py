"""What ⌘K finds in a workspace, as options for the page's palette."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.pages import WorkspaceRequest, workspace_page
from frontend.palette import groups


@require_safe
@workspace_page("workspace.view")
def palette(request: WorkspaceRequest) -> HttpResponse:
    found = groups(request, request.GET.get("q", ""))
    return render(request, "frontend/_palette_found.html", {"groups": found})
