"""Pages that use every behaviour, and what they post to. Served to a real browser by the tests beside this file."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template import RequestContext
from django.urls import include, path
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from frontend import palette
from frontend.answers import came_from, message_with_undo, with_problems, with_toast
from frontend.rows import Row
from tests.frontend.rendering import template

HERE = Path(__file__).parent
IN_WORKSPACE = (HERE / "in_workspace.html").read_text()

saved: list[dict[str, str]] = []

FORM = (HERE / "form.html").read_text()
ACTIONS = (HERE / "actions.html").read_text()
OTHER = (
    '{% extends "plain.html" %}{% block title %}Other{% endblock %}{% block content %}<h1>Other page</h1>{% endblock %}'
)
STEPS = (
    '{% extends "shell.html" %}{% block title %}Steps{% endblock %}{% block before %}<c-stepper label="Steps">'
    + "".join(f'<c-step href="#" number="{n}">A step of some length</c-step>' for n in range(5))
    + '<c-step href="#" number="6" :current="True">Last step</c-step></c-stepper>{% endblock %}'
)
DRAWER = '<c-drawer id="person" title="Ada Lovelace" :open="True" close_href="/actions"><p>u_1001</p></c-drawer>'


def _page(source: str) -> Any:
    def view(request: HttpRequest) -> HttpResponse:
        context = {
            "rows": [Row("A", "1", enabled=True), Row("B", "{{ x }}", enabled=False)],
            "options": [("a", "A"), ("b", "B")],
        }
        return HttpResponse(template(source).render(RequestContext(request, context)))

    return view


def save(request: HttpRequest) -> HttpResponse:
    saved.append({key: str(value) for key, value in request.POST.items()})
    answer = request.POST.get("answer")
    if answer == "conflict":
        return _problem(409, "Kim saved a newer version. Reload to see it.")
    if answer == "signed out":
        return HttpResponseRedirect("/accounts/login/")
    if answer == "broken once" and len(saved) == 1:
        return HttpResponse("", status=500)
    if answer == "refused once" and len(saved) == 1:
        return _problem(422, "Give it a title.")
    version = int(request.POST["version"]) + 1
    return HttpResponse(f'<input type="hidden" name="version" id="version" value="{version}" hx-swap-oob="true">')


def toast(request: HttpRequest) -> HttpResponse:
    problem = SimpleNamespace(field="url", message="The URL has no host", line=1, column=1, severity="error")
    return with_problems(with_toast(HttpResponse("<p>Checked</p>"), "Template saved"), [problem])


def archive(request: HttpRequest) -> HttpResponse:
    return with_toast(HttpResponse(status=204), "“Spring sale” was archived.", undo_url="/undo")


def archive_and_return(request: HttpRequest) -> HttpResponse:
    message_with_undo(request, "“Spring sale” was archived.", "/undo")
    return HttpResponseRedirect("/actions")


@csrf_protect
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    messages.success(request, "“Spring sale” is back.")
    return HttpResponseRedirect(came_from(request, "/other"))


def refused(request: HttpRequest) -> HttpResponse:
    return _problem(403, "Webhook is off in this workspace.")


def flaky(request: HttpRequest) -> HttpResponse:
    """Fails the first time."""
    saved.append({"path": request.get_full_path()})
    return HttpResponse("", status=503) if len(saved) == 1 else HttpResponse("<p>There it is</p>")


def crash(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<h1>Traceback</h1>", status=500)


def invalid(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<p>Choose a name</p>", status=422)


def told(request: HttpRequest) -> HttpResponse:
    messages.success(request, "Campaign launched")
    response: HttpResponse = _page(ACTIONS)(request)
    return response


def in_workspace(request: HttpRequest, workspace: str) -> HttpResponse:
    request.workspace = SimpleNamespace(name="Acme", slug=workspace)  # type: ignore[attr-defined]
    context = {"workspace": request.workspace, "name": request.path}  # type: ignore[attr-defined]
    return HttpResponse(template(IN_WORKSPACE).render(RequestContext(request, context)))


def person(request: HttpRequest, workspace: str, number: int) -> HttpResponse:
    request.workspace = SimpleNamespace(name="Acme", slug=workspace)  # type: ignore[attr-defined]
    crumbs = '<c-crumb href="/w/acme/profiles/">Profiles</c-crumb><c-crumb>Person {{ number }}</c-crumb>'
    source = IN_WORKSPACE.replace("{# crumbs #}", crumbs)
    context = {"workspace": request.workspace, "number": number}  # type: ignore[attr-defined]
    return HttpResponse(template(source).render(RequestContext(request, context)))


def found(request: HttpRequest, workspace: str) -> HttpResponse:
    context = {"groups": palette.groups(request, request.GET["q"])}
    return render(request, "frontend/_palette_found.html", context)


def _problem(status: int, detail: str) -> HttpResponse:
    return HttpResponse(json.dumps({"detail": detail}), status=status, content_type="application/problem+json")


def sign_out(request: HttpRequest) -> HttpResponse:
    return JsonResponse({})


VIEW_ACTIONS = ("rename", "share", "unshare", "default", "no_default", "delete")

urlpatterns = [
    path("form", _page(FORM)),
    path("actions", _page(ACTIONS)),
    path("told", told),
    path("other", _page(OTHER)),
    path("drawer", _page(DRAWER)),
    path("save", save),
    path("toast", toast),
    path("steps", _page(STEPS)),
    path("archive", archive),
    path("archived", archive_and_return),
    path("undo", undo),
    path("refused", refused),
    path("crash", crash),
    path("flaky", flaky),
    path("invalid", invalid),
    path("accounts/login/", _page(OTHER), name="account_login"),
    path("accounts/logout/", sign_out, name="account_logout"),
    path("w/<slug:workspace>/campaigns/", in_workspace, name="test_campaigns"),
    path("w/<slug:workspace>/profiles/", in_workspace, name="test_profiles"),
    path("w/<slug:workspace>/profiles/<int:number>/", person, name="test_person"),
    path("w/<slug:workspace>/palette/", found, name="palette"),
    path("w/<slug:workspace>/settings/members/", in_workspace, name="test_members"),
    path("w/<slug:workspace>/help/<slug:guide>/", in_workspace, name="guide"),
    path("w/<slug:workspace>/saved-views/", in_workspace, name="saved_view_save"),
    *(path(f"w/<slug:workspace>/{do}/<int:view>/", in_workspace, name=f"saved_view_{do}") for do in VIEW_ACTIONS),
    path("", include("frontend.urls")),
]
