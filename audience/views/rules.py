"""The rule editor's own requests, from whichever page shows it."""

from typing import cast

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.pages import WorkspaceRequest, workspace_page
from audience.rules_form import audience_answer, choice_posted, rules_editor, rules_posted, without_row


@require_http_methods(["GET", "POST"])
@workspace_page("workspace.view")
def audience_count(request: WorkspaceRequest) -> HttpResponse:
    """How many people the posted (or queried) choice means, with three of them."""
    choice = choice_posted(request.POST if request.method == "POST" else request.GET)
    return render(request, "audience/_count.html", {"answer": audience_answer(request.workspace, choice)})


@require_POST
@workspace_page("workspace.view")
def audience_rules(request: WorkspaceRequest) -> HttpResponse:
    """The editor again, with a rule added (``?add=1``) or one removed (``?remove=<index>``)."""
    data = {key: cast(str, value) for key, value in request.POST.items()}
    removed = request.GET.get("remove", "")
    if removed.isdecimal():
        data = without_row(data, int(removed))
    adding = "add" in request.GET
    editor = rules_editor(request.workspace, rules_posted(data), adding=adding, focus=adding or bool(removed))
    answer = render(request, "audience/_rules.html", {"editor": editor})
    if removed:
        # A form that saves by itself notices a change like one of its fields'.
        answer["HX-Trigger"] = "change"
    return answer
