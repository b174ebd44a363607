"""What this room answers to its own questions: which segments read an attribute."""

from collections.abc import Iterator, Mapping, Sequence

from django.urls import reverse

from accounts.models import Workspace
from audience.fields import ATTRIBUTE_PREFIX
from audience.models import Segment
from audience.registry import Use
from audience.rules import Group, Rule, Rules


def segments_reading(workspace: Workspace, names: Sequence[str]) -> Mapping[str, Sequence[Use]]:
    found: dict[str, list[Use]] = {name: [] for name in names}
    for segment in Segment.objects.filter(workspace=workspace).order_by("name"):
        for name in attributes_read(segment.rules) & found.keys():
            found[name].append(_use(workspace, segment))
    return found


def attributes_read(rules: Rules) -> set[str]:
    """The attributes that the rules test."""
    fields = set(_fields(rules.root))
    return {field.removeprefix(ATTRIBUTE_PREFIX) for field in fields if field.startswith(ATTRIBUTE_PREFIX)}


def _fields(group: Group) -> Iterator[str]:
    for item in group.items:
        if isinstance(item, Rule):
            yield item.field
        else:
            yield from _fields(item)


def _use(workspace: Workspace, segment: Segment) -> Use:
    address = reverse("segment_edit", kwargs={"workspace": workspace.slug, "segment": segment.pk})
    return Use(f"Segment “{segment.name}”", address)
