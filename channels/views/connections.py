"""Settings > Channels > Connections: the list, and the form of one."""

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
from channels.errors import ConnectionChanged, ConnectionInUse
from channels.form_values import choices, form_rows, initial_values, parts
from channels.forms import ConnectionForm, RetryForm
from channels.health import connections_state
from channels.models import Connection
from channels.registry import connection_uses
from channels.selectors import connection_get, connections_available
from channels.services import connection_archive, connection_save
from channels.summaries import certificate_words, retry_words
from webhooks_platform.base.errors import ProductError

# Neither shown again nor kept in an error report.
SECRET_FIELDS = ("secret", "client_key", "signing_secret")


@require_safe
@workspace_page("workspace.view")
def connections(request: WorkspaceRequest) -> HttpResponse:
    found = list(connections_available(request.workspace))
    context = {
        "states": connections_state(request.workspace, found, now=timezone.now()),
        "may_edit": allowed(request.actor, "connection.edit"),
    }
    return render(request, "channels/connections.html", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@workspace_page("connection.edit")
def new_connection(request: WorkspaceRequest) -> HttpResponse:
    return _edit(request, None)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@workspace_page("connection.edit")
def edit_connection(request: WorkspaceRequest, connection: int) -> HttpResponse:
    return _edit(request, connection_get(request.workspace, connection))


@require_POST
@workspace_page("connection.edit")
def archive_connection(request: WorkspaceRequest, connection: int) -> HttpResponse:
    found = connection_get(request.workspace, connection)
    try:
        connection_archive(actor=request.actor, connection=found)
    except ConnectionInUse as error:
        messages.error(request, error.message)
        return redirect("connection_health", workspace=request.workspace.slug, connection=found.pk)
    messages.success(request, f"“{found}” is archived and its secrets forgotten.")
    return redirect("connections", workspace=request.workspace.slug)


@require_safe
@workspace_page("workspace.view")
def retry_sentence(request: WorkspaceRequest) -> HttpResponse:
    """What the numbers in the form come to, while they are typed."""
    form = RetryForm(request.GET)
    words = retry_words(form.policy()) if form.is_valid() else "Enter numbers to see the waits."
    return render(request, "channels/_retry_words.html", {"words": words})


def _edit(request: WorkspaceRequest, connection: Connection | None) -> HttpResponse:
    form, status, row_problem = ConnectionForm(request.POST or None), 422, {}
    if form.is_valid():
        try:
            saved = connection_save(
                actor=request.actor,
                values=form.values(connection),
                connection=connection,
                revision=form.cleaned_data["revision"],
                signing_secret=form.cleaned_data["signing_secret"],
            )
        except ConnectionChanged as error:
            form_refused(form, error)
            status = 409
        except ProductError as error:
            form_refused(form, error)
            row_problem = {error.field: error.message} if error.field not in form.fields else {}
        else:
            messages.success(request, f"“{saved}” is saved.")
            return redirect("connections", workspace=request.workspace.slug)
    context = _edit_page(form, _stored(request, connection), row_problem)
    changed = {"changed_meanwhile": status == 409}
    return render(request, "channels/connection_edit.html", context | changed, status=status if form.errors else 200)


def show_connection(request: WorkspaceRequest, connection: Connection, status: int = 200, **shown: Any) -> HttpResponse:
    """The page of a stored connection, with what an action on it found."""
    context = _edit_page(ConnectionForm(), connection, {})
    return render(request, "channels/connection_edit.html", {**context, **shown}, status=status)


def _stored(request: WorkspaceRequest, connection: Connection | None) -> Connection | None:
    """The connection as it is in the database: a refused save must not show through."""
    return connection_get(request.workspace, connection.pk) if connection else None


def _edit_page(form: ConnectionForm, connection: Connection | None, row_problem: dict[str, str]) -> dict[str, Any]:
    """``row_problem``: what is wrong with a row of headers or parameters, by the id of its input."""
    # What was typed goes over what is stored, secrets excepted: they are never shown again.
    shown = {**initial_values(connection), **{name: form.data[name] for name in form.data}}
    errors = {name.replace("__all__", "whole"): " ".join(map(str, found)) for name, found in form.errors.items()}
    errors |= row_problem
    for name in SECRET_FIELDS:
        if shown.pop(name, "") and errors:
            errors.setdefault(name, "Enter it again: it is kept only once everything can be saved.")
    return {
        "connection": connection,
        "values": shown,
        "errors": errors,
        "row_problem": row_problem,
        "parts": parts(connection, errors),
        **form_rows(connection, form.data),
        **choices(shown["within_seconds"]),
        **(_known(connection) if connection else {}),
    }


def _known(connection: Connection) -> dict[str, Any]:
    """What else is known of a stored connection."""
    now = timezone.now()
    (state,) = connections_state(connection.workspace, [connection], now=now)
    return {
        "state": state,
        "uses": connection_uses(connection),
        "overlaps": connection.previous_signs_at(now),
        "certificate": certificate_words(connection) if connection.client_certificate else "",
    }
