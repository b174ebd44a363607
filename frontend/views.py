from datetime import timedelta
from functools import cache, wraps
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe
from drf_spectacular.generators import SchemaGenerator

from frontend.answers import message_with_undo
from frontend.api_reference import Reader, Reference
from frontend.rows import Row


def open_to_developers(view: Any) -> Any:
    """For anybody signed in, and for everybody while DEBUG is on."""
    behind_login = login_required(view)

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = (view if settings.DEBUG else behind_login)(request, *args, **kwargs)
        return response

    return page


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_developers
def patterns(request: HttpRequest) -> HttpResponse:
    """Every component in every state. Its sample forms are sent here, and show a message that can be undone."""
    if request.method == "POST":
        message_with_undo(request, "“Win-back” was archived.", request.path)
        return redirect(request.path)
    return render(request, "patterns.html", _samples())


@require_safe
def api_reference(request: HttpRequest) -> HttpResponse:
    """Every address of the API with its fields, for anybody, as its schema is."""
    return render(request, "frontend/api_reference.html", {"reference": _reference()})


@cache
def _reference() -> Reference:
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return Reader(schema, settings.PUBLIC_URL).read()


def _samples() -> dict[str, Any]:
    now = timezone.now()
    return {
        "workspace": SimpleNamespace(name="Acme", slug="acme"),
        "my_workspaces": [SimpleNamespace(name="Acme", slug="acme"), SimpleNamespace(name="Globex", slug="globex")],
        "states": ["draft", "scheduled", "running", "paused", "completed", "failed", "retrying", "skipped", "off"],
        "options": [("json", "JSON"), ("form", "Form"), ("raw", "Raw text"), ("none", "None")],
        "headers": [
            Row("Content-Type", "application/json", enabled=True),
            Row("X-Customer", "{{ user_id }}", enabled=True),
            Row("X-Debug", "1", enabled=False),
        ],
        "pairs": [
            Row("name", "{{ first_name }}", enabled=True, type="text"),
            Row("points", "{{ points }}", enabled=True, type="number"),
        ],
        "sent_headers": [
            ("content-type", "application/json"),
            ("webhook-id", "ntf_01JD"),
            ("authorization", "••••••••"),
        ],
        "body": '{"ok": true, "customer": "u_1001", "balance": 60, "tags": ["vip", "newsletter"], "note": null}',
        "source": '{\n  "name": {{ first_name | default("there") | tojson }},\n  "message": {{ message | tojson }}\n}',
        "moment": now - timedelta(minutes=3),
        "soon": now + timedelta(hours=2),
        "variables": [
            {"path": "first_name", "type": "text", "example": "Ada"},
            {"path": "points", "type": "number", "example": "120"},
            {"path": "campaign.name", "type": "text", "example": "Spring sale"},
        ],
    }
