"""Create from a preset: the list, and one preset with its blanks to fill in."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.pages import WorkspaceRequest, workspace_page
from channels.errors import ConnectionNotFound
from channels.models import Connection
from channels.origins import origin_of
from channels.selectors import connection_get, connections_available
from templates_lib.content import WebhookContent
from templates_lib.errors import TemplateInvalid
from templates_lib.library import content_readable
from templates_lib.models import Template
from templates_lib.preset import Preset, preset_content
from templates_lib.presets import PRESETS, preset_get
from templates_lib.services import template_save
from webhooks_platform.base.errors import InvalidInput
from webhooks_platform.base.numbers import number_in


@require_GET
@workspace_page("template.edit")
def presets(request: WorkspaceRequest) -> HttpResponse:
    return render(request, "templates_lib/presets.html", {"presets": PRESETS})


@require_http_methods(["GET", "POST"])
@workspace_page("template.edit")
def preset(request: WorkspaceRequest, preset: str) -> HttpResponse:
    chosen = preset_get(preset)
    if request.method == "GET":
        return _shown(request, chosen, {"name": chosen.name})
    try:
        template = _made(request, chosen)
    except InvalidInput as error:
        return _shown(request, chosen, request.POST.dict(), error)
    messages.success(request, "The template is saved. Use it in a campaign and send a test before you rely on it.")
    return redirect("template_detail", workspace=request.workspace.slug, template=template.pk)


def _made(request: WorkspaceRequest, preset: Preset) -> Template:
    answers = request.POST.dict()
    connection = _connection(request, answers.get("connection", ""))
    content = preset_content(preset, answers, connection_id=connection.pk if connection else None)
    _require_origin(content, connection)
    return template_save(
        workspace=request.workspace,
        actor=request.actor,
        name=answers.get("name", ""),
        content=content,
        answered_ok_at=None,
        description=preset.summary,
    )


def _connection(request: WorkspaceRequest, text: str) -> Connection | None:
    if not text:
        return None
    try:
        return connection_get(request.workspace, number_in(text) or 0)
    except ConnectionNotFound as error:
        raise TemplateInvalid(f"{error.message} Choose another one.", field="connection") from None


def _require_origin(content: WebhookContent, connection: Connection | None) -> None:
    """A secret travels to the connection's own origin only: better said here than at the first launch."""
    if connection and origin_of(content.url) != connection.origin:
        raise TemplateInvalid(
            f"The request goes to {origin_of(content.url)}, but “{connection}” is for {connection.origin}. "
            "Choose a connection for that origin, or none for now.",
            field="connection",
        )


def _shown(
    request: WorkspaceRequest, preset: Preset, answers: Mapping[str, Any], error: InvalidInput | None = None
) -> HttpResponse:
    field, words = (error.field, error.message) if error else ("", "")
    context = {
        "preset": preset,
        "name": answers.get("name", ""),
        "blanks": [
            (blank, answers.get(blank.name, ""), words if field == blank.name else "") for blank in preset.blanks
        ],
        "connections": [
            (found.pk, f"{found.name} ({found.origin})") for found in connections_available(request.workspace)
        ],
        "connection": answers.get("connection", ""),
        "name_error": words if field == "name" else "",
        "connection_error": words if field == "connection" else "",
        "readable": content_readable(request.workspace, preset.content),
    }
    return render(request, "templates_lib/preset.html", context, status=422 if error else 200)
