"""What this room answers to the questions of lower ones."""

from collections.abc import Mapping, Sequence

from django.urls import reverse

from accounts.models import Workspace
from audience.registry import Use
from channels.models import Connection
from channels.registry import ConnectionUse
from templates_lib.checks import variables
from templates_lib.content import WebhookContent
from templates_lib.models import Template
from templates_lib.selectors import templates_available, versions_newest


def connection_templates(connection: Connection) -> list[ConnectionUse]:
    """Templates whose newest version sends with the connection."""
    templates = templates_available(connection.workspace).filter(
        versions__content__contains={"connection_id": connection.pk}
    )
    found = list(templates.distinct())
    newest = versions_newest(found)
    uses = [template for template in found if newest[template.pk].content.connection_id == connection.pk]
    return [ConnectionUse(*_called(connection.workspace, template)) for template in uses]


def templates_reading(workspace: Workspace, names: Sequence[str]) -> Mapping[str, Sequence[Use]]:
    """Templates whose newest version writes the attribute."""
    found: dict[str, list[Use]] = {name: [] for name in names}
    templates = list(templates_available(workspace))
    newest = versions_newest(templates)
    for template in templates:
        for name in attributes_written(newest[template.pk].content, names):
            found[name].append(Use(*_called(workspace, template)))
    return found


def attributes_written(content: WebhookContent, names: Sequence[str]) -> set[str]:
    """Those of the names whose value the content reads somewhere, or a part of it."""
    text = content.model_dump_json()
    mentioned = {name for name in names if name in text}
    return mentioned & {variable.name.partition(".")[0] for variable in variables(content)} if mentioned else set()


def _called(workspace: Workspace, template: Template) -> tuple[str, str]:
    address = {"workspace": workspace.slug, "template": template.pk}
    return f"Template “{template.name}”", reverse("template_detail", kwargs=address)
