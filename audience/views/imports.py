"""CSV imports: upload, where the columns go, the check, progress, the lines left out, history."""

import csv
import io
from collections.abc import Iterable, Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.pages import WorkspaceRequest, workspace_page
from accounts.permissions import allowed
from audience.errors import FileRefused
from audience.forms import ImportForm
from audience.importing.columns import REJECT_HEADERS
from audience.importing.encodings import ENCODINGS
from audience.importing.reading import DELIMITERS
from audience.importing.services import UNFINISHED, import_cancel, import_go, import_upload
from audience.models import OPEN_IMPORTS, Import, ImportStatus
from audience.selectors import import_get, imports_all
from webhooks_platform.base.errors import StaleState
from webhooks_platform.base.paging import two_way_page

PAGE_SIZE = 50
REJECTS_LIMIT = 200_000
REJECTS_SHOWN = 8

SAMPLE = [
    ["user_id", "first_name", "last_name", "email", "phone", "country", "loyalty_level", "age", "newsletter"],
    ["c-1001", "Ana", "Lima", "ana@example.com", "+351 21 555 0101", "PT", "gold", "34", "true"],
    ["c-1002", "Zoë", "O'Neil", "zoe@example.com", "", "IE", "silver", "27", "false"],
    ["c-1003", "Jun", "Sato", "jun@example.com", "", "JP", "", "", "true"],
]


@require_GET
@workspace_page("workspace.view")
def imports(request: WorkspaceRequest) -> HttpResponse:
    page = two_way_page(
        imports_all(request.workspace),
        order=("-id",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=PAGE_SIZE,
    )
    context = {
        "imports": page.items,
        "newer": page.newer_cursor and f"?before={page.newer_cursor}",
        "older": page.older_cursor and f"?after={page.older_cursor}",
        "can_edit": allowed(request.actor, "profile.edit"),
    }
    return render(request, "audience/imports.html", context)


@require_http_methods(["GET", "POST"])
@workspace_page("profile.edit")
def import_new(request: WorkspaceRequest) -> HttpResponse:
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if form.is_bound and form.is_valid():
        try:
            draft = import_upload(actor=request.actor, upload=form.cleaned_data["file"])
        except FileRefused as error:
            form.add_error("file", error.message)
        else:
            return redirect("import_map", workspace=request.workspace.slug, pk=draft.pk)
    file_error = " ".join(map(str, form["file"].errors)) if form.is_bound else ""
    return render(request, "audience/import_new.html", {"file_error": file_error}, status=422 if form.errors else 200)


@require_GET
@workspace_page("workspace.view")
def import_detail(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """The page of an import; htmx fetches its progress alone."""
    shown = import_get(request.workspace, pk)
    template = "audience/_import_progress.html" if request.headers.get("HX-Request") else "audience/import_detail.html"
    context = {
        "import": shown,
        "under_way": shown.status in OPEN_IMPORTS,
        "unfinished": shown.status in UNFINISHED,
        "rate": _rate(shown),
        "columns": [column for column in shown.columns.items if column.name],
        "ignored": [(number, column.header) for number, column in enumerate(shown.columns.items, 1) if not column.name],
        "delimiter": DELIMITERS.get(shown.columns.delimiter, shown.columns.delimiter),
        "encoding": ENCODINGS.get(shown.columns.encoding, shown.columns.encoding),
        "rejects": shown.rejects.order_by("line")[:REJECTS_SHOWN],
        "rejects_count": shown.check_report.rejected
        if shown.status == ImportStatus.CHECKED and shown.check_report
        else shown.rejected_count,
        "can_edit": allowed(request.actor, "profile.edit"),
    }
    return render(request, template, context)


def _rate(shown: Import) -> int:
    """Lines per second since the start."""
    if shown.started_at is None or not shown.rows_read:
        return 0
    seconds = ((shown.finished_at or timezone.now()) - shown.started_at).total_seconds()
    return round(shown.rows_read / max(seconds, 0.1))


@require_POST
@workspace_page("profile.edit")
def import_begin(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """*Import*, once the check is done."""
    checked = import_get(request.workspace, pk)
    try:
        import_go(actor=request.actor, checked=checked)
    except StaleState:
        messages.info(request, "This import was started or cancelled meanwhile.")
    return redirect("import_detail", workspace=request.workspace.slug, pk=pk)


@require_POST
@workspace_page("profile.edit")
def import_stop(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """*Cancel*, at any time before the end."""
    unfinished = import_get(request.workspace, pk)
    try:
        import_cancel(actor=request.actor, unfinished=unfinished)
    except StaleState:
        messages.info(request, "The import had ended by then.")
    else:
        messages.success(request, f"{unfinished.file_name} is cancelled.")
    return redirect("import_detail", workspace=request.workspace.slug, pk=pk)


@require_GET
@workspace_page("workspace.view")
def import_rejects(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """The lines left out as CSV: line number and reason first, then the cells as they were, to correct and upload."""
    shown = import_get(request.workspace, pk)
    rejects = shown.rejects.order_by("line", "id").values_list("line", "reason", "cells")[:REJECTS_LIMIT]
    lines = ([line, reason, *cells] for line, reason, cells in rejects.iterator(chunk_size=5_000))
    return _csv_answer([[*REJECT_HEADERS, *shown.columns.headers], *lines], f"rejects-{shown.pk}.csv")


@require_GET
@workspace_page("workspace.view")
def import_sample(request: WorkspaceRequest) -> HttpResponse:
    return _csv_answer(SAMPLE, "profiles.csv")


def _csv_answer(rows: Iterable[Sequence[object]], name: str) -> HttpResponse:
    """A file that Excel opens with its letters right: it needs the byte order mark."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)
