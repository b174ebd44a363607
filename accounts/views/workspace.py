"""The workspace's own settings, and its audit trail."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import WorkspaceChanged
from accounts.forms import WorkspaceSettingsForm, form_refused
from accounts.models import AuditEntry, Workspace
from accounts.pages import WorkspaceRequest, workspace_page
from accounts.selectors import audit_trail
from accounts.services import workspace_update
from webhooks_platform.base.errors import ProductError
from webhooks_platform.base.paging import two_way_page

AUDIT_PAGE_SIZE = 50


@require_safe
@workspace_page("workspace.view")
def workspace_home(request: WorkspaceRequest) -> HttpResponse:
    return redirect("dashboard", workspace=request.workspace.slug)


@require_http_methods(["GET", "POST"])
@workspace_page("workspace.edit")
def general(request: WorkspaceRequest) -> HttpResponse:
    form = WorkspaceSettingsForm(request.POST or None, initial=_as_entered(request.workspace))
    if form.is_valid():
        try:
            workspace_update(actor=request.actor, **form.cleaned_data)
        except WorkspaceChanged as error:
            context = {"form": form, "changed_meanwhile": error.message}
            return render(request, "accounts/workspace_settings.html", context, status=409)
        except ProductError as error:
            form_refused(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("workspace_settings", workspace=request.workspace.slug)
    return render(request, "accounts/workspace_settings.html", {"form": form}, status=422 if form.errors else 200)


def _as_entered(workspace: Workspace) -> dict[str, Any]:
    return {name: getattr(workspace, name) for name in ("name", "time_zone", "retention_days", "revision")}


@dataclass(frozen=True)
class AuditLine:
    """A row of the audit trail, in words."""

    entry: AuditEntry
    what: str
    detail: str
    who: str


@require_safe
@workspace_page("audit.view")
def audit_page(request: WorkspaceRequest) -> HttpResponse:
    page = two_way_page(
        audit_trail(request.workspace),
        order=("-at", "-id"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=AUDIT_PAGE_SIZE,
    )
    context = {
        "lines": [_line(entry) for entry in page.items],
        "newer": f"?before={page.newer_cursor}" if page.newer_cursor else "",
        "older": f"?after={page.older_cursor}" if page.older_cursor else "",
    }
    return render(request, "accounts/audit_trail.html", context)


def _line(entry: AuditEntry) -> AuditLine:
    words = entry.action.removeprefix("saved_").replace(".", " ").replace("_", " ")
    what = words.capitalize().replace("Api token", "API token")
    detail = " · ".join(f"{name.replace('_', ' ')}: {_words(value)}" for name, value in entry.detail.items())
    return AuditLine(entry, what, detail, entry.who)


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(item).replace("_", " ") for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    moment = parse_datetime(value) if isinstance(value, str) and "T" in value else None
    return f"{timezone.localtime(moment):%-d %b %Y, %H:%M %Z}" if moment and timezone.is_aware(moment) else str(value)
