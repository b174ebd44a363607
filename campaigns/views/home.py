"""Home: the first steps of a new workspace, then how it stands; and Help, which brings the steps back."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Workspace
from accounts.pages import WorkspaceRequest, workspace_page
from accounts.permissions import allowed
from campaigns.dashboard import (
    Chart,
    ChartRow,
    Dashboard,
    chart_rows,
    dashboard_of,
    deliveries_chart,
    latency_chart,
    people_rows,
    period_chosen,
)
from campaigns.first_steps import first_campaign_create, first_steps, first_steps_hidden, first_steps_hide
from channels.models import ChannelKind
from channels.services import channel_switch
from frontend.answers import message_with_undo
from notifications.filters import FilterQuery
from notifications.selectors import LogFilters
from notifications.selectors.figures import PERIODS, Figures, ProblemGroup, runs_under_way
from webhooks_platform.base.errors import InvalidInput


@require_GET
@workspace_page("workspace.view")
def home(request: WorkspaceRequest) -> HttpResponse:
    workspace = request.workspace
    steps = first_steps(workspace)
    period = period_chosen(request.GET.get("period", ""))
    dashboard = dashboard_of(workspace, period, now=timezone.now())
    deliveries, latency = deliveries_chart(dashboard.figures), latency_chart(dashboard.figures)
    context = {
        "steps": steps,
        "show_steps": not steps.all_done and not first_steps_hidden(request.actor),
        "demo_receiver": bool(settings.DEMO_RECEIVER_URL),
        "may": {action: allowed(request.actor, f"{action}.edit") for action in ("channel", "profile", "campaign")},
        "dashboard": dashboard,
        "problems": _problems(workspace, dashboard),
        "periods": PERIODS.values(),
        "period": period,
        "charts": {"deliveries": deliveries, "latency": latency},
        **_tables(workspace, dashboard.figures, deliveries, latency),
        "log_url": log_address(workspace, dashboard.figures),
    }
    return render(request, "campaigns/home.html", context)


def _problems(workspace: Workspace, dashboard: Dashboard) -> list[tuple[ProblemGroup, str]]:
    """Each with the address of its people."""
    whole = FilterQuery(LogFilters())
    return [(group, whole.of_kind(group, run=group.run.pk).address(workspace)) for group in dashboard.problems]


def _tables(workspace: Workspace, figures: Figures, deliveries: Chart, latency: Chart) -> dict[str, list[ChartRow]]:
    """The charts as tables, whose times lead to the log of then."""
    windows = [FilterQuery(LogFilters(since=start, until=end)) for start, end in figures.windows]
    return {
        "deliveries_rows": people_rows(deliveries, workspace, windows),
        "latency_rows": chart_rows(latency, addresses=[window.address(workspace) for window in windows]),
    }


def log_address(workspace: Workspace, figures: Figures) -> str:
    """The log since the period began; a filter can be added with ``&``."""
    log = reverse("notifications_log", kwargs={"workspace": workspace.slug})
    query = urlencode({"within": "custom", "since": figures.since.isoformat(timespec="minutes")})
    return f"{log}?{query}"


@require_GET
@workspace_page("workspace.view")
def home_runs(request: WorkspaceRequest) -> HttpResponse:
    """The runs under way as they are now."""
    return render(request, "campaigns/_home_runs.html", {"runs": runs_under_way(request.workspace)})


@require_POST
@workspace_page("channel.edit")
def switch_on(request: WorkspaceRequest) -> HttpResponse:
    channel_switch(workspace=request.workspace, actor=request.actor, kind=ChannelKind.WEBHOOK, enabled=True)
    messages.success(request, "Webhook is switched on.")
    return redirect("dashboard", workspace=request.workspace.slug)


@require_POST
@workspace_page("campaign.edit")
def first_campaign(request: WorkspaceRequest) -> HttpResponse:
    try:
        campaign = first_campaign_create(actor=request.actor)
    except InvalidInput as error:
        messages.error(request, error.message)
        return redirect("dashboard", workspace=request.workspace.slug)
    messages.success(request, f"“{campaign.name}” is ready. Press Send test to see what the receiver answers.")
    return redirect("campaign_content", workspace=request.workspace.slug, campaign=campaign.pk)


@require_POST
@workspace_page("workspace.view")
def hide_steps(request: WorkspaceRequest, hidden: bool) -> HttpResponse:
    first_steps_hide(actor=request.actor, hidden=hidden)
    if hidden:
        undo = reverse("first_steps_show", kwargs={"workspace": request.workspace.slug})
        message_with_undo(request, "The first steps are hidden. Help brings them back.", undo)
    return redirect("dashboard", workspace=request.workspace.slug)


@require_GET
@workspace_page("workspace.view")
def help_page(request: WorkspaceRequest) -> HttpResponse:
    hidden = first_steps_hidden(request.actor)
    return render(request, "campaigns/help.html", {"steps": first_steps(request.workspace), "hidden": hidden})
