"""What every step of the builder shares: the campaign, its steps with their state, and saving."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.pages import WorkspaceRequest
from accounts.permissions import allowed
from campaigns.models import Campaign, CampaignStatus
from campaigns.problems import CampaignProblem, campaign_problems
from campaigns.scheduled import launch_moment
from campaigns.services import campaign_update
from webhooks_platform.base.errors import InvalidInput
from webhooks_platform.base.numbers import number_in

STEPS = (
    ("setup", "Setup"),
    ("audience", "Audience"),
    ("content", "Content"),
    ("schedule", "Schedule"),
    ("review", "Review & launch"),
)


@dataclass(frozen=True)
class StepLink:
    """One entry of the stepper."""

    name: str
    label: str
    url: str
    state: str
    current: bool


def builder_page(request: WorkspaceRequest, campaign: Campaign, step: str, **context: Any) -> HttpResponse:
    """Renders a step with everything the builder's frame needs. ``problems`` may be passed to spare finding them."""
    problems = context.pop("problems", None) or campaign_problems(campaign, now=timezone.now())
    status = context.pop("status", 200)
    may_edit, archived = allowed(request.actor, "campaign.edit"), campaign.status == CampaignStatus.ARCHIVED
    closed, scheduled_for = archived or not may_edit, launch_moment(campaign)
    page = {
        "campaign": campaign,
        "step": step,
        "steps": step_links(campaign, step, problems),
        "step_problems": [problem for problem in problems if problem.step == step],
        "next_url": _next_url(campaign, step),
        "may_edit": may_edit,
        "may_test": allowed(request.actor, "campaign.test"),
        "may_launch": allowed(request.actor, "campaign.launch"),
        "scheduled_for": scheduled_for,
        "archived": archived,
        # The form is only shown, and what would change the campaign isn't offered.
        "read_only": closed or bool(scheduled_for),
        # While the rest waits for its launch, Setup still saves the name and the labels.
        "autosaves": not closed and (not scheduled_for or step == "setup"),
    }
    return render(request, f"campaigns/{step}.html", {**page, **context}, status=status)


def step_links(campaign: Campaign, current: str, problems: tuple[CampaignProblem, ...]) -> list[StepLink]:
    """Every step with its state: a step with an error is a problem, review waits for all of them."""
    broken = {problem.step for problem in problems if problem.is_error}
    return [
        StepLink(name, label, step_url(campaign, name), _state(name, broken), name == current) for name, label in STEPS
    ]


def _state(step: str, broken: set[Any]) -> str:
    if step == "review":
        return "ahead"
    return "problem" if step in broken else "done"


def step_url(campaign: Campaign, step: str) -> str:
    return reverse(f"campaign_{step}", kwargs={"workspace": campaign.workspace.slug, "campaign": campaign.pk})


def _next_url(campaign: Campaign, step: str) -> str:
    names = [name for name, _ in STEPS]
    following = names.index(step) + 1
    return step_url(campaign, names[following]) if following < len(names) else ""


def save_step(request: WorkspaceRequest, campaign: Campaign, **parts: Any) -> HttpResponse:
    """Saves parts of the campaign for an autosaving form; the answer carries the new revision and the steps' states."""
    campaign_update(campaign=campaign, actor=request.actor, revision=posted_revision(request), **parts)
    return saved_answer(request, campaign, current=request.GET.get("step", "content"))


def saved_answer(request: WorkspaceRequest, campaign: Campaign, *, current: str) -> HttpResponse:
    problems = campaign_problems(campaign, now=timezone.now())
    context = {"campaign": campaign, "steps": step_links(campaign, current, problems)}
    return render(request, "campaigns/_saved.html", context)


def posted_revision(request: WorkspaceRequest) -> int:
    """The revision that the editor had when the form was filled in; raises InvalidInput when it is no number."""
    revision = number_in(request.POST.get("revision", ""))
    if revision is None:
        raise InvalidInput("The form lost track of the campaign's revision. Reload the page.", field="revision")
    return revision
