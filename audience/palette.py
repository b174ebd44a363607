"""What ⌘K offers of this room: adding people, and finding people and segments."""

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse

from accounts.navigation import may
from accounts.pages import WorkspaceRequest
from audience.models import Profile
from audience.selectors import attributes_found, segments_all
from frontend.palette import HITS_IN_A_GROUP, Action, Hit, register_action, register_search

# Each has an index for its beginnings, so that a million people are searched as fast as a hundred.
SEARCHED = ("user_id", "email", "first_name", "last_name")


def profiles_found(request: WorkspaceRequest, query: str) -> Iterable[Hit]:
    """People whose user ID, e-mail address or name begins with each of the words, in any case."""
    workspace = request.workspace
    rows = Profile.objects.filter(workspace=workspace)
    for word in query.split():
        rows = rows.filter(_begins_with(word))
    for profile in rows.order_by("pk")[:HITS_IN_A_GROUP]:
        url = reverse("profile_detail", kwargs={"workspace": workspace.slug, "profile": profile.pk})
        sub = " · ".join(part for part in (profile.user_id if profile.name else "", profile.email) if part)
        yield Hit(profile.name or profile.user_id, sub, url, "user")


def _begins_with(word: str) -> Q:
    condition = Q()
    for name in SEARCHED:
        condition |= Q(**{f"{name}__istartswith": word})
    return condition


def segments_found(request: WorkspaceRequest, query: str) -> Iterable[Hit]:
    """Segments by name. Their own page is for those who may change them; others are led to the list."""
    workspace = request.workspace
    for segment in segments_all(workspace).filter(name__icontains=query).order_by("name")[:HITS_IN_A_GROUP]:
        url = reverse("segments", kwargs={"workspace": workspace.slug})
        if may("segment.edit")(request):
            url = reverse("segment_edit", kwargs={"workspace": workspace.slug, "segment": segment.pk})
        yield Hit(segment.name, "", url, "filter")


def attributes_matching(request: WorkspaceRequest, query: str) -> Iterable[Hit]:
    """Attributes by name, display name or description; who may not change them is led to the list."""
    workspace = request.workspace
    for attribute in attributes_found(workspace, query).order_by("name")[:HITS_IN_A_GROUP]:
        url = reverse("attributes", kwargs={"workspace": workspace.slug})
        if may("attribute.edit")(request):
            url = reverse("attribute_edit", kwargs={"workspace": workspace.slug, "attribute": attribute.pk})
        yield Hit(attribute.label, attribute.name if attribute.display_name else "", url, "tag")


def register_palette() -> None:
    register_search(40, "Profiles", profiles_found)
    register_search(50, "Segments", segments_found)
    register_search(55, "Attributes", attributes_matching)
    register_action(Action("Import people…", "file-import", "import_new", 20, may("profile.edit"), "csv upload"))
    register_action(Action("Add profile…", "user-plus", "profile_new", 25, may("profile.edit"), "new person"))
    register_action(Action("Create attribute…", "tag", "attribute_new", 32, may("attribute.edit"), "new field"))
    register_action(Action("Create segment…", "filter", "segment_new", 30, may("segment.edit"), "new rules audience"))
