"""A connection's test and its secrets."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.pages import WorkspaceRequest, workspace_page
from channels.errors import ConnectionInvalid
from channels.models import Connection
from channels.secrets import connection_secret_replace
from channels.selectors import connection_get
from channels.testing import Tested, connection_test
from channels.views.connections import show_connection
from webhooks_platform.base.errors import ProductError


@require_POST
@workspace_page("connection.edit")
def test_connection(request: WorkspaceRequest, connection: int) -> HttpResponse:
    found = connection_get(request.workspace, connection)
    try:
        result = connection_test(actor=request.actor, connection=found)
    except ProductError as error:
        result = Tested("bad", error.title, error.message)
    return show_connection(request, found, tested=result)


@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
@workspace_page("connection.edit")
def replace_secret(request: WorkspaceRequest, connection: int) -> HttpResponse:
    found, problem = connection_get(request.workspace, connection), ""
    if request.method == "POST":
        try:
            connection_secret_replace(actor=request.actor, connection=found, secret=request.POST.get("secret", ""))
        except ConnectionInvalid as error:
            problem = error.message
        else:
            messages.success(request, f"The secret of “{found}” is replaced.")
            return redirect("connections", workspace=request.workspace.slug)
    return _secret_page(request, found, problem)


def _secret_page(request: WorkspaceRequest, connection: Connection, problem: str) -> HttpResponse:
    context = {"connection": connection, "problem": problem}
    return render(request, "channels/connection_secret.html", context, status=422 if problem else 200)
