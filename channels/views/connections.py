"""Settings > Channels > Connections."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import form_refused
from accounts.pages import WorkspaceRequest, workspace_page
from accounts.permissions import allowed
from channels.forms import GUARANTEES, ConnectionForm, initial_values, periods_offered
from channels.models import AuthKind, Connection, SendPolicy
from channels.registry import connection_uses, connections_activity
from channels.selectors import connection_get, connections_available
from channels.services import connection_archive, connection_save
from webhooks_platform.base.errors import ProductError


@require_safe
@workspace_page("workspace.view")
def connections(request: WorkspaceRequest) -> HttpResponse:
    found = list(connections_available(request.workspace))
    activity = connections_activity(request.workspace, found)
    context = {
        "connections": [(connection, activity[connection.pk]) for connection in found],
        "may_edit": allowed(request.actor, "connection.edit"),
    }
    return render(request, "channels/connections.html", context)


@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
@workspace_page("connection.edit")
def new_connection(request: WorkspaceRequest) -> HttpResponse:
    return _edit(request, None)


@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
@workspace_page("connection.edit")
def edit_connection(request: WorkspaceRequest, connection: int) -> HttpResponse:
    return _edit(request, connection_get(request.workspace, connection))


@require_POST
@workspace_page("connection.edit")
def archive_connection(request: WorkspaceRequest, connection: int) -> HttpResponse:
    found = connection_get(request.workspace, connection)
    connection_archive(actor=request.actor, connection=found)
    messages.success(request, f"“{found}” is archived and its secret forgotten.")
    return redirect("connections", workspace=request.workspace.slug)


def _edit(request: WorkspaceRequest, connection: Connection | None) -> HttpResponse:
    form = ConnectionForm(request.POST or None)
    if form.is_valid():
        try:
            stored = connection.policy if connection else SendPolicy()
            saved = connection_save(actor=request.actor, values=form.values(stored), connection=connection)
        except ProductError as error:
            form_refused(form, error)
        else:
            messages.success(request, f"“{saved}” is saved.")
            return redirect("connections", workspace=request.workspace.slug)
    context = _edit_page(form, _stored(request, connection))
    return render(request, "channels/connection_edit.html", context, status=422 if form.errors else 200)


def show_connection(request: WorkspaceRequest, connection: Connection, status: int = 200, **shown: Any) -> HttpResponse:
    """The page of a stored connection, with what an action on it found."""
    context = _edit_page(ConnectionForm(), connection)
    return render(request, "channels/connection_edit.html", {**context, **shown}, status=status)


def _stored(request: WorkspaceRequest, connection: Connection | None) -> Connection | None:
    """The connection as it is in the database: a refused save must not show through."""
    return connection_get(request.workspace, connection.pk) if connection else None


def _edit_page(form: ConnectionForm, connection: Connection | None) -> dict[str, Any]:
    # What was typed goes over what is stored, a secret excepted: it is never shown again.
    shown = {**initial_values(connection), **{name: form.data[name] for name in form.data}}
    errors = {name.replace("__all__", "whole"): " ".join(map(str, found)) for name, found in form.errors.items()}
    if shown.pop("secret", "") and errors:
        errors.setdefault("secret", "Enter the secret again: it is kept only once everything can be saved.")
    return {
        "connection": connection,
        "values": shown,
        "errors": errors,
        "auth_kinds": AuthKind.choices,
        "guarantees": GUARANTEES,
        "periods": periods_offered(shown["within_seconds"]),
        **(_known(connection) if connection else {}),
    }


def _known(connection: Connection) -> dict[str, Any]:
    """What else is known of a stored connection."""
    activity = connections_activity(connection.workspace, [connection])[connection.pk]
    return {
        "uses": connection_uses(connection),
        "activity": activity,
        "overlaps": connection.previous_signs_at(timezone.now()),
    }
