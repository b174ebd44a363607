"""The run page: live counts that add up to the audience, and pause, resume, stop."""

from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.pages import WorkspaceRequest, workspace_page
from accounts.permissions import allowed
from campaigns.bottleneck import bottleneck
from campaigns.progress import run_progress, words_for
from campaigns.run_charts import run_charts
from campaigns.selectors import campaigns_of
from delivery.services import run_destination_reset, run_pause, run_resume, run_stop
from delivery.standing import run_standing
from notifications.filters import FilterQuery
from notifications.log_page import LIVE_GROUPS_LIMIT
from notifications.models import Run
from notifications.selectors import ErrorGroup, LogFilters, RunCounts, error_groups, run_counts, run_get
from notifications.states import RUN_OPEN, RUN_TRANSITIONS, RunState
from webhooks_platform.base.errors import StaleState

GROUPS_KEPT = 15  # seconds
ACTIONS = {
    "pause": (run_pause, "Paused. What is on its way is being finished; nothing more is sent."),
    "resume": (run_resume, "Resumed. It goes on where it was paused."),
    "stop": (run_stop, "Stopping. Everybody not yet reached becomes cancelled."),
    "destination-reset": (run_destination_reset, "Sending again. If the destination still fails, it is paused again."),
}


@require_GET
@workspace_page("workspace.view")
def run_detail(request: WorkspaceRequest, run: int) -> HttpResponse:
    found = run_get(request.workspace, run)
    kept = campaigns_of(request.workspace).filter(pk=found.campaign_id).exists()
    context = {**_page(request, found), "campaign_kept": kept, "charts": run_charts(found, now=timezone.now())}
    return render(request, "campaigns/run.html", context)


@require_GET
@workspace_page("workspace.view")
def run_live(request: WorkspaceRequest, run: int) -> HttpResponse:
    """The moving part of the page; once the state moved on, with the buttons that fit it."""
    found = run_get(request.workspace, run)
    moved_on = request.GET.get("state") != found.state
    return render(request, "campaigns/_run_live.html", {**_page(request, found), "moved_on": moved_on})


@require_GET
@workspace_page("workspace.view")
def run_charts_part(request: WorkspaceRequest, run: int) -> HttpResponse:
    """The charts as they are now."""
    found = run_get(request.workspace, run)
    charts = run_charts(found, now=timezone.now())
    return render(
        request, "campaigns/_run_charts.html", {"run": found, "charts": charts, "open": found.state in RUN_OPEN}
    )


def _page(request: WorkspaceRequest, run: Run) -> dict[str, Any]:
    live = _live(run)
    return {**live, **_controls(request, run, live["counts"])}


def _live(run: Run) -> dict[str, Any]:
    counts, now = run_counts(run), timezone.now()
    groups = _groups(run, counts)
    standing = run_standing(run, now=now)
    progress = run_progress(run, counts, standing, now=now)
    log = FilterQuery(LogFilters(run=run.pk))
    return {
        "run": run,
        "counts": counts,
        "groups": [(group, log.of_kind(group).address(run.workspace)) for group in groups],
        "largest_group": max((group.count for group in groups), default=0),
        "open": run.state in RUN_OPEN,
        "words": words_for(run, progress),
        "progress": progress,
        "bottleneck": bottleneck(standing, now=now) if standing and counts.pending else None,
        "log_url": log.address(run.workspace),
    }


def _groups(run: Run, counts: RunCounts) -> list[ErrorGroup]:
    """Grouping reads every problem row: where they are many, an open run's page, which asks each second, is told what
    was so some seconds ago."""
    if run.state not in RUN_OPEN or counts.failed + counts.skipped <= LIVE_GROUPS_LIMIT:
        return error_groups(run)
    return cache.get_or_set(f"run-groups:{run.pk}", lambda: error_groups(run), GROUPS_KEPT) or []


def _controls(request: WorkspaceRequest, run: Run, counts: RunCounts) -> dict[str, Any]:
    following = RUN_TRANSITIONS[run.state]
    return {
        "may_control": allowed(request.actor, "run.control"),
        "may_resend": bool(counts.failed or counts.skipped or counts.cancelled),
        "can_pause": RunState.PAUSED in following,
        "can_resume": run.state == RunState.PAUSED,
        "can_stop": RunState.STOPPING in following,
        "own_rate": run.rate.words if run.rate else "",
        "retry_window": f"{run.policy.retry.within_seconds // 60} minutes",
    }


@require_POST
@workspace_page("run.control")
def control(request: WorkspaceRequest, run: int, action: str) -> HttpResponse:
    found = run_get(request.workspace, run)
    service, words = ACTIONS[action]
    try:
        service(run=found, actor=request.actor)
        messages.success(request, words)
    except StaleState as error:
        messages.error(request, error.message)
    return redirect("run_detail", workspace=request.workspace.slug, run=found.pk)
