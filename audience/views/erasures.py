"""Erased people: the proofs, one by one and as a list, and finding one by a user ID that somebody still knows."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.pages import WorkspaceRequest, workspace_page
from audience.erasing import user_id_digest
from audience.models import Erasure
from audience.proofs import proof_of, rows_erased
from audience.selectors import erasure_get, erasures_all
from webhooks_platform.base.paging import two_way_page

PAGE_SIZE = 50
# Each has a salt of its own, so the ID is hashed once for each.
SEARCHED = 100_000


@require_http_methods(["GET", "POST"])
@workspace_page("workspace.view")
def erasures(request: WorkspaceRequest) -> HttpResponse:
    """The list. A POST looks for a user ID: it would stay in logs and histories if it stood in an address."""
    if request.method == "POST":
        found = _found(request, request.POST.get("user_id", "").strip())
        if found:
            return redirect("erasure_detail", workspace=request.workspace.slug, erasure=found.pk)
        messages.info(request, "Nobody with this user ID was erased.")
    page = two_way_page(
        erasures_all(request.workspace),
        order=("-id",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=PAGE_SIZE,
    )
    context = {
        "erasures": page.items,
        "newer": page.newer_cursor and f"?before={page.newer_cursor}",
        "older": page.older_cursor and f"?after={page.older_cursor}",
    }
    return render(request, "audience/erasures.html", context)


def _found(request: WorkspaceRequest, user_id: str) -> Erasure | None:
    if not user_id:
        return None
    kept = erasures_all(request.workspace).order_by("-id")[:SEARCHED]
    return next((one for one in kept.iterator() if one.digest == user_id_digest(one.salt, user_id)), None)


@require_GET
@workspace_page("workspace.view")
def erasure_detail(request: WorkspaceRequest, erasure: int) -> HttpResponse:
    shown = erasure_get(request.workspace, erasure)
    context: dict[str, Any] = {"erasure": shown, "rows": rows_erased(shown)}
    return render(request, "audience/erasure_detail.html", context)


@require_GET
@workspace_page("workspace.view")
def erasure_proof(request: WorkspaceRequest, erasure: int) -> HttpResponse:
    """The proof as a file to keep or hand over."""
    shown = erasure_get(request.workspace, erasure)
    headers = {"Content-Disposition": f'attachment; filename="erasure-{shown.pk}.json"'}
    return JsonResponse(proof_of(shown), headers=headers, json_dumps_params={"indent": 2, "ensure_ascii": False})
