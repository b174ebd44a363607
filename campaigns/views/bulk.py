"""Many campaigns at once: the question with the count, then progress, then the result, all in one dialog."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.pages import WorkspaceRequest, workspace_page
from campaigns.bulk import ACTIONS, AT_ONCE, BulkAction, bulk_action, bulk_apply, bulk_question
from campaigns.errors import BulkInvalid
from campaigns.labels import labels_check
from campaigns.list_filters import list_filters
from campaigns.selectors import campaigns_listed, campaigns_of
from webhooks_platform.base.errors import InvalidInput
from webhooks_platform.base.numbers import number_in, numbers_in
from webhooks_platform.base.words import words_listed


@require_POST
@workspace_page("campaign.edit")
def ask(request: WorkspaceRequest) -> HttpResponse:
    """How many it would be; with ``scope=all`` everything that the filters in ``query`` match."""
    context: dict[str, Any] = {}
    try:
        action = bulk_action(request.POST.get("action", ""))
        context["action"] = action
        question = bulk_question(request.workspace, action, _chosen(request))
    except BulkInvalid as error:
        return render(request, "campaigns/_bulk_ask.html", {**context, "problem": error.message})
    return render(request, "campaigns/_bulk_ask.html", {**context, **_question_page(question)})


def _question_page(question: Any) -> dict[str, Any]:
    return {"question": question, "ids": ",".join(map(str, question.ids))}


def _chosen(request: WorkspaceRequest) -> Any:
    if request.POST.get("scope") == "all":
        return campaigns_listed(
            request.workspace, **list_filters(QueryDict(request.POST.get("query", "")), request.user)
        )
    return campaigns_of(request.workspace).filter(pk__in=numbers_in(request.POST.getlist("chosen")))


@require_POST
@workspace_page("campaign.edit")
def run(request: WorkspaceRequest) -> HttpResponse:
    """Takes the next few of ``ids``; the answer asks for the rest by itself until all are done."""
    action = bulk_action(request.POST.get("action", ""))
    ids = numbers_in(request.POST.get("ids", "").split(","))
    try:
        labels = _labels(request, action)
        _check_typed(request, action, ids)
    except InvalidInput as error:
        question = bulk_question(request.workspace, action, campaigns_of(request.workspace).filter(pk__in=ids))
        context = {"action": action, "error": error.message, **_question_page(question)}
        return render(request, "campaigns/_bulk_ask.html", context, status=422)
    step = bulk_apply(actor=request.actor, action=action, ids=ids[:AT_ONCE], labels=labels)
    context = _progress(request, ids, [*map(str, step.done)])
    context["refused"] += [(refusal.name, refusal.reason) for refusal in step.refused]
    return render(request, "campaigns/_bulk_progress.html", {**context, "action": action, "labels": ", ".join(labels)})


def _labels(request: HttpRequest, action: BulkAction) -> list[str]:
    if action.key != "label":
        return []
    labels = words_listed(request.POST.get("labels", ""))
    if not labels:
        raise InvalidInput("Write at least one label.", field="labels")
    labels_check(labels)
    return labels


def _check_typed(request: HttpRequest, action: BulkAction, ids: list[int]) -> None:
    """Deleting needs the number of campaigns, typed; the steps after the first carry it along."""
    if action.key == "delete" and request.POST.get("typed", "").strip() != request.POST.get("total", str(len(ids))):
        raise InvalidInput(f"Nothing was deleted: type {len(ids)} to confirm.", field="typed")


def _progress(request: HttpRequest, ids: list[int], done: list[str]) -> dict[str, Any]:
    """What earlier steps did comes back with the form, so that the last one shows the whole."""
    all_done = [*filter(None, request.POST.get("done", "").split(",")), *done]
    before = zip(request.POST.getlist("refused_name"), request.POST.getlist("refused_reason"), strict=False)
    total = number_in(request.POST.get("total", ""))
    return {
        "ids": ",".join(map(str, ids[AT_ONCE:])),
        "done": ",".join(all_done),
        "done_count": len(all_done),
        "refused": list(before),
        "total": len(ids) if total is None else total,
        "typed": request.POST.get("typed", ""),
        "undo": ACTIONS["unarchive"] if request.POST.get("action") == "archive" else None,
    }
