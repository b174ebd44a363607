import pytest

from accounts.actors import Actor
from accounts.models import User, Workspace
from audience.choice import AudienceChoice
from audience.models import Profile
from campaigns.models import Campaign
from campaigns.services import campaign_create
from channels.models import ChannelKind
from channels.services import channel_switch
from templates_lib.content import WebhookContent
from tests import cast
from tests.campaigns.browsing import rows_beside_the_browser, visit  # noqa: F401


@pytest.fixture
def actor(owner: User, workspace: Workspace) -> Actor:
    return cast.acting(owner, workspace)


@pytest.fixture
def webhook_on(actor: Actor) -> None:
    channel_switch(workspace=actor.workspace, actor=actor, kind=ChannelKind.WEBHOOK, enabled=True)


@pytest.fixture
def profile(workspace: Workspace) -> Profile:
    return Profile.objects.create(workspace=workspace, user_id="u-1", first_name='Zoë "Z" O\'Neil \\ <b>')


@pytest.fixture
def campaign(actor: Actor, webhook_on: None, profile: Profile) -> Campaign:
    """A campaign that could be launched."""
    return campaign_create(
        actor=actor,
        name="Win-back",
        channel=ChannelKind.WEBHOOK,
        audience=AudienceChoice(),
        content=WebhookContent(url="https://api.example.com/people/{{ user_id }}"),
    )
