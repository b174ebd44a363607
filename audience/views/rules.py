"""The rule editor's own requests, from whichever page shows it."""

from typing import cast

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from accounts.pages import WorkspaceRequest, workspace_page
from audience.rules_form import answer_posted, rules_editor_again, value_problems
from frontend.answers import with_problems
from webhooks_platform.base.numbers import number_in


@require_http_methods(["GET", "POST"])
@workspace_page("workspace.view")
def audience_count(request: WorkspaceRequest) -> HttpResponse:
    """How many people the posted (or queried) choice means, with some of them: others than the last (``?after=``)."""
    data = _fields(request) if request.method == "POST" else {key: str(value) for key, value in request.GET.items()}
    after = request.GET.get("after", "")
    answer = answer_posted(request.workspace, data, after=number_in(after))
    page = render(request, "audience/_count.html", {"answer": answer})
    return with_problems(page, value_problems(request.workspace, data))


@require_POST
@workspace_page("workspace.view")
def audience_rules(request: WorkspaceRequest) -> HttpResponse:
    """What is inside the editor, again. ``?add=``, ``?add_group=`` and ``?remove=`` change what they name first."""
    edit = {name: str(path) for name, path in request.GET.items()}
    editor = rules_editor_again(request.workspace, _fields(request), edit)
    answer = render(request, "audience/_rules_body.html", {"editor": editor})
    if "remove" in edit:
        # A form that saves by itself notices a change like one of its fields'.
        answer["HX-Trigger"] = "change"
    return trigger_client_event(answer, "rules:shown", after="settle")


def _fields(request: WorkspaceRequest) -> dict[str, str]:
    return {key: cast(str, value) for key, value in request.POST.items()}
