"""The four steps of a new workspace: each ticks itself from what is there."""

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.actors import Actor
from accounts.audit import audit
from accounts.models import Member, Workspace
from accounts.permissions import allowed, permit
from audience.choice import AudienceChoice
from audience.models import Profile
from campaigns.demo import PAIRS
from campaigns.errors import NoDemoReceiver
from campaigns.models import Campaign, CampaignStatus
from campaigns.services import campaign_create
from channels.models import ChannelKind, Connection
from channels.selectors import channel_enabled, connections_available
from channels.services import connection_save
from channels.values import ConnectionValues
from notifications.models import Run
from notifications.selectors import notification_of_run
from notifications.states import NotificationState
from templates_lib.content import JsonPairsBody, WebhookContent

RECEIVER_NAME, CAMPAIGN_NAME = "Demo receiver", "My first webhook"
MESSAGE = 'Hi {{ first_name | default("there") }}, welcome to {{ campaign.name }}.'


@dataclass(frozen=True)
class FirstSteps:
    """What is done.

    ``campaign``: the latest one with a request to test. ``run``: the latest with somebody delivered, and ``sent_url``
    its first row in the log.
    """

    channel_on: bool
    has_people: bool
    campaign: Campaign | None
    run: Run | None
    sent_url: str

    @property
    def done(self) -> int:
        return sum((self.channel_on, self.has_people, self.campaign is not None, self.run is not None))

    @property
    def all_done(self) -> bool:
        return self.done == 4

    @property
    def next(self) -> str:
        """The step to take now."""
        undone = {"channel": self.channel_on, "people": self.has_people, "build": self.campaign, "test": self.run}
        return next((step for step, fact in undone.items() if not fact), "")


def first_steps(workspace: Workspace) -> FirstSteps:
    """Five short queries, six once something was delivered."""
    run = _delivered(workspace)
    return FirstSteps(
        channel_on=channel_enabled(workspace, ChannelKind.WEBHOOK),
        has_people=Profile.objects.filter(workspace=workspace).exists(),
        campaign=_campaign_to_test(workspace),
        run=run,
        sent_url=_sent_url(run) if run else "",
    )


def _campaign_to_test(workspace: Workspace) -> Campaign | None:
    rows = Campaign.objects.filter(workspace=workspace, channel=ChannelKind.WEBHOOK)
    return rows.exclude(content__url="").exclude(status=CampaignStatus.ARCHIVED).order_by("-id").first()


def _delivered(workspace: Workspace) -> Run | None:
    rows = Run.objects.filter(workspace=workspace, tallies__state=NotificationState.DELIVERED, tallies__count__gt=0)
    rows = rows.select_related("workspace")
    return rows.order_by("-run_at", "-id").first()


def _sent_url(run: Run) -> str:
    """Details of the run's first person, or the run in the log once its rows are not kept any more."""
    place = {"workspace": run.workspace.slug}
    row = notification_of_run(run)
    if row is None:
        return f"{reverse('notifications_log', kwargs=place)}?run={run.pk}"
    return reverse("notification_detail", kwargs={**place, "run": run.pk, "notification": row.pk})


def first_steps_hidden(actor: Actor) -> bool:
    return Member.objects.filter(workspace=actor.workspace, user=actor.user, first_steps_hidden=True).exists()


@transaction.atomic
def first_steps_hide(*, actor: Actor, hidden: bool) -> None:
    """Takes the steps off the actor's Home, or puts them back."""
    permit(actor, "workspace.view")
    Member.objects.filter(workspace=actor.workspace, user=actor.user).update(first_steps_hidden=hidden)
    audit(actor, "first_steps.hidden" if hidden else "first_steps.shown", actor.workspace)


@transaction.atomic
def first_campaign_create(*, actor: Actor) -> Campaign:
    """A campaign that greets each person at the demo receiver, ready to test. Raises NoDemoReceiver where none runs."""
    permit(actor, "campaign.edit")
    if not settings.DEMO_RECEIVER_URL:
        raise NoDemoReceiver("No demo receiver runs with this product. Create a campaign with an address of your own.")
    connection = _receiver(actor)
    content = WebhookContent(
        url=f"{settings.DEMO_RECEIVER_URL.rstrip('/')}/200",
        connection_id=connection.pk if connection else None,
        body=JsonPairsBody(pairs=tuple(pair for pair in PAIRS if pair.name in ("user", "name", "message"))),
        message_text=MESSAGE,
    )
    return campaign_create(
        actor=actor,
        name=CAMPAIGN_NAME,
        channel=ChannelKind.WEBHOOK,
        audience=AudienceChoice(kind="test_users"),
        content=content,
    )


def _receiver(actor: Actor) -> Connection | None:
    """The connection to the receiver: the one there is, or a new one if the actor may make it."""
    url = settings.DEMO_RECEIVER_URL.rstrip("/")
    found = connections_available(actor.workspace).filter(origin=url).first()
    if found or not allowed(actor, "connection.edit"):
        return found
    return connection_save(actor=actor, values=ConnectionValues(_free_name(actor), url))


def _free_name(actor: Actor) -> str:
    taken = set(connections_available(actor.workspace).values_list("name", flat=True))
    names = (RECEIVER_NAME if number == 1 else f"{RECEIVER_NAME} {number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
