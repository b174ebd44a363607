"""A small workspace to try the product with. Loading it again changes nothing but the receiver's address."""

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Role, User, Workspace
from accounts.services import workspace_create, workspace_update
from audience.choice import AudienceChoice
from audience.rules import Group, Rule, Rules
from audience.sample_data import people_made
from audience.segments import segment_save
from audience.services import profiles_upsert
from campaigns.models import Campaign, CampaignStatus
from campaigns.services import campaign_create, campaign_update
from channels.models import ChannelKind, Connection
from channels.services import channel_switch, connection_save
from channels.values import ConnectionValues
from templates_lib.content import JsonPair, JsonPairsBody, WebhookContent

PEOPLE_COUNT = 200
EMAIL, PASSWORD = "demo@example.com", "demo-webhooks"
CONNECTION_NAME, CAMPAIGN_NAME = "Demo receiver", "Welcome to the new plan"
MESSAGE = 'Hi {{ first_name | default("there") }}, you have {{ points | default(0) }} points to spend.'
PAIRS = (
    JsonPair(name="user", value="{{ user_id }}"),
    JsonPair(name="name", value='{{ first_name | default("there") }}'),
    JsonPair(name="plan", value='{{ plan | default("free") }}'),
    JsonPair(name="points", value="{{ points | default(0) }}", type="number"),
    JsonPair(name="message", value="{{ message }}"),
)
SEGMENTS = {
    "Paying customers": Group(
        match="any",
        items=(
            Rule(field="attributes.plan", operator="is", value="plus"),
            Rule(field="attributes.plan", operator="is", value="pro"),
        ),
    ),
    "Opted in, with points": Group(
        items=(
            Rule(field="attributes.opted_in", operator="is_true"),
            Rule(field="attributes.points", operator="greater", value="100"),
        )
    ),
}


@transaction.atomic
def demo_load(receiver_url: str) -> Workspace:
    """Makes the demo user and workspace unless they exist; ``receiver_url`` may be empty."""
    user = User.objects.filter(email=EMAIL).first() or User.objects.create_user(EMAIL, PASSWORD, name="Demo")
    membership = user.memberships.filter(role=Role.OWNER).select_related("workspace").order_by("id").first()
    workspace = membership.workspace if membership else _workspace_make(user)
    actor = Actor(workspace=workspace, role=Role.OWNER, user=user)
    if membership is None:
        _workspace_fill(actor)
    if receiver_url:
        _receiver_keep(actor, receiver_url.rstrip("/"))
    return workspace


def _workspace_make(user: User) -> Workspace:
    """Called Acme at first: the address follows from that name and stays."""
    workspace = workspace_create(user=user, name="Acme")
    actor = Actor(workspace=workspace, role=Role.OWNER, user=user)
    return workspace_update(actor=actor, name="Acme Inc.", time_zone="Europe/Vienna", retention_days=30)


def _workspace_fill(actor: Actor) -> None:
    channel_switch(workspace=actor.workspace, actor=actor, kind=ChannelKind.WEBHOOK, enabled=True)
    profiles_upsert(actor=actor, items=people_made(PEOPLE_COUNT, first_id=1001, id_prefix="u_", test_users=3))
    for name, rules in SEGMENTS.items():
        segment_save(actor=actor, name=name, rules=Rules(root=rules))


def _receiver_keep(actor: Actor, url: str) -> None:
    """The receiver may listen on another port this time: its connection and the unsent demo campaign follow it."""
    made = Connection.objects.filter(workspace=actor.workspace, name=CONNECTION_NAME, campaign_only=False)
    connection = made.filter(archived_at=None).first()
    if connection is None and not made.exists():
        values = ConnectionValues(CONNECTION_NAME, url)
        _campaign_make(actor, connection_save(actor=actor, values=values))
    elif connection and connection.origin != url and not connection.has_secret:
        before, values = connection.origin, ConnectionValues(CONNECTION_NAME, url, policy=connection.policy)
        _drafts_follow(actor, connection_save(actor=actor, values=values, connection=connection), before)


def _campaign_make(actor: Actor, connection: Connection) -> None:
    content = WebhookContent(
        url=f"{connection.origin}/200",
        connection_id=connection.pk,
        body=JsonPairsBody(pairs=PAIRS),
        message_text=MESSAGE,
    )
    campaign_create(
        actor=actor,
        name=CAMPAIGN_NAME,
        channel=ChannelKind.WEBHOOK,
        audience=AudienceChoice(kind="test_users"),
        content=content,
    )


def _drafts_follow(actor: Actor, connection: Connection, before: str) -> None:
    drafts = Campaign.objects.filter(workspace=actor.workspace, status=CampaignStatus.DRAFT)
    for draft in drafts:
        if draft.content.connection_id == connection.pk and draft.content.url.startswith(f"{before}/"):
            url = connection.origin + draft.content.url.removeprefix(before)
            content = draft.content.model_copy(update={"url": url})
            campaign_update(campaign=draft, actor=actor, revision=draft.revision, content=content)
