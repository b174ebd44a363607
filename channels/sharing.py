"""A campaign's own authentication becomes a connection that everybody can choose."""

from django.db import IntegrityError, transaction

from accounts.actors import Actor
from accounts.audit import audit
from accounts.permissions import permit
from channels.errors import ConnectionInvalid
from channels.models import Connection
from channels.values import NAME_LENGTH


@transaction.atomic
def connection_share(*, actor: Actor, connection: Connection, name: str) -> Connection:
    """Origin, secret and policy stay as they are. Raises ConnectionInvalid for a name that is taken or none."""
    permit(actor, "connection.edit")
    connection.name = _name(name)
    connection.campaign_only = False
    try:
        with transaction.atomic():
            connection.save(update_fields=["name", "campaign_only"])
    except IntegrityError as error:
        if "connection_name_unique" not in str(error):
            raise
        message = f"There is a connection called “{connection.name}” already. Use another name."
        raise ConnectionInvalid(message, field="connection_name") from None
    audit(actor, "connection.shared", connection, origin=connection.origin, auth_kind=connection.auth_kind)
    return connection


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= NAME_LENGTH:
        raise ConnectionInvalid(
            f"Give the connection a name of 1 to {NAME_LENGTH} characters.", field="connection_name"
        )
    return name
