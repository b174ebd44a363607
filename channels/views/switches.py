"""Settings > Channels > Manage Channels."""

from typing import cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.pages import WorkspaceRequest, workspace_page
from accounts.permissions import allowed
from channels.errors import ChannelChoiceMissing, ChannelNotFound
from channels.models import ChannelKind
from channels.registry import runs_in_flight
from channels.selectors import channels_of
from channels.services import InFlight, channel_switch


@require_safe
@workspace_page("workspace.view")
def manage_channels(request: WorkspaceRequest) -> HttpResponse:
    return render(request, "channels/manage_channels.html", _page(request))


@require_POST
@workspace_page("channel.edit")
def switch_channel(request: WorkspaceRequest, kind: str) -> HttpResponse:
    """Switches; where runs are in flight and no choice was made, the page comes back with the question."""
    if kind not in ChannelKind.values:
        raise ChannelNotFound("This product has no such channel.")
    enabled = "enabled" in request.POST
    try:
        switch = channel_switch(
            workspace=request.workspace,
            actor=request.actor,
            kind=kind,
            enabled=enabled,
            in_flight=cast(InFlight, request.POST.get("in_flight", "")),
        )
    except ChannelChoiceMissing:
        return render(request, "channels/manage_channels.html", _page(request, asked=kind), status=422)
    messages.success(request, f"{switch.get_kind_display()} is {'on' if enabled else 'off'}.")
    return redirect("manage_channels", workspace=request.workspace.slug)


def _page(request: WorkspaceRequest, asked: str = "") -> dict[str, object]:
    may_edit = allowed(request.actor, "channel.edit")
    return {
        "channels": channels_of(request.workspace),
        "may_edit": may_edit,
        "is_fixed": not may_edit,
        "asked": asked,
        "running": runs_in_flight(request.workspace, asked) if asked else 0,
    }
