"""The defaults of a channel: the time zone of its schedules and days, how long bodies are kept, people a day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import audit
from accounts.checks import time_zones
from accounts.meanwhile import part_changed_meanwhile
from accounts.models import User, Workspace
from accounts.permissions import permit
from channels.errors import ChannelDefaultsChanged, ChannelDefaultsInvalid, ChannelNotFound, DailyLimitReached
from channels.models import ChannelDay, ChannelKind, ChannelSwitch

Counted = int | QuerySet[Any]
LARGEST_LIMIT = 1_000_000_000
CHANGED = "channel.defaults_changed"


@dataclass(frozen=True)
class ChannelDefaults:
    """What holds now: the channel's own choices over the workspace's. ``own_…``: what was chosen for the channel."""

    time_zone: str
    retention_days: int
    daily_limit: int | None
    own_time_zone: str = ""
    own_retention_days: int | None = None
    changed_by: User | None = None
    changed_at: datetime | None = None
    revision: int = 1

    def day_of(self, moment: datetime) -> datetime:
        """The beginning of the day that the moment is in, in the time zone."""
        return moment.astimezone(ZoneInfo(self.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)


def channel_defaults(workspace: Workspace, kind: str) -> ChannelDefaults:
    switch = ChannelSwitch.objects.filter(workspace=workspace, kind=kind).select_related("defaults_changed_by").first()
    if switch is None:
        return ChannelDefaults(workspace.time_zone, workspace.retention_days, None)
    return ChannelDefaults(
        time_zone=switch.time_zone or workspace.time_zone,
        retention_days=switch.retention_days or workspace.retention_days,
        daily_limit=switch.daily_limit,
        own_time_zone=switch.time_zone,
        own_retention_days=switch.retention_days,
        changed_by=switch.defaults_changed_by,
        changed_at=switch.defaults_changed_at,
        revision=switch.defaults_revision,
    )


@transaction.atomic
def channel_defaults_set(
    *,
    actor: Actor,
    kind: str,
    time_zone: str,
    retention_days: int | None,
    daily_limit: int | None,
    revision: int | None = None,
) -> None:
    """An empty time zone and no retention mean the workspace's. Raises ChannelDefaultsInvalid naming the field.

    ``revision``: the one that was edited; raises ChannelDefaultsChanged when they were changed since.
    """
    permit(actor, "channel.edit")
    if kind not in ChannelKind.values:
        raise ChannelNotFound("This product has no such channel.")
    values = {"time_zone": time_zone, "retention_days": retention_days, "daily_limit": daily_limit}
    _check(time_zone, retention_days, daily_limit)
    switch = _switch_at(actor, kind, revision)
    changed = {name: value for name, value in values.items() if getattr(switch, name) != value}
    if not changed:
        return
    for name, value in changed.items():
        setattr(switch, name, value)
    switch.defaults_changed_by, switch.defaults_changed_at = actor.user, timezone.now()
    switch.defaults_revision += 1
    switch.save()
    audit(actor, CHANGED, switch, **changed)


def _check(time_zone: str, retention_days: int | None, daily_limit: int | None) -> None:
    if time_zone and time_zone not in time_zones():
        raise ChannelDefaultsInvalid("Choose a time zone from the list.", field="time_zone")
    if retention_days is not None and retention_days not in Workspace.RetentionClass.values:
        raise ChannelDefaultsInvalid("Choose one of the offered retention times.", field="retention_days")
    if daily_limit is not None and not 1 <= daily_limit <= LARGEST_LIMIT:
        raise ChannelDefaultsInvalid("Enter a number of people from 1, or nothing for no limit.", field="daily_limit")


def _switch_at(actor: Actor, kind: str, revision: int | None) -> ChannelSwitch:
    """As it is stored now, for this transaction alone; a channel that was never switched gets its row."""
    switch, _ = ChannelSwitch.objects.select_for_update().get_or_create(workspace=actor.workspace, kind=kind)
    if revision is not None and switch.defaults_revision != revision:
        what = f"The defaults of {switch.get_kind_display()} were"
        raise ChannelDefaultsChanged(part_changed_meanwhile(actor, switch, action=CHANGED, what=what))
    return switch


def people_on_day(workspace: Workspace, kind: str, moment: datetime) -> int:
    """How many people the launches of that day are for so far."""
    day = channel_defaults(workspace, kind).day_of(moment).date()
    found = ChannelDay.objects.filter(workspace=workspace, kind=kind, day=day).first()
    return found.people if found else 0


def daily_limit_problem(workspace: Workspace, kind: str, people: Counted, moment: datetime) -> str:
    """Why a launch for these people at that moment would pass the limit, in words; empty when it wouldn't.

    They are counted only where there is a limit.
    """
    limit = channel_defaults(workspace, kind).daily_limit
    if limit is None:
        return ""
    wanted = people if isinstance(people, int) else people.count()
    used = people_on_day(workspace, kind, moment)
    if used + wanted <= limit:
        return ""
    taken = f", of which {used:,} are taken" if used else ""
    return f"It is for {wanted:,} people, and the channel's limit is {limit:,} a day{taken}."


@transaction.atomic
def daily_limit_take(*, workspace: Workspace, kind: str, people: int, at: datetime) -> None:
    """Counts a launch for so many people. Of two at once only those that fit together pass; raises DailyLimitReached.

    Days are counted without a limit too, so that one set at noon knows the morning.
    """
    defaults = channel_defaults(workspace, kind)
    day = defaults.day_of(at).date()
    ChannelDay.objects.get_or_create(workspace=workspace, kind=kind, day=day)
    rows = ChannelDay.objects.filter(workspace=workspace, kind=kind, day=day)
    if defaults.daily_limit is not None:
        rows = rows.filter(people__lte=defaults.daily_limit - people)
    if not rows.update(people=F("people") + people):
        raise DailyLimitReached(
            f"{daily_limit_problem(workspace, kind, people, at)} Launch it tomorrow or for fewer people, or have an "
            "admin raise the limit in Settings > Channels > Manage Channels."
        )


def days_forget(*, now: datetime) -> None:
    """Nobody asks for a day after two."""
    ChannelDay.objects.filter(day__lt=(now - timedelta(days=3)).date()).delete()
