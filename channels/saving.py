"""How checked values become a stored connection: what may be kept, what changed, and which revision it was."""

import json
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.meanwhile import changed_meanwhile
from channels.certificates import certificate_checked
from channels.errors import ConnectionChanged, ConnectionInvalid
from channels.header_values import headers_checked
from channels.models import AuthKind, Connection
from channels.tokens import token_forget
from channels.values import ConnectionValues
from webhooks_platform.base.encryption import encrypt

_PLAIN = ("name", "origin", "auth_kind", "username", "key_name", "oauth", "policy")


def connection_locked(connection: Connection) -> Connection:
    """The stored row, for this transaction alone."""
    return Connection.objects.select_for_update(of=("self",)).get(pk=connection.pk)


def connection_at(actor: Actor, connection: Connection, revision: int | None) -> Connection:
    """The same; raises ConnectionChanged when it isn't at ``revision`` any more."""
    stored = connection_locked(connection)
    if revision is not None and stored.revision != revision:
        raise ConnectionChanged(changed_meanwhile(actor, stored, changed_at=stored.updated_at))
    return stored


def values_assign(connection: Connection, values: ConnectionValues) -> list[str]:
    """Puts checked values on the connection, unsaved; returns the names of what changed, never what a secret is.

    Raises ConnectionInvalid where a stored secret would be led elsewhere, or something is missing.
    """
    _check_secret_kept(values, connection)
    changed = [name for name in _PLAIN if getattr(connection, name) != getattr(values, name)]
    same_origin = values.origin == connection.origin
    changed += _assign_headers(connection, values, same_origin)
    changed += _assign_certificate(connection, values, same_origin)
    changed += ["secret"] if values.secret else []
    for name in _PLAIN:
        setattr(connection, name, getattr(values, name))
    if values.secret is not None:
        connection.secret = values.secret
        connection.secret_changed_at = timezone.now() if values.secret else None
    return changed


def connection_store(connection: Connection, changed: list[str]) -> None:
    """Saves it under the next revision. A token got with what was before is forgotten. Raises ConnectionInvalid."""
    if connection.pk is not None:
        connection.revision += 1
    try:
        with transaction.atomic():
            connection.save()
    except IntegrityError as error:
        if "connection_name_unique" not in str(error):
            raise
        raise ConnectionInvalid(
            f"There is a connection called “{connection.name}” already. Use another name.", field="name"
        ) from None
    if {"origin", "auth_kind", "oauth", "secret"} & set(changed):
        token_forget(connection)


def _check_secret_kept(values: ConnectionValues, connection: Connection) -> None:
    """Whoever may edit a connection must not be able to send its secret elsewhere."""
    if values.auth_kind == AuthKind.NONE or values.secret:
        return
    if not connection.has_secret:
        raise ConnectionInvalid("Enter the secret.", field="secret")
    if values.origin != connection.origin:
        raise ConnectionInvalid(
            f"Enter the secret again: the stored one was given for {connection.origin} only.", field="secret"
        )
    if values.auth_kind != connection.auth_kind:
        raise ConnectionInvalid("Enter the secret for this kind of authentication.", field="secret")
    if values.oauth and connection.oauth and values.oauth.token_url != connection.oauth.token_url:
        raise ConnectionInvalid(
            f"Enter the client secret again: the stored one was given for {connection.oauth.token_url} only.",
            field="secret",
        )


def _assign_headers(connection: Connection, values: ConnectionValues, same_origin: bool) -> list[str]:
    if values.headers is None:
        if connection.encrypted_header_secrets is not None and not same_origin:
            raise ConnectionInvalid("Enter the secret headers again for the new origin.", field="secret_headers")
        return []
    stored = connection.header_secrets
    checked = headers_checked(
        values.headers, stored=stored, auth_header=values.auth_header, kept_for_origin=same_origin
    )
    before, connection.default_headers = connection.headers_shown, checked.shown
    if checked.secrets != stored:
        connection.encrypted_header_secrets = encrypt(json.dumps(checked.secrets)) if checked.secrets else None
    return ["default_headers"] if before != checked.shown.headers or checked.secrets != stored else []


def _assign_certificate(connection: Connection, values: ConnectionValues, same_origin: bool) -> list[str]:
    entered = values.certificate
    if entered is None:
        if connection.client_certificate and not same_origin:
            raise ConnectionInvalid(
                "Enter the client certificate and its key again for the new origin, or remove it.",
                field="client_certificate",
            )
        return []
    if not entered.certificate.strip():
        removed = bool(connection.client_certificate)
        connection.client_certificate, connection.encrypted_client_key = "", None
        connection.client_certificate_expires_at = None
        return ["client_certificate"] if removed else []
    checked = certificate_checked(entered.certificate, entered.key, now=timezone.now())
    connection.client_certificate, connection.encrypted_client_key = checked.certificate, encrypt(checked.key)
    connection.client_certificate_expires_at = checked.expires_at
    return ["client_certificate"]


def created_detail(connection: Connection) -> dict[str, Any]:
    return {"origin": connection.origin, "auth_kind": connection.auth_kind}
