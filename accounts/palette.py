"""What ⌘K offers of this room: its actions, and the members."""

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse

from accounts.models import Member
from accounts.navigation import may
from accounts.pages import WorkspaceRequest
from frontend.palette import HITS_IN_A_GROUP, Action, Hit, register_action, register_search


def members_found(request: WorkspaceRequest, query: str) -> Iterable[Hit]:
    """Members by name or e-mail address; they all stand on one page."""
    workspace = request.workspace
    named = Q(user__name__icontains=query) | Q(user__email__icontains=query)
    members = Member.objects.filter(named, workspace=workspace).select_related("user").order_by("user__name", "pk")
    url = reverse("members", kwargs={"workspace": workspace.slug})
    for member in members[:HITS_IN_A_GROUP]:
        yield Hit(str(member.user), f"{member.user.email} · {member.get_role_display()}", url, "user-circle")


def register_palette() -> None:
    register_search(60, "Members", members_found)
    register_action(Action("Invite a member…", "user-plus", "members", 60, may("member.edit"), "add teammate"))
    register_action(Action("Create API token…", "key", "api_tokens", 70, may("token.edit"), "new key"))
    register_action(
        Action("Create workspace…", "plus", "workspace_create", 90, may("workspace.view"), "new", in_workspace=False)
    )
