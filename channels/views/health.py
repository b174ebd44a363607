"""The page of a connection that everybody may read: how it stands, how it sends, and who uses it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.pages import WorkspaceRequest, workspace_page
from accounts.permissions import allowed
from channels.certificates import WARN_BEFORE
from channels.form_values import parts
from channels.health import connection_reset, connections_state
from channels.registry import connection_figures, connection_uses
from channels.selectors import connection_get


@require_safe
@workspace_page("workspace.view")
def connection_health(request: WorkspaceRequest, connection: int) -> HttpResponse:
    found, now = connection_get(request.workspace, connection), timezone.now()
    (state,) = connections_state(request.workspace, [found], now=now)
    ends = found.client_certificate_expires_at
    context = {
        "connection": found,
        "state": state,
        "figures": connection_figures(found),
        "uses": connection_uses(found),
        "words": {part: text for part, (text, _) in parts(found, {}).items()},
        "certificate_ends_soon": ends is not None and ends <= now + WARN_BEFORE,
        "certificate_ended": ends is not None and ends <= now,
        "may_edit": allowed(request.actor, "connection.edit"),
    }
    return render(request, "channels/connection_health.html", context)


@require_POST
@workspace_page("connection.edit")
def reset_breaker(request: WorkspaceRequest, connection: int) -> HttpResponse:
    found = connection_get(request.workspace, connection)
    connection_reset(actor=request.actor, connection=found)
    messages.success(request, f"Sending to “{found}” goes on.")
    return redirect("connection_health", workspace=request.workspace.slug, connection=found.pk)
