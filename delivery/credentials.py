"""A connection's secrets at the moment of sending. Resolved once for each slice, so rotation mends a running run."""

from dataclasses import dataclass, field

from django.utils import timezone

from accounts.models import Workspace
from channels.credentials import connection_auth_apply, connection_secrets
from channels.errors import ConnectionUnusable
from channels.models import Connection
from channels.selectors import connection_find
from channels.signing import signing_keys
from webhooks_platform.base.encryption import SecretUnreadable

__all__ = ["ConnectionUnusable", "Credentials", "credentials_resolve"]

Headers = tuple[tuple[bytes, bytes], ...]
_REMEMBERED = 1024


@dataclass(frozen=True, slots=True)
class Credentials:
    """How requests authenticate and are signed, and the texts that must never be logged."""

    connection: Connection | None = None
    secrets: tuple[str, ...] = ()
    signing_keys: tuple[bytes, ...] = ()
    _applied: dict[str, tuple[str, Headers]] = field(default_factory=dict)

    def apply(self, url: str, headers: Headers) -> tuple[str, Headers]:
        """URL and headers with the secret; raises ConnectionUnusable when it may not travel to this URL."""
        if self.connection is None:
            return url, headers
        applied_url, added = self._for_url(self.connection, url)
        names = {name.lower() for name, _ in added}
        if names.isdisjoint(name.lower() for name, _ in headers):
            return applied_url, (*headers, *added)
        return connection_auth_apply(self.connection, url, headers)

    def _for_url(self, connection: Connection, url: str) -> tuple[str, Headers]:
        """Decrypting and checking the origin cost more than rendering, and most requests of a run share their URL."""
        known = self._applied.get(url)
        if known is None:
            known = connection_auth_apply(connection, url, ())
            if len(self._applied) < _REMEMBERED:
                self._applied[url] = known
        return known


def credentials_resolve(workspace: Workspace, connection_id: int | None) -> Credentials | str:
    """The connection's credentials now, or in words why it can't be used."""
    if connection_id is None:
        return Credentials()
    connection = connection_find(workspace, connection_id)
    if connection is None:
        return "The connection was removed or archived."
    try:
        keys = signing_keys(connection, timezone.now())
        return Credentials(connection, connection_secrets(connection), keys)
    except SecretUnreadable as error:
        return str(error)
