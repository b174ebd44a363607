"""This room's entries in the settings and user menus."""

from collections.abc import Callable

from django.http import HttpRequest

from accounts.permissions import allowed
from frontend.navigation import NavItem, register


def may(action: str) -> Callable[[HttpRequest], bool]:
    """Shows an entry only to those whom its page lets in."""

    def shown(request: HttpRequest) -> bool:
        actor = getattr(request, "actor", None)
        return actor is not None and allowed(actor, action)

    return shown


def register_entries() -> None:
    register(NavItem("General", "adjustments", "workspace_settings", 5, "settings", shown=may("workspace.edit")))
    register(NavItem("Members", "users", "members", 30, "settings"))
    register(NavItem("API tokens", "key", "api_tokens", 40, "settings", shown=may("token.edit")))
    register(NavItem("Audit trail", "history", "audit_trail", 50, "settings", shown=may("audit.view")))
    register(NavItem("Your account", "user-circle", "account", 10, "user"))
