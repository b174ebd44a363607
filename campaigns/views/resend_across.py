"""Resend from the log as it is filtered, over several runs: the counts first, then the runs, then the new ones."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.pages import WorkspaceRequest, workspace_page
from campaigns.confirmed import confirmed_posted, to_type
from campaigns.resend import narrowing_words
from campaigns.resend_across import ResendShares, resend_shares, runs_resend
from campaigns.views.resend import NARROWING, STATE_WORDS, states_ticked
from notifications.filters import FilterQuery, filters_from
from notifications.models import Run
from notifications.resend import RESENDABLE, ResendState
from notifications.selectors import LogFilters, resend_choice
from webhooks_platform.base.answers import status_of
from webhooks_platform.base.errors import ProductError
from webhooks_platform.base.numbers import numbers_in


@require_http_methods(["GET", "POST"])
@workspace_page("campaign.launch")
def log_resend(request: WorkspaceRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else request.GET
    filters = _filters(data)
    if request.method == "GET":
        return _shown(request, filters)
    try:
        made = runs_resend(
            workspace=request.workspace,
            actor=request.actor,
            filters=filters,
            states=states_ticked(data),
            runs=_runs_ticked(data),
            content="current" if data.get("content") == "current" else "original",
            same_webhook_id=data.get("webhook_id") == "same",
            at=timezone.now(),
            expected_people=confirmed_posted(data),
        )
    except ProductError as error:
        return _shown(request, filters, error=error)
    return _started(request, made)


def _filters(data: QueryDict) -> LogFilters:
    """The log's, but for the state: that is ticked on the form."""
    values = {name: str(data[name]) for name in ("campaign", *NARROWING) if name in data}
    return filters_from(values).fixed()


def _runs_ticked(data: QueryDict) -> dict[int, int]:
    """``run`` lists ``<id>:<resends known of>``; what is no such pair is no run that the page offered."""
    pairs = [numbers_in(text.split(":")) for text in data.getlist("run")]
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def _shown(request: WorkspaceRequest, filters: LogFilters, error: ProductError | None = None) -> HttpResponse:
    data = request.POST or request.GET
    found, states = resend_shares(request.workspace, filters, now=timezone.now()), states_ticked(data)
    ticked = set(_runs_ticked(data)) if "chosen" in data else _runs_not_resent(found)
    people = sum(share.people(states) for share in found.shares if share.run.pk in ticked)
    context = {
        "rows": [(share, share.people(states), share.run.pk in ticked) for share in found.shares],
        "more": found.more,
        "people": people,
        "states": [(state, STATE_WORDS[state], _total(found, state), state in states) for state in RESENDABLE],
        "narrowing": ", ".join(narrowing_words(resend_choice(filters, 0))),
        "hidden": FilterQuery(filters).values(),
        "use_current": data.get("content") == "current",
        "not_current": data.get("content") != "current",
        "same_webhook_id": data.get("webhook_id") == "same",
        "new_webhook_id": data.get("webhook_id") != "same",
        "typed": to_type(people),
        "log_url": FilterQuery(filters).address(request.workspace),
        "error": error.message if error else "",
    }
    is_part = request.htmx.target == "resend-form"  # type: ignore[attr-defined]
    template = "campaigns/_resend_across_form.html" if is_part else "campaigns/resend_across.html"
    return render(request, template, context, status=status_of(error) if error else 200)


def _runs_not_resent(found: ResendShares) -> set[int]:
    """Whoever was resent to once gets nothing more unless that is asked for."""
    return {share.run.pk for share in found.shares if not share.earlier}


def _total(found: ResendShares, state: ResendState) -> int:
    return sum(share.counts[state] for share in found.shares)


def _started(request: WorkspaceRequest, made: list[Run]) -> HttpResponse:
    if len(made) == 1:
        messages.success(request, "The resend has started. It is a run of its own, with its own log.")
        return redirect("run_detail", workspace=request.workspace.slug, run=made[0].pk)
    messages.success(request, f"{len(made)} resends have started. Each is a run of its own, with its own log.")
    return redirect(FilterQuery(LogFilters(since=made[0].run_at)).address(request.workspace))
