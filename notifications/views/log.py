"""The notifications log, workspace-wide or of a campaign or run, and its live refresh."""

from datetime import datetime

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.pages import WorkspaceRequest, workspace_page
from accounts.permissions import allowed
from accounts.saved_view_bar import with_saved_views
from notifications.export import export_lines
from notifications.filters import CUSTOM_TIME, FilterQuery, filters_from
from notifications.log_page import (
    PAGE_SIZE,
    LogPlace,
    choices,
    live_summary,
    opened_at,
    refresh_of,
    resend_query,
    resends_query,
    row_places,
    summary,
)
from notifications.models import Notification
from notifications.selectors import (
    LogFilters,
    log_rows,
    notification_page,
    rows_by_id,
    rows_newer_count,
    rows_since_count,
)
from notifications.selectors.log import NEWER_LIMIT


@require_GET
@workspace_page("workspace.view")
@with_saved_views("notifications")
def notifications_log(request: WorkspaceRequest) -> HttpResponse:
    filters = filters_from(request.GET.dict())
    place, query = LogPlace.of(request.workspace, filters), FilterQuery(filters)
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = notification_page(request.workspace, filters, after=after, before=before, size=PAGE_SIZE)
    top = page.items[0] if page.items and not page.newer_cursor else None
    opened = None if page.items or after else timezone.now()
    figures, may_launch = summary(place), allowed(request.actor, "campaign.launch")
    context = {
        "place": place,
        "filters": filters,
        "time_choice": CUSTOM_TIME if filters.since or filters.until else request.GET.get("within", ""),
        "may_launch": may_launch,
        "log_query": request.GET.urlencode(),
        "resend_query": resend_query(place, figures.get("counts")),
        "resends_query": resends_query(place) if may_launch else None,
        "query": query,
        "is_untouched": _is_untouched(query, opened),
        "rows": log_rows(request.workspace, page.items),
        "newer": page.newer_cursor and query.address(request.workspace, before=page.newer_cursor),
        "older": page.older_cursor and query.address(request.workspace, after=page.older_cursor),
        "without_detail": query.without("detail").address(request.workspace),
        "cleared": query.cleared.address(request.workspace, view="all"),
        "export_url": query.export_address(request.workspace),
        "refresh": refresh_of(place, page.items, top, opened),
        **figures,
        **choices(place),
    }
    return render(request, "notifications/log.html", context)


@require_GET
@workspace_page("workspace.view")
def notifications_fresh(request: WorkspaceRequest) -> HttpResponse:
    """What changed of the rows on the page, in place; new rows are counted and shown only when asked for."""
    filters = filters_from(request.GET.dict())
    place = LogPlace.of(request.workspace, filters)
    top_place = row_places(request.GET.getlist("top"))[:1]
    watched = rows_by_id(request.workspace, row_places(request.GET.getlist("row")) + top_place)
    top = next((row for row in watched if (row.run_id, row.id) in top_place), None)
    opened, query = opened_at(request.GET.get("opened", "")), FilterQuery(filters)
    newer = _newer_count(request, filters, top, opened)
    context = {
        "place": place,
        "is_untouched": _is_untouched(query, opened),
        "rows": log_rows(request.workspace, watched),
        "newer_count": f"{NEWER_LIMIT} or more" if newer >= NEWER_LIMIT else newer,
        "first_page": query.first_page(request.workspace),
        "log_query": str(query),
        "fills": newer and opened and not query.narrowed,
        "refresh": refresh_of(place, watched, top, opened),
        **live_summary(place),
    }
    return render(request, "notifications/_fresh.html", context)


def _is_untouched(query: FilterQuery, opened: datetime | None) -> bool:
    """Whether the whole log has no rows: there is nothing to filter."""
    return opened is not None and not query.values()


def _newer_count(
    request: WorkspaceRequest, filters: LogFilters, top: Notification | None, opened: datetime | None
) -> int:
    if top:
        return rows_newer_count(request.workspace, filters, top)
    return rows_since_count(request.workspace, filters, opened) if opened else 0


@require_GET
@workspace_page("workspace.view")
def notifications_export(request: WorkspaceRequest) -> StreamingHttpResponse:
    """The filtered rows as a CSV file."""
    filters = filters_from(request.GET.dict())
    LogPlace.of(request.workspace, filters)  # a run of somewhere else is not found before the file begins
    answer = StreamingHttpResponse(export_lines(request.workspace, filters), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="notifications.csv"'
    return answer
