"""A connection's secrets at the moment of sending. Resolved once for each slice, so rotation mends a running run."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils import timezone

from accounts.models import Workspace
from channels.certificates import client_certificate
from channels.credentials import connection_auth_apply, connection_secrets, default_headers, headers_merged
from channels.errors import ConnectionUnusable
from channels.models import AuthKind, Connection, SendPolicy
from channels.selectors import connection_find
from channels.signing import signing_keys
from channels.token_words import TokenProblem
from channels.tokens import HeldToken, access_token, token_at_hand, token_refused
from delivery.outcomes import Failed, Outcome
from outbound.client_certificate import ClientCertificate
from outbound.loop import HttpLoop
from outbound.oauth import token_challenged
from outbound.outcomes import NO_PHASES, Answer, BreakKind, Broken
from webhooks_platform.base.encryption import SecretUnreadable

__all__ = ["ConnectionUnusable", "Credentials", "credentials_resolve"]

Headers = tuple[tuple[bytes, bytes], ...]
_REMEMBERED = 1024
UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True)
class Credentials:
    """How requests authenticate and are signed, and the texts that must never be logged.

    ``problem``: why nothing can be sent at present, as if the destination could not be reached.
    """

    connection: Connection | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)
    signing_keys: tuple[bytes, ...] = field(default=(), repr=False)
    defaults: Headers = field(default=(), repr=False)
    certificate: ClientCertificate | None = None
    token: HeldToken | None = None
    problem: Broken | None = None
    _applied: dict[str, tuple[str, Headers]] = field(default_factory=dict, repr=False)

    def with_defaults(self, headers: Headers) -> Headers:
        """The content's own headers, and those default headers of the connection that it doesn't set itself."""
        return headers_merged(headers, self.defaults)

    def apply(self, url: str, headers: Headers) -> tuple[str, Headers]:
        """URL and headers with the secret; raises ConnectionUnusable when it may not travel to this URL."""
        if self.connection is None:
            return url, headers
        applied_url, added = self._for_url(self.connection, url)
        names = {name.lower() for name, _ in added}
        if names.isdisjoint(name.lower() for name, _ in headers):
            return applied_url, (*headers, *added)
        return connection_auth_apply(self.connection, url, headers, token=self._token)

    def judged(
        self, outcome: Outcome, result: Answer | Broken, first_attempt_at: datetime, policy: SendPolicy
    ) -> Outcome:
        """A 401 may only mean that the token was withdrawn: then the row is repeated with a new one.

        At once where the token is older than the row's first attempt, which it can be only once; else like any error.
        At most once allows the first alone, and only where the destination says that it refused the token: then the
        request "has not been applied" (RFC 9110, section 15.5.2).
        """
        if self.token is None or not isinstance(outcome, Failed) or not self.doubts_token(outcome):
            return outcome
        older = self.token.fetched_at <= first_attempt_at
        if policy.guarantee == "at_most_once" and not (older and _token_refused(result)):
            return outcome
        return replace(outcome, permanent=False, at_once=older)

    def doubts_token(self, outcome: Outcome) -> bool:
        """Whether the answer says that the token doesn't hold, and another one may be fetched."""
        refused = isinstance(outcome, Failed) and outcome.status_code == UNAUTHORIZED
        return refused and self.token is not None and self.token.replaceable

    def has_token_of(self, other: "Credentials") -> bool:
        """Whether both carry the same one."""
        return self.token is not None and other.token is not None and self.token.fetched_at == other.token.fetched_at

    def token_give_up(self) -> None:
        """The next slice fetches another."""
        if self.connection is not None and self.token is not None:
            token_refused(self.connection, self.token.fetched_at)

    @property
    def _token(self) -> str:
        return self.token.text if self.token else ""

    def _for_url(self, connection: Connection, url: str) -> tuple[str, Headers]:
        """Decrypting and checking the origin cost more than rendering, and most requests of a run share their URL."""
        known = self._applied.get(url)
        if known is None:
            known = connection_auth_apply(connection, url, (), token=self._token)
            if len(self._applied) < _REMEMBERED:
                self._applied[url] = known
        return known


NOBODY = Credentials()
REMOVED = "The connection was removed or archived."


def credentials_resolve(
    workspace: Workspace, connection_id: int | None, *, http: HttpLoop | None = None, at_once: bool = False
) -> Credentials | str:
    """The connection's credentials now, or in words why it can't be used. May wait seconds for an OAuth token;
    ``at_once``, it raises TokenDue instead."""
    if connection_id is None:
        return NOBODY
    connection = connection_find(workspace, connection_id)
    if connection is None:
        return REMOVED
    try:
        if connection.auth_kind != AuthKind.OAUTH:
            return _resolved(connection, None)
        token = token_at_hand(connection) if at_once else access_token(connection, http=http)
        # It may have taken seconds: the token goes where the connection leads now.
        connection = connection_find(workspace, connection_id)
        return REMOVED if connection is None else _resolved(connection, token)
    except SecretUnreadable as error:
        return str(error)


def _resolved(connection: Connection, token: HeldToken | TokenProblem | None) -> Credentials:
    held = token if isinstance(token, HeldToken) else None
    return Credentials(
        connection=connection,
        secrets=connection_secrets(connection, token=held.text if held else ""),
        signing_keys=signing_keys(connection, timezone.now()),
        defaults=default_headers(connection),
        certificate=client_certificate(connection),
        token=held,
        problem=_unsent(token) if isinstance(token, TokenProblem) else None,
    )


def _token_refused(result: Answer | Broken) -> bool:
    return isinstance(result, Answer) and token_challenged(result.headers)


def _unsent(problem: TokenProblem) -> Broken:
    kind = BreakKind.TOKEN_REFUSED if problem.permanent else BreakKind.NO_TOKEN
    return Broken(kind, problem.words, True, NO_PHASES, "")
