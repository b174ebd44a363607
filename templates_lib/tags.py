"""Tags: free words by which people group templates."""

from collections.abc import Iterable

from django.db.models import Func, TextField

from accounts.models import Workspace
from templates_lib.errors import TemplateInvalid
from templates_lib.models import TAG_LENGTH, TAG_LIMIT, Template


def tags_checked(tags: Iterable[str]) -> list[str]:
    """The tags; raises TemplateInvalid for those that can't be kept."""
    listed = list(tags)
    if len(listed) > TAG_LIMIT:
        raise TemplateInvalid(f"A template can have {TAG_LIMIT} tags at most. Remove some.", field="tags")
    for tag in listed:
        if not 1 <= len(tag.strip()) <= TAG_LENGTH or "," in tag or not tag.isprintable():
            message = f"“{tag[:TAG_LENGTH]}” can't be a tag. Use 1 to {TAG_LENGTH} characters, no commas."
            raise TemplateInvalid(message, field="tags")
    return listed


def tags_used(workspace: Workspace) -> list[str]:
    """Every tag of the workspace's templates in use, by name."""
    rows = Template.objects.filter(workspace=workspace, archived_at=None)
    found = rows.annotate(tag=Func("tags", function="unnest", output_field=TextField())).values_list("tag", flat=True)
    return sorted(set(found), key=str.casefold)
