"""Settings > Channels > Manage Channels."""

from dataclasses import dataclass
from typing import cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.checks import time_zones
from accounts.models import Workspace
from accounts.pages import WorkspaceRequest, workspace_page
from accounts.permissions import allowed
from channels.defaults import ChannelDefaults, channel_defaults, channel_defaults_set, people_on_day
from channels.errors import ChannelChoiceMissing, ChannelDefaultsChanged, ChannelDefaultsInvalid, ChannelNotFound
from channels.models import ChannelKind
from channels.registry import ChannelDependent, channel_dependents, runs_in_flight
from channels.selectors import Channel, channels_of
from channels.services import InFlight, channel_switch
from webhooks_platform.base.numbers import number_in


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


@require_POST
@workspace_page("channel.edit")
def change_defaults(request: WorkspaceRequest, kind: str) -> HttpResponse:
    try:
        channel_defaults_set(
            actor=request.actor,
            kind=kind,
            time_zone=request.POST.get("time_zone", ""),
            retention_days=_number(request, "retention_days"),
            daily_limit=_number(request, "daily_limit"),
            revision=number_in(request.POST.get("revision", "")),
        )
    except ChannelDefaultsChanged as error:
        return _refused(request, 409, changed_meanwhile=error.message)
    except ChannelDefaultsInvalid as error:
        return _refused(request, 422, errors={error.field: error.message})
    messages.success(request, "The defaults are saved.")
    return redirect("manage_channels", workspace=request.workspace.slug)


def _refused(request: WorkspaceRequest, status: int, **said: object) -> HttpResponse:
    """The page with what was entered."""
    page = _page(request) | {"entered": request.POST} | said
    return render(request, "channels/manage_channels.html", page, status=status)


def _number(request: WorkspaceRequest, field: str) -> int | None:
    text = request.POST.get(field, "").replace(",", "").strip()
    if text and not (text.isascii() and text.isdigit() and len(text) < 12):
        raise ChannelDefaultsInvalid("Enter a whole number, or nothing.", field=field)
    return int(text) if text else None


@dataclass(frozen=True)
class ChannelRow:
    """A channel as the page shows it: its switch, its defaults, and what depends on it."""

    channel: Channel
    defaults: ChannelDefaults
    people_today: int
    dependents: tuple[ChannelDependent, ...]


def _rows(workspace: Workspace) -> list[ChannelRow]:
    now = timezone.now()
    return [
        ChannelRow(
            channel,
            channel_defaults(workspace, channel.kind),
            people_on_day(workspace, channel.kind, now),
            channel_dependents(workspace, channel.kind),
        )
        for channel in channels_of(workspace)
    ]


def _page(request: WorkspaceRequest, asked: str = "") -> dict[str, object]:
    may_edit = allowed(request.actor, "channel.edit")
    return {
        "rows": _rows(request.workspace),
        "zones": [(zone, zone.replace("_", " ")) for zone in time_zones()],
        "retentions": Workspace.RetentionClass.choices,
        "errors": {},
        "entered": None,
        "may_edit": may_edit,
        "is_fixed": not may_edit,
        "asked": asked,
        "running": runs_in_flight(request.workspace, asked) if asked else 0,
    }
