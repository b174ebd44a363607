"""Reads of the template library, the workspace first."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Func, IntegerField, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.fields.json import KeyTextTransform

from accounts.models import Workspace
from templates_lib.errors import TemplateNotFound
from templates_lib.models import Template, TemplateVersion


def templates_available(workspace: Workspace) -> QuerySet[Template]:
    """Templates that a campaign can choose, by name, each with ``version_number`` of its newest version."""
    return _numbered(Template.objects.filter(workspace=workspace, archived_at=None)).order_by("name", "id")


def templates_found(
    workspace: Workspace, *, search: str = "", tag: str = "", archived: bool = False
) -> QuerySet[Template]:
    """The library's list: in use or archived, with the tag, where name, description, tags or URL contain ``search``."""
    rows = Template.objects.filter(workspace=workspace, archived_at__isnull=not archived)
    if tag:
        rows = rows.filter(tags__contains=[tag])
    if search:
        rows = _searched(rows, search)
    return _numbered(rows).select_related("created_by").order_by("name", "id")


def _searched(rows: QuerySet[Template], search: str) -> QuerySet[Template]:
    """Of the URLs, those of the newest versions count."""
    versions = TemplateVersion.objects.filter(template=OuterRef("pk")).order_by("-number")
    url = versions.annotate(url=KeyTextTransform("url", "content")).values("url")[:1]
    words = Func("tags", Value(","), function="array_to_string", output_field=TextField())
    found = rows.annotate(newest_url=Subquery(url, output_field=TextField()), tag_words=words)
    columns = ("name", "description", "newest_url", "tag_words")
    return found.filter(reduce(or_, (Q(**{f"{column}__icontains": search}) for column in columns)))


def template_get(workspace: Workspace, template_id: int) -> Template:
    """Raises TemplateNotFound for an id that is not this workspace's; archived ones are found."""
    rows = _numbered(Template.objects.filter(workspace=workspace)).select_related("created_by")
    template = rows.filter(pk=template_id).first()
    if template is None:
        raise TemplateNotFound("This template does not exist in this workspace. Go back to the library.")
    return template


def template_versions(template: Template) -> list[TemplateVersion]:
    """Newest first."""
    return list(template.versions.select_related("created_by").order_by("-number"))


def template_version_get(template: Template, number: int) -> TemplateVersion:
    """Raises TemplateNotFound for a number that the template never had."""
    version = template.versions.filter(number=number).select_related("created_by").first()
    if version is None:
        raise TemplateNotFound(f"“{template}” has no version {number}. Choose one from its list.")
    return version


def _numbered(rows: QuerySet[Template]) -> QuerySet[Template]:
    newest = TemplateVersion.objects.filter(template=OuterRef("pk")).order_by("-number").values("number")[:1]
    return rows.annotate(version_number=Subquery(newest, output_field=IntegerField()))


def versions_newest(templates: Iterable[Template]) -> dict[int, TemplateVersion]:
    """The newest version of each template by the template's id, in one query."""
    versions = TemplateVersion.objects.filter(template__in=[template.pk for template in templates])
    newest = versions.order_by("template_id", "-number").distinct("template_id")
    return {version.template_id: version for version in newest}
