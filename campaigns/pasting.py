"""Filling a campaign's content from a pasted cURL command."""

from dataclasses import dataclass

from django.db import transaction

from accounts.actors import Actor
from campaigns.models import Campaign
from campaigns.replacing import content_replace
from channels.models import Connection
from channels.selectors import connection_find
from channels.services import connection_save_for_campaign
from templates_lib.content import WebhookContent
from templates_lib.curl_import import CurlRequest, curl_read

SECRET_WORDS = {"basic": "user name and password", "bearer": "bearer token", "api_key_header": "API key"}


@dataclass(frozen=True)
class Pasted:
    """What the command was read as, and where its secret is kept now, if it had one and it was wanted."""

    request: CurlRequest
    connection: Connection | None = None

    @property
    def words(self) -> str:
        """For the person who pasted it."""
        said = ["Filled from the cURL command. Your message text is unchanged."]
        found = self.request.authentication
        if self.connection and found:
            said.append(f"The {SECRET_WORDS[found.kind]} is encrypted and sent only to {self.connection.origin}.")
        elif found:
            said.append(f"Its {SECRET_WORDS[found.kind]} was left out.")
        if self.request.ignored:
            said.append(f"Ignored: {', '.join(self.request.ignored)}.")
        return " ".join(said)


@transaction.atomic
def curl_paste(*, campaign: Campaign, actor: Actor, revision: int, command: str, keep_authentication: bool) -> Pasted:
    """Replaces the content, its message text aside, by the command's request, until `content_restore`.

    ``keep_authentication``: a secret in it becomes this campaign's authentication; else it is left out. Raises
    CurlUnreadable, ConnectionInvalid, or EditedMeanwhile when somebody else saved first.
    """
    request = curl_read(command)
    connection = _connection(campaign, actor, request) if keep_authentication else None
    content = _content(campaign, request, connection)
    content_replace(campaign=campaign, actor=actor, revision=revision, content=content)
    return Pasted(request, connection)


def _connection(campaign: Campaign, actor: Actor, request: CurlRequest) -> Connection | None:
    found = request.authentication
    if found is None:
        return None
    return connection_save_for_campaign(
        actor=actor,
        name=campaign.name,
        url=request.content.url,
        auth_kind=found.kind,
        username=found.username,
        key_name=found.key_name,
        secret=found.secret,
    )


def _content(campaign: Campaign, request: CurlRequest, connection: Connection | None) -> WebhookContent:
    """Without a secret of its own, the request keeps the connection that it had, if it goes to the same place."""
    before = campaign.content
    if connection is None:
        connection = connection_find(campaign.workspace, before.connection_id)
        if connection and not request.content.url.startswith(connection.origin):
            connection = None
    kept = {"connection_id": connection.pk if connection else None, "missing": before.missing}
    return request.content.with_message(before.message_text).model_copy(update=kept)
