"""*Test connection*: one real request to the origin, and what became of it in words."""

from dataclasses import dataclass
from typing import Any, Literal

import httpx

from accounts.actors import Actor
from accounts.audit import audit
from accounts.permissions import permit
from channels.certificates import client_certificate
from channels.credentials import connection_auth_apply, default_headers, headers_merged
from channels.models import AuthKind, Connection
from channels.token_words import TokenProblem
from channels.tokens import access_token, token_refused
from outbound.loop import HttpLoop, http_loop
from outbound.outcomes import Answer, BreakKind, Broken
from outbound.response_parts import Body

# A person waits for it, whatever runs are allowed.
MOST_SECONDS = 15.0
USER_AGENT = (b"user-agent", b"webhooks-platform/1 (+https://www.standardwebhooks.com)")

Tone = Literal["ok", "warn", "bad"]


@dataclass(frozen=True)
class Tested:
    """What a test found: ``title`` in a few words, ``text`` with what to do."""

    tone: Tone
    title: str
    text: str


_BROKEN: dict[BreakKind, tuple[str, str]] = {
    BreakKind.NAME_NOT_FOUND: ("Host name not found", "Look for a typing mistake in the origin."),
    BreakKind.BLOCKED_ADDRESS: (
        "Blocked address",
        "The origin leads to an address that isn't public. An operator can allow an address or a range "
        "(OUTBOUND_ALLOWED_ADDRESSES).",
    ),
    BreakKind.BLOCKED_PORT: ("Blocked port", "Use port 443 or 80, or ask an operator to allow this one."),
    BreakKind.REFUSED: (
        "Connection refused",
        "Nothing accepts connections there. Check the port.",
    ),
    BreakKind.CONNECT_TIMEOUT: ("No connection in time", "Ask its operators whether it is up and admits our address."),
    BreakKind.TLS: ("Certificate not trusted", "It may be expired, self-signed or made for another host. Renew it."),
    BreakKind.TLS_HANDSHAKE: (
        "No agreement on TLS",
        "Check scheme and port of the origin: https on a port that speaks plain HTTP looks like this. "
        "If they are right, it may demand a client certificate.",
    ),
    BreakKind.TIMEOUT: ("No answer in time", "It took the connection and didn't answer. Try again later."),
    BreakKind.DROPPED: ("Connection dropped", "It closed the connection before its answer was complete."),
    BreakKind.GARBAGE: ("Not an HTTP answer", "Check scheme and port: something else than HTTP answers there."),
    BreakKind.HEADERS_TOO_LARGE: ("Answer headers too large", "Ask its operators to send smaller headers."),
}
_CERTIFICATE_REFUSED = "It did not accept the client certificate: ask its operators which one they do accept."
_CERTIFICATE_DEMANDED = "It demands a client certificate: enter one that its operators accept."
_NETWORK = ("Network error", "The network failed on the way. Try again later.")


def connection_test(*, actor: Actor, connection: Connection, http: HttpLoop | None = None) -> Tested:
    """Sends ``GET /`` to the connection's origin, with its authentication, and follows no redirect.

    Raises ConnectionUnusable or SecretUnreadable when the authentication can't be applied. No transaction is open
    while the request is on its way.
    """
    permit(actor, "connection.edit")
    found = _tested(connection, http or http_loop())
    audit(actor, "connection.tested", connection, result=found.title)
    return found


def _tested(connection: Connection, http: HttpLoop) -> Tested:
    token = access_token(connection, http=http) if connection.auth_kind == AuthKind.OAUTH else None
    if isinstance(token, TokenProblem):
        return Tested("bad", "No access token", token.words)
    result = http.send(_request(connection, token.text if token else "")).result(timeout=MOST_SECONDS + 10)
    if token and isinstance(result, Answer) and result.status == 401:
        token_refused(connection, token.fetched_at)
    return result_words(connection, result)


def _request(connection: Connection, token: str) -> httpx.Request:
    headers = headers_merged((), default_headers(connection))
    headers = headers_merged(headers, (USER_AGENT,))
    url, headers = connection_auth_apply(connection, f"{connection.origin}/", headers, token=token)
    seconds = min(connection.policy.total_seconds, MOST_SECONDS)
    extensions: dict[str, Any] = {
        "deadline": {"connect": min(connection.policy.connect_seconds, seconds), "total": seconds}
    }
    if certificate := client_certificate(connection):
        extensions["client_certificate"] = certificate
    return httpx.Request("GET", url, headers=headers, stream=Body(b""), extensions=extensions)


def result_words(connection: Connection, result: Answer | Broken) -> Tested:
    """Pure. The answer itself is not shown: it may say more about the other side than its caller may know."""
    if isinstance(result, Broken):
        return Tested("bad", *_broken_words(connection, result.kind))
    title = f"Answered {result.status} in {round(result.phases.total * 1000):,} ms"
    return Tested(_tone(result.status), title, _words(connection, result.status))


def _broken_words(connection: Connection, kind: BreakKind) -> tuple[str, str]:
    if kind == BreakKind.CLIENT_CERTIFICATE:
        shown = bool(connection.client_certificate)
        return "Client certificate not accepted", _CERTIFICATE_REFUSED if shown else _CERTIFICATE_DEMANDED
    return _BROKEN.get(kind, _NETWORK)


def _tone(status: int) -> Tone:
    if status in (401, 403):
        return "bad"
    return "warn" if 300 <= status < 400 or status >= 500 or status == 429 else "ok"


def _words(connection: Connection, status: int) -> str:
    if status in (401, 403):
        if connection.auth_kind == AuthKind.NONE:
            return "It can be reached and asks for authentication: choose how to sign in there."
        return "It can be reached, but doesn't accept the authentication: check kind, names and secret."
    if 300 <= status < 400:
        return "It can be reached, and points to another address. Redirects are never followed: enter the final origin."
    if status == 429:
        return "It can be reached, and says that there are too many requests. Try again later."
    if status >= 500:
        return "It can be reached, but has an error of its own."
    if status >= 400:
        return "It can be reached. There is nothing at its first page, as with most APIs: send a test from a campaign."
    return "It can be reached, and takes the request."
