"""Resend, from a run's page or the log as it is filtered: the count first, then the choice, then the new run."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.pages import WorkspaceRequest, workspace_page
from campaigns.confirmed import confirmed_posted, to_type
from campaigns.resend import narrowing_words, resend_plan, run_resend
from notifications.filters import FilterQuery, filters_from
from notifications.models import Run
from notifications.resend import RESENDABLE, ResendChoice, ResendState
from notifications.selectors import LogFilters, resend_choice, run_get
from webhooks_platform.base.answers import status_of
from webhooks_platform.base.errors import ProductError
from webhooks_platform.base.numbers import number_in

# What of the log's filters narrows the people, beside the place and the states.
NARROWING = ("reason", "detail", "status", "person", "test", "within", "since", "until")
STATE_WORDS = {"failed": "Failed", "skipped": "Skipped", "cancelled": "Cancelled"}


@require_http_methods(["GET", "POST"])
@workspace_page("campaign.launch")
def run_resend_page(request: WorkspaceRequest, run: int) -> HttpResponse:
    """A dialog over the page it was asked from, a page of its own otherwise."""
    found = run_get(request.workspace, run)
    data = request.POST if request.method == "POST" else request.GET
    filters = _filters(data, found)
    choice = _choice(data, filters)
    if request.method == "POST":
        return _launch(request, found, filters, choice)
    return _shown(request, found, filters, choice)


def _launch(request: WorkspaceRequest, run: Run, filters: LogFilters, choice: ResendChoice) -> HttpResponse:
    try:
        made = run_resend(
            run=run,
            actor=request.actor,
            choice=choice,
            content="current" if request.POST.get("content") == "current" else "original",
            at=timezone.now(),
            earlier=number_in(request.POST.get("earlier", "")) or 0,
            expected_people=confirmed_posted(request.POST),
        )
    except ProductError as error:
        return _shown(request, run, filters, choice, error=error)
    messages.success(request, "The resend has started. It is a run of its own, with its own log.")
    return redirect("run_detail", workspace=request.workspace.slug, run=made.pk)


def _filters(data: QueryDict, run: Run) -> LogFilters:
    values = {name: str(data[name]) for name in NARROWING if name in data}
    filters = filters_from({**values, "run": str(run.pk)}).fixed()
    wanted = data.getlist("state")
    return FilterQuery(filters).within(state=wanted[0] if wanted and wanted[0] in RESENDABLE else "").filters


def _choice(data: QueryDict, filters: LogFilters) -> ResendChoice:
    """The states that are ticked; of a filtered log, its state; failed where nothing says otherwise."""
    return resend_choice(
        filters, filters.run or 0, states_ticked(data), same_webhook_id=data.get("webhook_id") == "same"
    )


def states_ticked(data: QueryDict) -> tuple[ResendState, ...]:
    states = tuple(state for state in RESENDABLE if state in data.getlist("state"))
    return states or (() if "chosen" in data else ("failed",))


def _shown(
    request: WorkspaceRequest, run: Run, filters: LogFilters, choice: ResendChoice, error: ProductError | None = None
) -> HttpResponse:
    plan = resend_plan(run, choice, now=timezone.now())
    use_current = (request.POST or request.GET).get("content") == "current"
    context = {
        "run": run,
        "plan": plan,
        "choice": choice,
        "states": [(state, STATE_WORDS[state], plan.counts[state], state in choice.states) for state in RESENDABLE],
        "narrowing": ", ".join(narrowing_words(choice)),
        "hidden": _kept(filters),
        "use_current": use_current,
        "problems": plan.current_problems if use_current else plan.original_problems,
        "typed": to_type(plan.people),
        "log_url": FilterQuery(filters).address(request.workspace),
        "error": error.message if error else "",
    }
    return render(request, _template(request), context, status=status_of(error) if error else 200)


def _kept(filters: LogFilters) -> dict[str, str]:
    """The log's filters that go on with the form; the states are its boxes."""
    return FilterQuery(filters).without("campaign", "run", "state").values()


def _template(request: Any) -> str:
    if not request.htmx:
        return "campaigns/resend.html"
    return "campaigns/_resend_form.html" if request.htmx.target == "resend-form" else "campaigns/_resend_dialog.html"
