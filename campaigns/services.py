"""Everything that changes a campaign."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor, system_actor
from accounts.audit import audit
from accounts.permissions import permit
from audience.selection import audience_count, choice_frozen, choice_sentence
from campaigns.confirmed import people_check
from campaigns.errors import EditedMeanwhile, NotReady
from campaigns.labels import labels_check
from campaigns.models import Campaign, CampaignStatus
from campaigns.problems import CampaignProblem, campaign_problems
from campaigns.scheduled import scheduled_check
from channels.defaults import channel_defaults, daily_limit_take
from channels.models import ChannelKind
from channels.selectors import channel_enabled, send_policy
from delivery.services import run_start
from notifications.models import Run
from notifications.selectors import runs_latest
from notifications.states import RunKind
from webhooks_platform.base.errors import InvalidInput, ProductError
from webhooks_platform.base.transitions import Transitions, move

LAUNCH_STEPS = frozenset({"setup", "audience", "content"})
SCHEDULE_STEPS = LAUNCH_STEPS | {"schedule"}
# An archived campaign is brought back before it can run.
LAUNCHES: Transitions = {
    status: frozenset({CampaignStatus.LAUNCHED})
    for status in (CampaignStatus.DRAFT, CampaignStatus.SCHEDULED, CampaignStatus.LAUNCHED)
}
EDITABLE = ("name", "labels", "channel", "audience", "content", "schedule", "set_aside")


@transaction.atomic
def campaign_create(*, actor: Actor, name: str, **parts: Any) -> Campaign:
    """A new draft. ``parts`` are any of the editable parts; raises InvalidInput for a bad name."""
    permit(actor, "campaign.edit")
    _check_parts(actor, {"name": name, **parts})
    campaign = Campaign.objects.create(workspace=actor.workspace, name=name.strip(), created_by=actor.user, **parts)
    audit(actor, "campaign.created", campaign)
    return campaign


@transaction.atomic
def campaign_update(*, campaign: Campaign, actor: Actor, revision: int, **parts: Any) -> Campaign:
    """Saves the given parts if the campaign still has ``revision``.

    Raises EditedMeanwhile when someone else saved first, and CampaignScheduled for a part that waits for its launch:
    then nothing is changed.
    """
    permit(actor, "campaign.edit")
    _check_parts(actor, parts)
    changed = {name: value for name, value in parts.items() if getattr(campaign, name) != value}
    if not changed:
        _require_revision(campaign, revision)
        return campaign
    scheduled_check(campaign, changed)
    _swap(campaign, revision, **changed)
    audit(actor, "campaign.changed", campaign, parts=sorted(changed.keys() - {"set_aside"}))
    return campaign


def _check_parts(actor: Actor, parts: dict[str, Any]) -> None:
    unknown = set(parts) - set(EDITABLE)
    if unknown:
        raise InvalidInput(f"A campaign has no {', '.join(sorted(unknown))} to change.")
    if "name" in parts and not 1 <= len(parts["name"].strip()) <= 120:
        raise InvalidInput("Give the campaign a name of 1 to 120 characters.", field="name")
    labels_check(parts.get("labels", ()))
    if parts.get("channel") and not channel_enabled(actor.workspace, ChannelKind.WEBHOOK):
        raise InvalidInput(
            "Webhook is switched off in this workspace. Switch it on in Settings > Channels > Manage Channels.",
            field="channel",
        )


def _swap(campaign: Campaign, revision: int, **changes: Any) -> None:
    """Compare-and-swap on the revision; updates the object in memory."""
    changes |= {"revision": revision + 1, "updated_at": timezone.now()}
    if not Campaign.objects.filter(pk=campaign.pk, revision=revision).update(**changes):
        _require_revision(campaign, revision)
    for name, value in changes.items():
        setattr(campaign, name, value)


def _require_revision(campaign: Campaign, revision: int) -> None:
    if not Campaign.objects.filter(pk=campaign.pk, revision=revision).exists():
        raise EditedMeanwhile(
            f"“{campaign.name}” was changed since you opened it: by somebody else, or by you in another window. "
            "Your change was not saved, and the other one was not overwritten. Reload to see it, then change it again."
        )


@transaction.atomic
def campaign_launch(
    *,
    campaign: Campaign,
    actor: Actor,
    revision: int,
    at: datetime,
    destination: Sequence[CampaignProblem] = (),
    expected_people: int | None = None,
) -> Run:
    """Starts a run for the audience as it is now, whatever the schedule says. ``destination``: its `address_problems`.

    Raises NotReady with every problem; EditedMeanwhile for a second click or an edit since the page was opened;
    MorePeople when the audience grew well beyond ``expected_people``.
    """
    permit(actor, "campaign.launch")
    _swap(campaign, revision, launch_at=None, launch_problem="")
    _require_ready(campaign, at, steps=LAUNCH_STEPS, destination=destination)
    return _start(campaign, actor, at, expected_people)


def _start(campaign: Campaign, actor: Actor, at: datetime, expected_people: int | None = None) -> Run:
    move(campaign, CampaignStatus.LAUNCHED, transitions=LAUNCHES, passive="launched")
    workspace = campaign.workspace
    people = audience_count(workspace, campaign.audience)
    people_check(people, expected_people)
    daily_limit_take(workspace=workspace, kind=ChannelKind.WEBHOOK, people=people, at=at)
    run = run_start(
        workspace=workspace,
        campaign_id=campaign.pk,
        campaign_name=campaign.name,
        kind=RunKind.LIVE,
        content=campaign.content,
        policy=send_policy(workspace, campaign.content.connection_id),
        connection_id=campaign.content.connection_id,
        audience=choice_frozen(workspace, campaign.audience),
        audience_description=choice_sentence(workspace, campaign.audience),
        retention_days=channel_defaults(workspace, ChannelKind.WEBHOOK).retention_days,
        launched_by=actor.user,
        at=at,
        rate=campaign.schedule.rate,
    )
    audit(actor, "campaign.launched", campaign, run=run.pk)
    return run


def _require_ready(
    campaign: Campaign, now: datetime, *, steps: frozenset[str], destination: Sequence[CampaignProblem] = ()
) -> None:
    problems = (*campaign_problems(campaign, now=now, asking="nobody"), *destination)
    errors = [problem for problem in problems if problem.is_error and problem.step in steps]
    if errors:
        raise NotReady(errors)


@transaction.atomic
def campaign_schedule(
    *,
    campaign: Campaign,
    actor: Actor,
    revision: int,
    destination: Sequence[CampaignProblem] = (),
    expected_people: int | None = None,
) -> Campaign:
    """Puts the campaign on the clock: it launches by itself at the time, or each of the times, its schedule names.

    Raises as `campaign_launch` does.
    """
    permit(actor, "campaign.launch")
    now = timezone.now()
    instant = campaign.schedule.next_after(now) or campaign.schedule.at()
    if instant is None:
        raise InvalidInput("Choose a date and time in Schedule first.", field="schedule")
    _require_ready(campaign, now, steps=SCHEDULE_STEPS, destination=destination)
    if expected_people is not None:
        people_check(audience_count(campaign.workspace, campaign.audience), expected_people)
    _swap(campaign, revision, launch_at=instant, launch_problem="")
    move(campaign, CampaignStatus.SCHEDULED, transitions=Campaign.TRANSITIONS)
    audit(actor, "campaign.scheduled", campaign, at=instant.isoformat())
    return campaign


@transaction.atomic
def campaign_unschedule(*, campaign: Campaign, actor: Actor) -> Campaign:
    """Takes the campaign off the clock: a draft again, or launched if it ever ran.

    Raises StaleState when it is not scheduled any more.
    """
    permit(actor, "campaign.launch")
    _leave_schedule(campaign)
    audit(actor, "campaign.unscheduled", campaign)
    return campaign


def campaigns_launch_due(*, now: datetime) -> list[int]:
    """Launches every scheduled campaign whose time has come; returns the run ids. Safe to run twice at once."""
    due = Campaign.objects.filter(status=CampaignStatus.SCHEDULED, launch_at__lte=now)
    return [run for pk in due.values_list("pk", flat=True) if (run := _launch_one_due(pk, now))]


def _launch_one_due(pk: int, now: datetime) -> int | None:
    try:
        with transaction.atomic():
            campaign = _due_locked(pk, now)
            if campaign is None:
                return None
            _swap(campaign, campaign.revision, launch_at=None, launch_problem="")
            _require_ready(campaign, now, steps=LAUNCH_STEPS)
            run = _start(campaign, system_actor(campaign.workspace), now)
            _repeat(campaign, now)
            return run.pk
    except ProductError as error:
        _launch_refused(pk, error)
        return None


def _repeat(campaign: Campaign, now: datetime) -> None:
    """Back on the clock for the next time. Times that passed meanwhile are not caught up."""
    following = campaign.schedule.next_after(now) if campaign.schedule.kind == "repeat" else None
    if following:
        move(campaign, CampaignStatus.SCHEDULED, transitions=Campaign.TRANSITIONS, launch_at=following)


def _due_locked(pk: int, now: datetime) -> Campaign | None:
    rows = Campaign.objects.select_for_update(skip_locked=True, of=("self",)).select_related("workspace")
    return rows.filter(pk=pk, status=CampaignStatus.SCHEDULED, launch_at__lte=now).first()


@transaction.atomic
def _launch_refused(pk: int, error: ProductError) -> None:
    """Off the clock with the reason, so that it is seen and not tried again every few seconds."""
    campaign = Campaign.objects.select_related("workspace").get(pk=pk)
    _leave_schedule(campaign, launch_problem=error.message[:500])
    audit(system_actor(campaign.workspace), "campaign.launch_refused", campaign, reason=error.message)


def campaign_resting_status(campaign: Campaign) -> CampaignStatus:
    """The status of a campaign that waits for nothing: launched if it ever ran, else draft."""
    ran = runs_latest(campaign.workspace, [campaign.pk])
    return CampaignStatus.LAUNCHED if ran else CampaignStatus.DRAFT


def _leave_schedule(campaign: Campaign, **changes: Any) -> None:
    """The revision grows, so that nobody launches or schedules from a page that shows the old state."""
    stored = Campaign.objects.select_for_update().get(pk=campaign.pk)
    resting = campaign_resting_status(campaign)
    only_scheduled: Transitions = {CampaignStatus.SCHEDULED: frozenset({resting})}
    changes |= {"launch_at": None, "revision": stored.revision + 1, "updated_at": timezone.now()}
    move(campaign, resting, transitions=only_scheduled, passive="taken off the schedule", **changes)
