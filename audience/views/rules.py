"""The rule editor's own requests, from whichever page shows it."""

from typing import cast

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.pages import WorkspaceRequest, workspace_page
from audience.rules_form import answer_posted, rules_editor_again, without_row


@require_http_methods(["GET", "POST"])
@workspace_page("workspace.view")
def audience_count(request: WorkspaceRequest) -> HttpResponse:
    """How many people the posted (or queried) choice means, with three of them."""
    data = request.POST if request.method == "POST" else request.GET
    return render(request, "audience/_count.html", {"answer": answer_posted(request.workspace, data)})


@require_POST
@workspace_page("workspace.view")
def audience_rules(request: WorkspaceRequest) -> HttpResponse:
    """What is inside the editor, again, with a rule added (``?add=1``) or one removed (``?remove=<index>``)."""
    data = {key: cast(str, value) for key, value in request.POST.items()}
    removed = request.GET.get("remove", "")
    if removed.isdecimal():
        data = without_row(data, int(removed))
    changed = request.headers.get("HX-Trigger-Name", "")
    editor = rules_editor_again(request.workspace, data, changed=changed, adding="add" in request.GET)
    answer = render(request, "audience/_rules_body.html", {"editor": editor})
    if removed:
        # A form that saves by itself notices a change like one of its fields'.
        answer["HX-Trigger"] = "change"
    return answer
