"""Beside the content: the request as one person gets it, whom to look at, and test sends with their answer."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from accounts.pages import WorkspaceRequest, workspace_page
from audience.models import Profile
from campaigns.completions import completions_json
from campaigns.content_form import content_posted
from campaigns.models import Campaign
from campaigns.people import people_after, people_lacking, people_searched, profile_chosen
from campaigns.preview import preview_make
from campaigns.selectors import campaign_get
from campaigns.testing import test_send
from channels.selectors import connection_find
from frontend.answers import with_problems, with_toast
from notifications.reasons import answer_message, explain
from notifications.selectors import notification_detail, notification_of_run, run_get
from notifications.states import FINAL
from webhooks_platform.base.errors import ProductError
from webhooks_platform.base.numbers import number_in


@require_POST
@workspace_page("workspace.view")
def preview(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    """The request as the chosen person would get it; problems go to their fields by an event."""
    found = campaign_get(request.workspace, campaign)
    made_for = profile_chosen(found, request.POST.get("person", ""))
    written = content_posted(request.POST, found.content)
    made = preview_make(
        campaign=found,
        content=written,
        connection=connection_find(request.workspace, written.connection_id),
        profile=made_for,
    )
    context = {"campaign": found, "preview": made, "person": made_for, "variables": completions_json(made_for)}
    answer = render(request, "campaigns/_preview.html", context)
    return with_problems(answer, made.findings)


@require_POST
@workspace_page("campaign.test")
def test(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    """Sends the request as written in the form to one person, really, and shows what comes back."""
    found = campaign_get(request.workspace, campaign)
    profile = profile_chosen(found, request.POST.get("person", ""))
    try:
        written = content_posted(request.POST, found.content)
        run = test_send(campaign=found, actor=request.actor, content=written, profile=profile)
    except ProductError as error:
        return render(request, "campaigns/_test_refused.html", {"error": error})
    return render(request, "campaigns/_test_waiting.html", {"campaign": found, "run": run})


@require_GET
@workspace_page("workspace.view")
def test_result(request: WorkspaceRequest, campaign: int, run: int) -> HttpResponse:
    """Asked again until the test's notification is final: nothing (204) before that."""
    found_run = run_get(request.workspace, run)
    notification = notification_of_run(found_run)
    if notification is None or notification.state not in FINAL:
        return HttpResponse(status=204)
    detail = notification_detail(request.workspace, found_run.pk, notification.id)
    attempt = detail.attempts[0] if detail.attempts else None
    said = answer_message(attempt.exchange.response_text) if attempt and attempt.exchange else ""
    context = {
        "run": found_run,
        "notification": notification,
        "attempt": attempt,
        "said": said,
        # What the destination said stands above it.
        "explanation": explain(notification.reason, notification.status_code, is_of_test=True)
        if said
        else detail.explanation,
    }
    return render(request, "campaigns/_test_result.html", context)


@require_GET
@workspace_page("workspace.view")
def people(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    """The choices of "Preview as": a search, the people after one (``after``), or those without a variable."""
    found = campaign_get(request.workspace, campaign)
    chosen, nobody = _people(request, found)
    if not chosen:
        return with_toast(HttpResponse(status=204), nobody, "info")
    answer = render(request, "campaigns/_people_options.html", {"people": chosen})
    return trigger_client_event(answer, "person-chosen", after="settle")


def _people(request: WorkspaceRequest, campaign: Campaign) -> tuple[list[Profile], str]:
    """The people, and what to say when there are none."""
    without, after = request.GET.get("without", ""), request.GET.get("after", "")
    if without:
        return people_lacking(campaign, without), f"Everybody in the audience has {without}."
    if after:
        current = number_in(request.GET.get("person", "")) or 0
        return people_after(campaign, current), "Nobody is in the audience."
    return people_searched(campaign, request.GET.get("person_search", "")), "Nobody fits this search."
