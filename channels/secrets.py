"""Replacing a connection's secrets. Each function asks for the right, is one transaction and leaves an audit row."""

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import audit
from accounts.permissions import permit
from channels.errors import ConnectionInvalid
from channels.models import AuthKind, Connection
from channels.saving import connection_locked
from channels.signing import signing_forget
from channels.tokens import token_forget
from channels.values import secret_check


@transaction.atomic
def connection_secret_replace(*, actor: Actor, connection: Connection, secret: str) -> None:
    """From its next turn on, within seconds, a run in flight uses the new secret. Raises ConnectionInvalid."""
    permit(actor, "connection.edit")
    stored = connection_locked(connection)
    if stored.auth_kind == AuthKind.NONE:
        raise ConnectionInvalid("This connection has no authentication, so it has no secret.", field="secret")
    if not secret:
        raise ConnectionInvalid("Enter the new secret.", field="secret")
    secret_check(stored.auth_kind, secret)
    stored.secret, stored.secret_changed_at = secret, timezone.now()
    stored.revision += 1
    stored.save(update_fields=["encrypted_secret", "secret_changed_at", "revision", "updated_at"])
    token_forget(stored)
    audit(actor, "connection.secret_replaced", stored)


def secrets_forget(connection: Connection) -> None:
    """All of them, on the object alone, which the caller saves; and the token, at once."""
    connection.secret = ""
    connection.encrypted_header_secrets = None
    connection.client_certificate, connection.encrypted_client_key = "", None
    connection.client_certificate_expires_at = None
    signing_forget(connection)
    token_forget(connection)
