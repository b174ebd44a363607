"""The builder's steps Setup, Audience, Schedule and Review & launch."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.pages import WorkspaceRequest, workspace_page
from audience.rules_form import audience_answer, choice_posted, rules_editor
from audience.selectors import segments_all
from campaigns.confirmed import confirmed_posted, people_grew, to_type
from campaigns.destination import address_problems
from campaigns.errors import MorePeople
from campaigns.labels import labels_posted
from campaigns.models import Campaign
from campaigns.review import campaign_review
from campaigns.samples import review_samples
from campaigns.schedule import Schedule, zone_names
from campaigns.schedule_form import pace_words, rate_fields, repeat_fields, schedule_outlook, schedule_posted
from campaigns.scheduled import launch_moment
from campaigns.selectors import campaign_get, labels_used
from campaigns.services import campaign_launch, campaign_schedule, campaign_unschedule
from campaigns.views.builder import builder_page, posted_revision, save_step, step_url
from channels.defaults import channel_defaults
from channels.models import ChannelKind
from channels.selectors import channel_enabled
from frontend.answers import came_from
from notifications.models import Run
from webhooks_platform.base.errors import ProductError
from webhooks_platform.base.numbers import number_in


@require_http_methods(["GET", "POST"])
@workspace_page("workspace.view")
def setup(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    found = campaign_get(request.workspace, campaign)
    if request.method == "POST":
        # Without the choice on the page, as while Webhook is off, the campaign keeps its channel.
        channel = {"channel": request.POST["channel"]} if "channel" in request.POST else {}
        return save_step(request, found, name=request.POST.get("name", ""), **channel, **labels_posted(request.POST))
    return builder_page(
        request,
        found,
        "setup",
        webhook_enabled=channel_enabled(request.workspace, ChannelKind.WEBHOOK),
        is_webhook=found.channel == ChannelKind.WEBHOOK,
        labels_text=", ".join(found.labels),
        labels_known=labels_used(request.workspace),
    )


@require_http_methods(["GET", "POST"])
@workspace_page("workspace.view")
def audience(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    found = campaign_get(request.workspace, campaign)
    if request.method == "POST":
        return save_step(request, found, audience=choice_posted(request.POST))
    return builder_page(
        request,
        found,
        "audience",
        segment_options=[(segment.pk, segment.name) for segment in segments_all(request.workspace)],
        editor=rules_editor(request.workspace, found.audience.rules),
        answer=audience_answer(request.workspace, found.audience),
        **{f"is_{kind}": found.audience.kind == kind for kind in ("everyone", "segment", "rules", "test_users")},
    )


@require_GET
@workspace_page("workspace.view")
def recipients(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    """How many people the campaign would reach at this moment, for the head of every step."""
    found = campaign_get(request.workspace, campaign)
    answer = audience_answer(request.workspace, found.audience)
    zone = channel_defaults(request.workspace, ChannelKind.WEBHOOK).time_zone
    # As text: a template shows an aware moment in its own time zone.
    counted_at = f"{timezone.now().astimezone(ZoneInfo(zone)):%H:%M:%S}"
    context = {"campaign": found, "answer": answer, "counted_at": counted_at}
    return render(request, "campaigns/_recipients.html", context)


@require_http_methods(["GET", "POST"])
@workspace_page("workspace.view")
def schedule(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    found = campaign_get(request.workspace, campaign)
    if request.method == "POST":
        answer = save_step(request, found, schedule=schedule_posted(request.POST, found.schedule))
        outlook = {**schedule_outlook(found.schedule, timezone.now()), "oob": True}
        answer.write(render_to_string("campaigns/_schedule_outlook.html", outlook, request))
        return answer
    zone = channel_defaults(request.workspace, ChannelKind.WEBHOOK).time_zone
    chosen = found.schedule.time_zone if found.schedule.local else zone
    return builder_page(
        request,
        found,
        "schedule",
        zones=[(zone, zone.replace("_", " ")) for zone in sorted(zone_names())],
        chosen_zone=chosen,
        # As text: a template shows an aware moment in its own time zone.
        time_there=f"{timezone.now().astimezone(ZoneInfo(chosen)):%H:%M}",
        is_now=found.schedule.kind == "now",
        is_later=found.schedule.kind == "later",
        is_repeat=found.schedule.kind == "repeat",
        **repeat_fields(found.schedule),
        **schedule_outlook(found.schedule, timezone.now()),
        **rate_fields(found),
    )


@require_http_methods(["GET"])
@workspace_page("workspace.view")
def review(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    """``shown``: how many people a confirmation was for that no longer holds, which is then asked for anew."""
    return review_page(request, campaign_get(request.workspace, campaign))


def review_page(request: WorkspaceRequest, campaign: Campaign) -> HttpResponse:
    found = campaign_review(campaign, now=timezone.now())
    answer = audience_answer(request.workspace, campaign.audience)
    shown = number_in(request.GET.get("shown", ""))
    return builder_page(
        request,
        campaign,
        "review",
        problems=found.problems,
        problem_links=[(problem, _problem_url(campaign, problem.step, problem.field)) for problem in found.problems],
        ready=not found.errors,
        preflight=found.preflight,
        content_url=step_url(campaign, "content"),
        samples=review_samples(campaign) if campaign.channel and campaign.content.url else [],
        answer=answer,
        typed=to_type(answer.count),
        shown=shown,
        ask_again=shown is not None and people_grew(shown, answer.count),
        launch_at=campaign.schedule.next_after(timezone.now()),
        schedule_now=_when(campaign),
        pace=pace_words(campaign),
    )


def _when(campaign: Campaign) -> str:
    schedule: Schedule = campaign.schedule
    if launch_moment(campaign) and campaign.launch_at:
        return schedule.launch_words(campaign.launch_at)
    return schedule.words(timezone.now())


def _problem_url(campaign: Campaign, step: str, field: str) -> str:
    return f"{step_url(campaign, step)}#{field}" if field else step_url(campaign, step)


@require_POST
@workspace_page("campaign.launch")
def launch(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    """Launches, or puts on the clock when the schedule says later."""
    found = campaign_get(request.workspace, campaign)
    revision = posted_revision(request)
    try:
        run = _launched(request, found, revision, expected_people=confirmed_posted(request.POST))
    except MorePeople as error:
        return redirect(f"{step_url(found, 'review')}?shown={error.expected}")
    except ProductError as error:
        messages.error(request, error.message)
        return redirect(step_url(found, "review"))
    if run is None:
        messages.success(request, f"“{found.name}” is scheduled.")
        return redirect(step_url(found, "review"))
    return redirect("run_detail", workspace=request.workspace.slug, run=run.pk)


def _launched(request: WorkspaceRequest, campaign: Campaign, revision: int, *, expected_people: int) -> Run | None:
    """The run, or None when the campaign waits for its time now."""
    confirmed: dict[str, Any] = {
        "campaign": campaign,
        "actor": request.actor,
        "revision": revision,
        "destination": address_problems(campaign),
        "expected_people": expected_people,
    }
    if campaign.schedule.kind == "now":
        return campaign_launch(**confirmed, at=timezone.now())
    campaign_schedule(**confirmed)
    return None


@require_POST
@workspace_page("campaign.launch")
def unschedule(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    found = campaign_get(request.workspace, campaign)
    campaign_unschedule(campaign=found, actor=request.actor)
    messages.success(request, f"“{found.name}” is off the schedule: it won't launch by itself.")
    return redirect(came_from(request, step_url(found, "schedule")))
