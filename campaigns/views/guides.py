"""The guides, as Help leads to them."""

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.pages import WorkspaceRequest, workspace_page
from campaigns.guides import guide_page, guide_picture


@require_GET
@workspace_page("workspace.view")
def guide(request: WorkspaceRequest, guide: str) -> HttpResponse:
    return render(request, "campaigns/guide.html", {"guide": guide_page(guide, request.workspace.slug)})


@require_GET
@workspace_page("workspace.view")
def picture(request: WorkspaceRequest, picture: str) -> FileResponse:
    """A picture in a guide, as PNG."""
    return FileResponse(guide_picture(picture).open("rb"), content_type="image/png")
