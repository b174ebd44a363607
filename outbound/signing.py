"""Standard Webhooks signatures (github.com/standard-webhooks/standard-webhooks, "Signature scheme")."""

import base64
import binascii
import hmac
import secrets
from collections.abc import Sequence

from webhooks_platform.base.errors import InvalidInput

PREFIX = "whsec_"
KEY_BYTES = 32


class InvalidSecret(InvalidInput):
    """A signing secret that can't be used; says what one looks like, never what it was."""


def secret_create() -> str:
    """A new random secret, `whsec_` and base64 of 32 bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def secret_key(secret: str) -> bytes:
    """The key bytes of a `whsec_` secret. Raises InvalidSecret; the specification asks for 24 to 64 bytes."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or not 24 <= len(key) <= 64:
        raise InvalidSecret(f"A signing secret is {PREFIX!r} followed by base64 of 24 to 64 bytes.")
    return key


def signature(*, keys: Sequence[bytes], webhook_id: str, timestamp: int, body: bytes) -> str:
    """One `v1,` signature for each key, parted by spaces: receivers take any, so keys rotate without a gap.

    `timestamp` is in whole seconds since the epoch.
    """
    signed = b"%b.%d.%b" % (webhook_id.encode(), timestamp, body)
    digests = [binascii.b2a_base64(hmac.digest(key, signed, "sha256"), newline=False) for key in keys]
    return b" ".join([b"v1," + digest for digest in digests]).decode()


def signed_headers(
    *, keys: Sequence[bytes], webhook_id: str, timestamp: int, body: bytes
) -> tuple[tuple[bytes, bytes], ...]:
    """The three headers of a signed webhook. Keys come from `secret_key`, the newest first."""
    value = signature(keys=keys, webhook_id=webhook_id, timestamp=timestamp, body=body)
    return (
        (b"webhook-id", webhook_id.encode()),
        (b"webhook-timestamp", b"%d" % timestamp),
        (b"webhook-signature", value.encode()),
    )
