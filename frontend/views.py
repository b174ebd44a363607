from functools import cache, wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from drf_spectacular.generators import SchemaGenerator

from frontend.answers import message_with_undo
from frontend.api_reference import Reader, Reference
from frontend.pattern_samples import samples


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
    return render(request, "patterns.html", samples())


@require_safe
def api_reference(request: HttpRequest) -> HttpResponse:
    """Every address of the API with its fields, for anybody, as its schema is."""
    return render(request, "frontend/api_reference.html", {"reference": _reference()})


@cache
def _reference() -> Reference:
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return Reader(schema, settings.PUBLIC_URL).read()
