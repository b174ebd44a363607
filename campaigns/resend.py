"""Resend: another run for the people of a run who did not get it, after the count was seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.utils.timezone import localtime

from accounts.actors import Actor
from accounts.audit import audit
from accounts.permissions import permit
from audience.choice import AudienceChoice
from campaigns.confirmed import people_check
from campaigns.errors import NotReady
from campaigns.models import Campaign
from campaigns.problems import CampaignProblem, campaign_problems
from campaigns.selectors import campaigns_of
from channels.defaults import channel_defaults, daily_limit_take
from channels.models import ChannelKind
from channels.selectors import send_policy
from delivery.services import run_start
from notifications.models import Run
from notifications.reasons import shortened
from notifications.resend import ResendChoice, ResendState
from notifications.selectors import resend_counts, resends_of
from notifications.states import IMPERSONAL_DETAIL, Reason, RunKind
from templates_lib.content import WebhookContent
from webhooks_platform.base.errors import InvalidInput, StaleState

ContentChoice = Literal["original", "current"]
# What must be in order for a request; the campaign's own audience and schedule don't matter.
STEPS = frozenset({"setup", "content"})


@dataclass(frozen=True)
class ResendPlan:
    """What a resend would do. ``counts``: people by state; ``earlier``: resends of this run that were launched."""

    choice: ResendChoice
    counts: Mapping[ResendState, int]
    earlier: Sequence[Run]
    original_problems: Sequence[CampaignProblem]
    current_problems: Sequence[CampaignProblem]
    has_current: bool
    is_edited: bool

    @property
    def people(self) -> int:
        return sum(self.counts[state] for state in self.choice.states)


def resend_plan(run: Run, choice: ResendChoice, *, now: datetime) -> ResendPlan:
    """Counts first. Raises InvalidInput for a test run."""
    _require_live(run)
    current = _current(run)
    return ResendPlan(
        choice=choice,
        counts=resend_counts(run.workspace, choice, until=now),
        earlier=list(resends_of(run)),
        original_problems=_problems(run, run.content, now),
        current_problems=_problems(run, current, now) if current else (),
        has_current=current is not None,
        is_edited=current is not None and current != run.content,
    )


@transaction.atomic
def run_resend(
    *,
    run: Run,
    actor: Actor,
    choice: ResendChoice,
    content: ContentChoice,
    at: datetime,
    earlier: int | None = None,
    expected_people: int | None = None,
) -> Run:
    """A new run for the chosen people, with the content the run had or the one its campaign has now.

    ``earlier``: how many resends of this run the caller knew of; raises StaleState when there are more, so that a
    second click sends nothing twice. Raises InvalidInput when nobody is left to send to, NotReady for bad content,
    MorePeople when there are well beyond ``expected_people``.
    """
    permit(actor, "campaign.launch")
    _require_live(run)
    Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
    _require_unchanged(run, earlier)
    people = _people(run, choice, at)
    people_check(people, expected_people)
    chosen = _content(run, content)
    if problems := _problems(run, chosen, at):
        raise NotReady(problems)
    daily_limit_take(workspace=run.workspace, kind=ChannelKind.WEBHOOK, people=people, at=at)
    made = _start(run, actor, choice, chosen, at)
    audit(
        actor, "run.resend", made,
        of=run.pk, people=people, content=content, states=list(choice.states), same_webhook_id=choice.same_webhook_id,
    )  # fmt: skip
    return made


def _start(run: Run, actor: Actor, choice: ResendChoice, content: WebhookContent, at: datetime) -> Run:
    return run_start(
        workspace=run.workspace,
        campaign_id=run.campaign_id,
        campaign_name=run.campaign_name,
        kind=RunKind.LIVE,
        content=content,
        policy=send_policy(run.workspace, content.connection_id),
        connection_id=content.connection_id,
        audience=AudienceChoice(kind="profiles"),
        audience_description=resend_sentence(run, choice),
        retention_days=channel_defaults(run.workspace, ChannelKind.WEBHOOK).retention_days,
        launched_by=actor.user,
        at=at,
        resend=choice,
        rate=run.rate,
    )


def resend_sentence(run: Run, choice: ResendChoice) -> str:
    """ "Resend of the run of 24 Nov 2026, 15:04 UTC: failed, Not found (404)"."""
    moment = _moment_words(run.run_at)
    # The sentence stays when a person is erased, so it names nobody.
    detail = choice.detail if choice.reason in IMPERSONAL_DETAIL else None
    unnamed = choice.model_copy(update={"detail": detail, "person": ""})
    parts = [" or ".join(choice.states), *narrowing_words(unnamed)]
    parts += ["chosen by person"] if choice.person else []
    parts += ["same webhook-id"] if choice.same_webhook_id else []
    return f"Resend of the run of {moment}: {', '.join(parts)}"


def narrowing_words(choice: ResendChoice) -> list[str]:
    """What narrows the people beside their states."""
    words = [str(Reason(choice.reason).label)] if choice.reason else []
    words += [shortened(choice.detail) or "without detail"] if choice.detail is not None else []
    words += [f"answer {choice.status_code}"] if choice.status_code is not None else []
    words += [f"person {choice.person}"] if choice.person else []
    if choice.test is not None:
        words.append("test users only" if choice.test else "without test users")
    words += [f"since {_moment_words(choice.since)}"] if choice.since else []
    words += [f"until {_moment_words(choice.until)}"] if choice.until else []
    return words


def _moment_words(moment: datetime) -> str:
    return localtime(moment).strftime("%-d %b %Y, %H:%M %Z")


def _require_live(run: Run) -> None:
    if run.kind != RunKind.LIVE:
        raise InvalidInput("A test is not resent. Open the campaign's Content and press Send test again.")


def _require_unchanged(run: Run, earlier: int | None) -> None:
    if earlier is not None and resends_of(run).count() != earlier:
        raise StaleState(
            "This run has been resent since you opened this dialog, so nothing was sent now. Look at that resend first."
        )


def _people(run: Run, choice: ResendChoice, at: datetime) -> int:
    counts = resend_counts(run.workspace, choice, until=at)
    people = sum(counts[state] for state in choice.states)
    if not people:
        raise InvalidInput("Nobody of this run matches, so there is nobody to send to. Choose other people.")
    return people


def _content(run: Run, content: ContentChoice) -> WebhookContent:
    if content == "original":
        original: WebhookContent = run.content
        return original
    current = _current(run)
    if current is None:
        raise InvalidInput("The campaign of this run is gone. Resend with the original content.", field="content")
    return current


def _current(run: Run) -> WebhookContent | None:
    campaign = campaigns_of(run.workspace).filter(pk=run.campaign_id).first()
    return campaign.content if campaign else None


def _problems(run: Run, content: WebhookContent, now: datetime) -> list[CampaignProblem]:
    """What would keep a campaign with this content from being launched."""
    imagined = Campaign(
        pk=run.campaign_id,
        workspace=run.workspace,
        name=run.campaign_name,
        channel=ChannelKind.WEBHOOK,
        content=content,
    )
    found = campaign_problems(imagined, now=now)
    return [problem for problem in found if problem.is_error and problem.step in STEPS]
