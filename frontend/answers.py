"""Small additions to answers for htmx: a toast, problems of fields. Both travel as events in ``HX-Trigger``."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django_htmx.http import trigger_client_event


def with_toast(response: HttpResponse, message: str, tone: str = "ok") -> HttpResponse:
    """Shows a message when the answer arrives. Tones: ok, info, warn, bad (stays until closed)."""
    trigger_client_event(response, "toast", {"message": message, "tone": tone})
    return response


def with_problems(response: HttpResponse, problems: Iterable[Any]) -> HttpResponse:
    """Marks fields and editor lines. A problem has ``field``, ``message``, ``line``, ``column``, ``severity``.

    It may have ``fix``: ``label``, and what one click puts in (``insert``) behind ``path`` at ``line`` and ``column``.
    """
    names = ("field", "message", "line", "column", "severity", "fix")
    items = [{name: getattr(problem, name, None) for name in names} for problem in problems]
    trigger_client_event(response, "problems", {"items": items})
    return response
