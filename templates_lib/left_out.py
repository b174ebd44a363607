"""A campaign's own authentication: it stays with its campaign, and a template leaves it out."""

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Workspace
from accounts.permissions import permit
from channels.models import Connection
from channels.selectors import connection_find
from channels.sharing import connection_share
from templates_lib.content import WebhookContent
from templates_lib.errors import TemplateInvalid
from templates_lib.models import Template


def authentication_left_out(workspace: Workspace, content: WebhookContent) -> Connection | None:
    """The campaign's own authentication that the content sends with; None for a connection, or for none at all."""
    connection = connection_find(workspace, content.connection_id)
    return connection if connection and connection.campaign_only else None


def without_own_authentication(workspace: Workspace, content: WebhookContent) -> WebhookContent:
    """What a template may keep: a connection, but nothing that was typed into one campaign."""
    if authentication_left_out(workspace, content) is None:
        return content
    return content.model_copy(update={"connection_id": None})


def connection_left_out(template: Template, connection_id: int) -> Connection:
    """Raises TemplateInvalid when it is no campaign's own authentication any more."""
    connection = connection_find(template.workspace, connection_id)
    if connection is None or not connection.campaign_only:
        raise TemplateInvalid("This authentication is not there any more. Choose a connection in the campaign.")
    return connection


@transaction.atomic
def connection_shared(*, actor: Actor, template: Template, connection_id: int, name: str) -> Connection:
    """Makes the authentication a connection that everybody can choose, for the template to send with.

    Its campaign goes on using it. Raises TemplateInvalid, ConnectionInvalid for a bad name, NotAllowed.
    """
    permit(actor, "template.edit")
    return connection_share(actor=actor, connection=connection_left_out(template, connection_id), name=name)
