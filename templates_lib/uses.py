"""What this room answers to the questions of lower ones."""

from django.urls import reverse

from channels.models import Connection
from channels.registry import ConnectionUse
from templates_lib.models import Template
from templates_lib.selectors import templates_available, versions_newest


def connection_templates(connection: Connection) -> list[ConnectionUse]:
    """Templates whose newest version sends with the connection."""
    templates = templates_available(connection.workspace).filter(
        versions__content__contains={"connection_id": connection.pk}
    )
    found = list(templates.distinct())
    newest = versions_newest(found)
    return [_use(template) for template in found if newest[template.pk].content.connection_id == connection.pk]


def _use(template: Template) -> ConnectionUse:
    address = {"workspace": template.workspace.slug, "template": template.pk}
    return ConnectionUse(f"Template “{template.name}”", reverse("template_detail", kwargs=address))
