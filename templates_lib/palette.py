"""What ⌘K offers of this room: the templates by name or description."""

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse

from accounts.navigation import may
from accounts.pages import WorkspaceRequest
from frontend.palette import HITS_IN_A_GROUP, Action, Hit, register_action, register_search
from templates_lib.models import Template


def templates_found(request: WorkspaceRequest, query: str) -> Iterable[Hit]:
    """Templates in use, by name."""
    workspace = request.workspace
    rows = Template.objects.filter(workspace=workspace, archived_at=None)
    rows = rows.filter(Q(name__icontains=query) | Q(description__icontains=query)).order_by("name", "pk")
    for template in rows[:HITS_IN_A_GROUP]:
        url = reverse("template_detail", kwargs={"workspace": workspace.slug, "template": template.pk})
        yield Hit(template.name, template.description, url, "template")


def register_palette() -> None:
    register_search(20, "Templates", templates_found)
    register_action(
        Action("Create template from a preset…", "wand", "template_presets", 50, may("template.edit"), "slack hubspot")
    )
