"""Authentication that is typed into a campaign's Content."""

from django.db import transaction

from accounts.actors import Actor
from campaigns.models import Campaign
from campaigns.services import campaign_update
from channels.models import Connection
from channels.services import connection_save_for_campaign


@transaction.atomic
def campaign_authenticate(
    *,
    campaign: Campaign,
    actor: Actor,
    revision: int,
    url: str,
    auth_kind: str,
    username: str = "",
    key_name: str = "",
    secret: str = "",
) -> Connection:
    """Keeps the authentication, encrypted, for the origin of ``url`` and this campaign alone, which sends with it.

    Raises ConnectionInvalid naming the field, or EditedMeanwhile when somebody else saved first; then no
    secret is kept.
    """
    connection = connection_save_for_campaign(
        actor=actor,
        name=campaign.name,
        url=url,
        auth_kind=auth_kind,
        username=username,
        key_name=key_name,
        secret=secret,
    )
    content = campaign.content.model_copy(update={"connection_id": connection.pk})
    campaign_update(campaign=campaign, actor=actor, revision=revision, content=content)
    return connection
