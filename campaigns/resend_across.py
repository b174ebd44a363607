"""Resend of the people whom a filtered log shows, whatever runs they are of: one new run for each of those."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Workspace
from accounts.permissions import permit
from campaigns.confirmed import people_check
from campaigns.errors import ResendRefused
from campaigns.resend import ContentChoice, run_resend
from notifications.models import Run
from notifications.resend import ResendState
from notifications.selectors import LogFilters, resend_choice, resend_counts_by_run, resends_of, run_get
from webhooks_platform.base.errors import InvalidInput, ProductError

# Each is a run of its own and somebody looks at each line.
RUNS_AT_ONCE = 20


@dataclass(frozen=True)
class ResendShare:
    """People of one run: how many ended in each state. ``earlier``: how often it was resent already."""

    run: Run
    counts: Mapping[ResendState, int]
    earlier: int

    def people(self, states: Sequence[ResendState]) -> int:
        return sum(self.counts[state] for state in states)


@dataclass(frozen=True)
class ResendShares:
    """The latest runs with people to send to again. ``more``: there are others, beyond RUNS_AT_ONCE."""

    shares: Sequence[ResendShare]
    more: bool


def resend_shares(workspace: Workspace, filters: LogFilters, *, now: datetime) -> ResendShares:
    """Counts first. Raises LogTooLarge where only a run can be searched."""
    counts = resend_counts_by_run(workspace, filters, until=now)
    chosen = list(counts)[:RUNS_AT_ONCE]
    runs = Run.objects.filter(workspace=workspace).select_related("workspace").in_bulk(chosen)
    shares = [ResendShare(runs[run_id], counts[run_id], resends_of(runs[run_id]).count()) for run_id in chosen]
    return ResendShares(shares, more=len(counts) > len(chosen))


@transaction.atomic
def runs_resend(
    *,
    workspace: Workspace,
    actor: Actor,
    filters: LogFilters,
    states: Sequence[ResendState],
    runs: Mapping[int, int],
    content: ContentChoice,
    same_webhook_id: bool,
    at: datetime,
    expected_people: int | None = None,
) -> list[Run]:
    """A new run for each of ``runs`` (id and how many resends of it the caller knew of): all of them or none.

    Raises InvalidInput when no run is chosen, ResendRefused naming the run that can't be resent and why, MorePeople
    when the runs have together well beyond ``expected_people``.
    """
    permit(actor, "campaign.launch")
    if not runs:
        raise InvalidInput("No run is ticked, so there is nobody to send to. Tick at least one.")
    if expected_people is not None:
        counts = resend_counts_by_run(workspace, filters, until=at)
        people = sum(counts[run_id][state] for run_id in runs if run_id in counts for state in states)
        people_check(people, expected_people)
    made = []
    for run_id, earlier in sorted(runs.items()):
        run = run_get(workspace, run_id)
        choice = resend_choice(filters, run_id, states, same_webhook_id=same_webhook_id)
        try:
            made.append(run_resend(run=run, actor=actor, choice=choice, content=content, at=at, earlier=earlier))
        except ProductError as error:
            raise ResendRefused(f"Nothing was sent. {run.campaign_name}, run {run_id}: {error.message}") from error
    return made
