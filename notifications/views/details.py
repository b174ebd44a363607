"""Details: one person's line with every attempt, and an attempt's request as a cURL command."""

from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.pages import WorkspaceRequest, workspace_page
from notifications.errors import ExchangeExpired
from notifications.filters import FilterQuery
from notifications.selectors import LogFilters
from notifications.selectors import notification_detail as detail_of
from notifications.states import FINAL
from templates_lib.curl import curl_command


@require_GET
@workspace_page("workspace.view")
def notification_detail(request: WorkspaceRequest, run: int, notification: UUID) -> HttpResponse:
    """A drawer over the log where the log asks for it, else a page.

    With ``part=1`` what either asks for while it is open: nothing (204) while ``seen`` still is what there is.
    """
    detail = detail_of(request.workspace, run, notification)
    row = detail.notification
    is_part = request.GET.get("part") == "1"
    if is_part and request.GET.get("seen") == f"{row.state}.{row.attempt_number}":
        return HttpResponse(status=204)
    log = FilterQuery(LogFilters(run=run))
    context = {
        "detail": detail,
        "row": row,
        "is_open": row.state not in FINAL,
        "in_drawer": request.GET.get("drawer") == "1",
        "log_url": log.address(request.workspace),
        "campaign_url": FilterQuery(LogFilters(campaign=detail.run.campaign_id)).address(request.workspace),
        "person_url": FilterQuery(LogFilters(person=row.user_id)).address(request.workspace),
    }
    if request.htmx.target == "drawer-place":  # type: ignore[attr-defined]
        context["close_url"] = _log_url(request)
        return render(request, "notifications/_details_drawer.html", context)
    return render(request, "notifications/_details_fresh.html" if is_part else "notifications/details.html", context)


def _log_url(request: WorkspaceRequest) -> str:
    """The page of the log that the drawer lies over, with its filters and its place."""
    query = QueryDict(request.GET.get("log", "")).urlencode()
    address = reverse("notifications_log", kwargs={"workspace": request.workspace.slug})
    return f"{address}?{query}" if query else address


@require_GET
@workspace_page("workspace.view")
def attempt_curl(request: WorkspaceRequest, run: int, notification: UUID, number: int) -> HttpResponse:
    """Plain text; secrets are masked, as they are in the log."""
    detail = detail_of(request.workspace, run, notification)
    attempt = next((attempt for attempt in detail.attempts if attempt.number == number), None)
    if attempt is None or attempt.exchange is None or attempt.exchange.is_erased:
        raise ExchangeExpired("What this attempt sent is not kept any more, so there is no cURL command for it.")
    sent = attempt.exchange
    command = curl_command(sent.method, sent.url, sent.request_header_pairs, sent.request_text)
    return HttpResponse(command, content_type="text/plain; charset=utf-8")
