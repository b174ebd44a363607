"""What lower rooms ask of this one: the sidebar's entries, runs in flight, and who uses a connection."""

from collections.abc import Sequence
from contextlib import suppress

from django.http import HttpRequest
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Workspace
from accounts.permissions import allowed
from campaigns.channel_dependents import channel_dependents_of
from campaigns.filling import campaigns_of_template
from campaigns.models import Campaign, CampaignStatus
from channels.models import Connection
from channels.registry import (
    ConnectionUse,
    register_channel_dependents,
    register_connection_uses,
    register_runs_in_flight,
)
from delivery.services import run_pause
from frontend.navigation import NavItem, register
from notifications.selectors import runs_open
from notifications.states import RUN_SENDING
from templates_lib.registry import register_template_uses
from webhooks_platform.base.errors import StaleState


def register_answers() -> None:
    register(NavItem("Home", "home", "dashboard", order=5, keys="g h"))
    register(NavItem("Campaigns", "send", "campaigns", order=10, keys="g c"))
    register(NavItem("Existing campaigns", "list", "campaigns", order=11, parent="Campaigns"))
    register(NavItem("Create Campaign", "plus", "campaign_new", order=12, parent="Campaigns", shown=_may_edit))
    register(NavItem("Help", "help", "help", order=90))
    register_runs_in_flight(runs_sending_count, runs_sending_pause)
    register_connection_uses(campaigns_using)
    register_channel_dependents(channel_dependents_of)
    register_template_uses(campaigns_of_template)


def _may_edit(request: HttpRequest) -> bool:
    actor: Actor | None = getattr(request, "actor", None)
    return actor is not None and allowed(actor, "campaign.edit")


def runs_sending_count(workspace: Workspace, kind: str) -> int:
    """How many runs are sending now. Webhook is the only kind, so every run is of it."""
    return runs_open(workspace).filter(state__in=RUN_SENDING).count()


def runs_sending_pause(actor: Actor, kind: str) -> None:
    """A run that ended meanwhile needs no pause."""
    for run in runs_open(actor.workspace).filter(state__in=RUN_SENDING):
        with suppress(StaleState):
            run_pause(run=run, actor=actor)


def campaigns_using(connection: Connection) -> Sequence[ConnectionUse]:
    """Campaigns whose content names the connection, archived ones left out."""
    rows = Campaign.objects.filter(workspace=connection.workspace, content__connection_id=connection.pk)
    return [
        ConnectionUse(campaign.name, _content_url(connection.workspace, campaign))
        for campaign in rows.exclude(status=CampaignStatus.ARCHIVED).order_by("name")
    ]


def _content_url(workspace: Workspace, campaign: Campaign) -> str:
    return reverse("campaign_content", kwargs={"workspace": workspace.slug, "campaign": campaign.pk})
