"""Small additions to answers: a toast, an undo, problems of fields. For htmx they travel in ``HX-Trigger``."""

from collections.abc import Iterable
from typing import Any, Final

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import trigger_client_event

_UNDO: Final = "undo:"


def with_toast(response: HttpResponse, message: str, tone: str = "ok", undo_url: str = "") -> HttpResponse:
    """Shows a message when the answer arrives. Tones: ok, info, warn, bad (stays until closed).

    ``undo_url`` adds an *Undo* button that posts there as a form does: that view answers with a redirect.
    """
    detail = {"message": message, "tone": tone} | ({"undo": undo_url} if undo_url else {})
    trigger_client_event(response, "toast", detail)
    return response


def message_with_undo(request: HttpRequest, text: str, undo_url: str) -> None:
    """Like ``messages.success``, with an *Undo* button on the next page that posts to ``undo_url``.

    That view does the opposite and answers with a redirect, most often ``redirect(came_from(request, the_list))``.
    """
    messages.success(request, text, extra_tags=f"{_UNDO}{undo_url}")


def undo_url_of(message: Message) -> str:
    """The address that ``message_with_undo`` gave to a message, or nothing."""
    tags = message.extra_tags or ""
    return tags.removeprefix(_UNDO) if tags.startswith(_UNDO) else ""


def came_from(request: HttpRequest, otherwise: str) -> str:
    """The page of this site that a form was sent from (its field ``next``, which Undo buttons fill in)."""
    page = request.POST.get("next", "")
    return page if url_has_allowed_host_and_scheme(page, allowed_hosts=None) else otherwise


def with_problems(response: HttpResponse, problems: Iterable[Any]) -> HttpResponse:
    """Marks fields and editor lines. A problem has ``field``, ``message``, ``line``, ``column``, ``severity``.

    It may have ``fix``: ``label``, and what one click puts in (``insert``) behind ``path`` at ``line`` and ``column``.
    """
    names = ("field", "message", "line", "column", "severity", "fix")
    items = [{name: getattr(problem, name, None) for name in names} for problem in problems]
    trigger_client_event(response, "problems", {"items": items})
    return response
