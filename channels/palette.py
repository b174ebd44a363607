"""What ⌘K offers of this room: creating a connection, and the connections by name or address."""

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse

from accounts.models import Workspace
from accounts.navigation import may
from accounts.pages import WorkspaceRequest
from channels.selectors import connections_available
from frontend.palette import HITS_IN_A_GROUP, Action, Hit, register_action, register_search

_may_edit = may("connection.edit")


def connections_found(request: WorkspaceRequest, query: str) -> Iterable[Hit]:
    """Connections by name or origin. Their own page is for those who may change them; others are led to the list."""
    workspace = request.workspace
    rows = connections_available(workspace).filter(Q(name__icontains=query) | Q(origin__icontains=query))
    for connection in rows[:HITS_IN_A_GROUP]:
        yield Hit(connection.name, connection.origin, _url(request, workspace, connection.pk), "plug")


def _url(request: WorkspaceRequest, workspace: Workspace, connection_id: int) -> str:
    if not _may_edit(request):
        return reverse("connections", kwargs={"workspace": workspace.slug})
    return reverse("connection_edit", kwargs={"workspace": workspace.slug, "connection": connection_id})


def register_palette() -> None:
    register_search(30, "Connections", connections_found)
    register_action(
        Action("Create connection…", "plug", "connection_new", 40, _may_edit, "new destination authentication secret")
    )
