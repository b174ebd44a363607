from typing import Any

from django.http import HttpRequest


def workspace(request: HttpRequest) -> dict[str, Any]:
    """The workspace, actor and the user's other workspaces, for the page shell."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return {}
    return {
        "actor": actor,
        "workspace": actor.workspace,
        "my_workspaces": actor.user.workspaces.order_by("name") if actor.user else [],
    }
