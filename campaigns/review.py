"""Review: every problem of a campaign, with what only a look at its people and its destination shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from campaigns.destination import destination_findings
from campaigns.finding import Finding
from campaigns.models import Campaign
from campaigns.preflight import Preflight, Setback, preflight_make
from campaigns.problems import CampaignProblem, campaign_problems, content_problem
from channels.selectors import connection_find
from outbound.judged import LookUp, look_up

STEP_ORDER = ("setup", "audience", "content", "schedule")


@dataclass(frozen=True)
class Review:
    """``preflight`` is None while the content or the audience can't be used at all."""

    problems: tuple[CampaignProblem, ...]
    preflight: Preflight | None

    @property
    def errors(self) -> list[CampaignProblem]:
        return [problem for problem in self.problems if problem.is_error]


def campaign_review(campaign: Campaign, *, now: datetime, lookup: LookUp = look_up) -> Review:
    """Reads all of the audience, renders a sample of it and looks the destination's name up; sends nothing."""
    known = campaign_problems(campaign, now=now, asking="counts")
    connection = connection_find(campaign.workspace, campaign.content.connection_id)
    preflight = preflight_make(campaign) if campaign.channel else None
    found = [*destination_findings(campaign, connection, now=now, lookup=lookup)]
    found += preflight_findings(preflight) if preflight else ()
    problems = [*known, *map(content_problem, found)]
    return Review(tuple(sorted(problems, key=lambda problem: STEP_ORDER.index(problem.step))), preflight)


def preflight_findings(preflight: Preflight) -> Iterator[Finding]:
    """What the sample shows: nobody is left, requests that can't be built, and requests that repeat each other."""
    if preflight.tried and not preflight.built:
        yield from _nobody_left(preflight)
        return
    for setback in preflight.setbacks:
        if setback.kind in ("invalid", "budget"):
            yield _failing(preflight, setback)
    if preflight.same:
        yield _same(preflight)


def _nobody_left(preflight: Preflight) -> Iterator[Finding]:
    worst = preflight.setbacks[0]
    tried = "everybody" if preflight.everybody else f"each of {preflight.tried:,} people tried"
    yield Finding(worst.field or "url", f"No request could be built for {tried}: {worst.message}", worst.hint)


def _failing(preflight: Preflight, setback: Setback) -> Finding:
    people = "1 person" if setback.count == 1 else f"{setback.count:,} people"
    message = f"For {people} of {preflight.tried:,} tried, {setback.example} for one, the request can't be built"
    return Finding(setback.field, f"{message}: {setback.message}", setback.hint, severity="warning")


def _same(preflight: Preflight) -> Finding:
    if preflight.same == preflight.built:
        message = "Every person's request is the same: nothing in it tells them apart."
    else:
        message = (
            f"{preflight.same:,} of {preflight.tried:,} people tried, {preflight.same_example} for one, get the very "
            "same request as somebody else."
        )
    hint = "Put {{ user_id }} or another value of the person into it, unless that is meant."
    return Finding("url", message, hint, severity="warning")
