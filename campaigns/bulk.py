"""The same done to many campaigns: whom it concerns first, then a few at a time, with what came of each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.models import Workspace
from accounts.permissions import permit
from campaigns.errors import BulkInvalid
from campaigns.keeping import campaign_archive, campaign_delete, campaign_label, campaign_unarchive
from campaigns.models import Campaign, CampaignStatus
from campaigns.selectors import campaigns_of
from notifications.selectors import runs_latest, runs_of_campaigns_open
from webhooks_platform.base.errors import ProductError

AT_ONCE = 20
MOST = 500


@dataclass(frozen=True)
class BulkAction:
    """``verb`` for the button and the question, ``done`` for the result."""

    key: str
    verb: str
    done: str
    danger: bool = False


ACTIONS = {
    action.key: action
    for action in (
        BulkAction("archive", "Archive", "archived"),
        BulkAction("unarchive", "Unarchive", "unarchived"),
        BulkAction("label", "Label", "labelled"),
        BulkAction("delete", "Delete", "deleted", danger=True),
    )
}


@dataclass(frozen=True)
class BulkQuestion:
    """What is asked before anything is done. ``ran``: have a log that outlives them. ``left_out``: can't be done to."""

    ids: tuple[int, ...]
    scheduled: int
    ran: int
    left_out: int

    @property
    def count(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Refusal:
    name: str
    reason: str


@dataclass(frozen=True)
class BulkStep:
    """What one call did: the campaigns it was done to, and why not to the others."""

    done: tuple[int, ...]
    refused: tuple[Refusal, ...]


def bulk_action(key: str) -> BulkAction:
    """Raises BulkInvalid."""
    if key not in ACTIONS:
        raise BulkInvalid(f"Choose what to do: {', '.join(ACTIONS)}.", field="action")
    return ACTIONS[key]


def bulk_question(workspace: Workspace, action: BulkAction, chosen: QuerySet[Campaign]) -> BulkQuestion:
    """Whom the action would concern of those chosen. Raises BulkInvalid for none, or for more than MOST."""
    rows = list(chosen.values_list("id", "status").order_by("id")[: MOST + 1])
    if len(rows) > MOST:
        raise BulkInvalid(f"That is more than {MOST} campaigns at once. Narrow the list by a filter.")
    fitting = {campaign: status for campaign, status in rows if _fits(action, status)}
    if action.key == "delete":
        busy = runs_of_campaigns_open(workspace, fitting)
        fitting = {campaign: status for campaign, status in fitting.items() if campaign not in busy}
    if not fitting:
        raise BulkInvalid(f"None of the chosen campaigns can be {action.done}.")
    scheduled = sum(status == CampaignStatus.SCHEDULED for status in fitting.values())
    ran = len(runs_latest(workspace, fitting)) if action.key == "delete" else 0
    return BulkQuestion(tuple(fitting), scheduled, ran, len(rows) - len(fitting))


def _fits(action: BulkAction, status: str) -> bool:
    archived = status == CampaignStatus.ARCHIVED
    if action.key == "delete":
        return status != CampaignStatus.SCHEDULED
    return archived if action.key == "unarchive" else not archived


def bulk_apply(*, actor: Actor, action: BulkAction, ids: Sequence[int], labels: Sequence[str] = ()) -> BulkStep:
    """Does it to each by itself, so that one refusal stops nobody else; at most AT_ONCE at a call."""
    permit(actor, "campaign.edit")
    services: dict[str, Callable[[Campaign], object]] = {
        "archive": lambda campaign: campaign_archive(campaign=campaign, actor=actor),
        "unarchive": lambda campaign: campaign_unarchive(campaign=campaign, actor=actor),
        "label": lambda campaign: campaign_label(campaign=campaign, actor=actor, labels=labels),
        "delete": lambda campaign: campaign_delete(campaign=campaign, actor=actor),
    }
    return _each(campaigns_of(actor.workspace).filter(pk__in=ids[:AT_ONCE]).order_by("id"), services[action.key])


def _each(campaigns: Iterable[Campaign], service: Callable[[Campaign], object]) -> BulkStep:
    done, refused = [], []
    for campaign in campaigns:
        number = campaign.pk
        try:
            service(campaign)
        except ProductError as error:
            refused.append(Refusal(campaign.name, error.message))
        else:
            done.append(number)
    return BulkStep(tuple(done), tuple(refused))
