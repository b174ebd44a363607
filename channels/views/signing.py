"""The signature of a connection's requests: its secrets are made, replaced and removed here, and shown once."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.pages import WorkspaceRequest, workspace_page
from channels.selectors import connection_get
from channels.signing import signing_previous_end, signing_secret_set, signing_stop
from channels.views.connections import show_connection


@never_cache
@require_POST
@workspace_page("connection.edit")
def make_signing_secret(request: WorkspaceRequest, connection: int) -> HttpResponse:
    """This one answer shows the secret. One that people bring themselves is saved with the connection."""
    secret = signing_secret_set(actor=request.actor, connection=connection_get(request.workspace, connection))
    return show_connection(request, connection_get(request.workspace, connection), signing_made=secret)


@require_POST
@workspace_page("connection.edit")
def end_previous_secret(request: WorkspaceRequest, connection: int) -> HttpResponse:
    found = connection_get(request.workspace, connection)
    signing_previous_end(actor=request.actor, connection=found)
    messages.success(request, "Only the newest secret signs from now on.")
    return redirect("connection_edit", workspace=request.workspace.slug, connection=found.pk)


@require_POST
@workspace_page("connection.edit")
def stop_signing(request: WorkspaceRequest, connection: int) -> HttpResponse:
    found = connection_get(request.workspace, connection)
    signing_stop(actor=request.actor, connection=found)
    messages.success(request, f"Requests of “{found}” are no longer signed.")
    return redirect("connection_edit", workspace=request.workspace.slug, connection=found.pk)
