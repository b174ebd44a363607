"""Every read of the audience pages and API. The workspace comes first, and nothing outside it is found."""

from typing import TypeVar

from django.db.models import Q, QuerySet

from accounts.models import Workspace
from audience.errors import AudienceNotFound
from audience.models import Attribute, Erasure, Import, Profile, Segment
from webhooks_platform.base.numbers import numbers_in

SEARCH_LENGTH = 100
# What stands in the log where an erased person's user ID stood, before the number of the erasure.
ERASED_PREFIX = "erased-"
Row = TypeVar("Row")


def profiles_found(workspace: Workspace, *, search: str = "", test_only: bool = False) -> QuerySet[Profile]:
    """Profiles whose user ID, e-mail address or name has every word of ``search`` in it, in any case."""
    found = Profile.objects.filter(workspace=workspace)
    if test_only:
        found = found.filter(is_test=True)
    for word in search.replace("\x00", "")[:SEARCH_LENGTH].split():
        found = found.filter(_has(word))
    return found


def _has(word: str) -> Q:
    places = ("user_id", "email", "first_name", "last_name")
    condition = Q()
    for place in places:
        condition |= Q(**{f"{place}__icontains": word})
    return condition


def profile_get(workspace: Workspace, profile_id: int) -> Profile:
    """Raises AudienceNotFound for one that is not in the workspace."""
    return _found(Profile.objects.filter(workspace=workspace, pk=profile_id).first(), "profile")


def profile_by_user_id(workspace: Workspace, user_id: str) -> Profile:
    """The person with the customer's own id; raises AudienceNotFound."""
    return _found(Profile.objects.filter(workspace=workspace, user_id=user_id).first(), "profile")


def profile_ids_with_email(workspace: Workspace, email: str) -> QuerySet[Profile, int]:
    """The ids of the people who have exactly this e-mail address, in any case: by the index of its beginnings."""
    return Profile.objects.filter(workspace=workspace, email__iexact=email).values_list("pk", flat=True)


def attributes_found(workspace: Workspace, search: str = "") -> QuerySet[Attribute]:
    """The attribute registry; ``search``: a part of the name, display name or description."""
    found = Attribute.objects.filter(workspace=workspace)
    word = search.replace("\x00", "")[:SEARCH_LENGTH]
    if not word:
        return found
    places = ("name", "display_name", "description")
    return found.filter(Q(*((f"{place}__icontains", word) for place in places), _connector=Q.OR))


def attribute_get(workspace: Workspace, attribute_id: int) -> Attribute:
    """Raises AudienceNotFound for one that is not in the workspace."""
    return _found(Attribute.objects.filter(workspace=workspace, pk=attribute_id).first(), "attribute")


def attribute_by_name(workspace: Workspace, name: str) -> Attribute:
    """Raises AudienceNotFound for one that is not in the workspace."""
    return _found(Attribute.objects.filter(workspace=workspace, name=name).first(), "attribute")


def attribute_labels(workspace: Workspace) -> dict[str, str]:
    """What people call each attribute, by its name."""
    return {row.name: row.label for row in Attribute.objects.filter(workspace=workspace)}


def segments_all(workspace: Workspace) -> QuerySet[Segment]:
    """The saved segments, with who made them."""
    return Segment.objects.filter(workspace=workspace).select_related("created_by")


def segment_get(workspace: Workspace, segment_id: int) -> Segment:
    """Raises AudienceNotFound for one that is not in the workspace."""
    return _found(Segment.objects.filter(workspace=workspace, pk=segment_id).first(), "segment")


def imports_all(workspace: Workspace) -> QuerySet[Import]:
    """The imports, with who made them."""
    return Import.objects.filter(workspace=workspace).select_related("created_by")


def import_get(workspace: Workspace, import_id: int) -> Import:
    """Raises AudienceNotFound for one that is not in the workspace."""
    return _found(imports_all(workspace).filter(pk=import_id).first(), "import")


def erasures_all(workspace: Workspace) -> QuerySet[Erasure]:
    """The proofs of erased people."""
    return Erasure.objects.filter(workspace=workspace).select_related("workspace")


def erasure_get(workspace: Workspace, erasure_id: int) -> Erasure:
    """Raises AudienceNotFound for one that is not in the workspace."""
    return _found(erasures_all(workspace).filter(pk=erasure_id).first(), "erasure")


def erased_profile_id(workspace: Workspace, replacement: str) -> int | None:
    """The id of the profile that somebody had whose user ID the log now shows as ``replacement``."""
    numbers = numbers_in([replacement.removeprefix(ERASED_PREFIX)]) if replacement.startswith(ERASED_PREFIX) else []
    return Erasure.objects.filter(workspace=workspace, pk__in=numbers).values_list("profile_id", flat=True).first()


def _found(row: Row | None, noun: str) -> Row:
    if row is None:
        raise AudienceNotFound(f"There is no such {noun} in this workspace. It may have been deleted.")
    return row
