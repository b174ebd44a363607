"""A connection's signing secrets (Standard Webhooks): made, replaced with an overlap, removed; and their keys."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import audit
from accounts.permissions import permit
from channels.errors import ConnectionInvalid
from channels.models import Connection
from channels.saving import connection_locked
from outbound.signing import InvalidSecret, secret_create, secret_key
from webhooks_platform.base.encryption import encrypt

# For so long both the replaced and the new secret sign, so that a receiver can change over in its own time.
OVERLAP = timedelta(hours=24)


def signing_keys(connection: Connection, moment: datetime) -> tuple[bytes, ...]:
    """The keys that sign at that moment, the newest first; none where nothing is signed. Raises SecretUnreadable."""
    return tuple(secret_key(secret) for secret in connection.signing_secrets_at(moment))


@transaction.atomic
def signing_secret_set(*, actor: Actor, connection: Connection, secret: str = "") -> str:
    """Signs with ``secret``, or with a new random one, and returns it: it can't be read again.

    A secret in use goes on signing beside it for OVERLAP. Raises ConnectionInvalid, field "signing_secret".
    """
    permit(actor, "connection.edit")
    chosen = _checked(secret.strip()) if secret.strip() else secret_create()
    stored = connection_locked(connection)
    if chosen in stored.signing_secrets_at(timezone.now())[:1]:
        raise ConnectionInvalid("This is the signing secret in use already.", field="signing_secret")
    replaced, now = stored.is_signed, timezone.now()
    stored.encrypted_previous_signing_secret = stored.encrypted_signing_secret
    stored.previous_signing_secret_until = now + OVERLAP if replaced else None
    stored.encrypted_signing_secret, stored.signing_secret_changed_at = encrypt(chosen), now
    stored.save()
    audit(actor, "connection.signing_secret_replaced" if replaced else "connection.signing_started", stored)
    return chosen


@transaction.atomic
def signing_previous_end(*, actor: Actor, connection: Connection) -> None:
    """Ends the overlap now, as after a leak: from then on only the newest secret signs."""
    permit(actor, "connection.edit")
    stored = connection_locked(connection)
    stored.encrypted_previous_signing_secret = stored.previous_signing_secret_until = None
    stored.save()
    audit(actor, "connection.previous_signing_secret_ended", stored)


@transaction.atomic
def signing_stop(*, actor: Actor, connection: Connection) -> None:
    """Requests carry no signature from now on, and the secrets are forgotten."""
    permit(actor, "connection.edit")
    stored = connection_locked(connection)
    signing_forget(stored)
    stored.save()
    audit(actor, "connection.signing_stopped", stored)


def signing_expired_forget(*, now: datetime) -> int:
    """Removes replaced secrets whose overlap is over from their rows; returns how many."""
    expired = Connection.objects.filter(previous_signing_secret_until__lte=now)
    return expired.update(encrypted_previous_signing_secret=None, previous_signing_secret_until=None)


def signing_forget(connection: Connection) -> None:
    """On the object alone; the caller saves it."""
    connection.encrypted_signing_secret = connection.signing_secret_changed_at = None
    connection.encrypted_previous_signing_secret = connection.previous_signing_secret_until = None


def _checked(secret: str) -> str:
    try:
        secret_key(secret)
    except InvalidSecret as error:
        raise ConnectionInvalid(error.message, field="signing_secret") from None
    return secret
