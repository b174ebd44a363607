"""An OAuth 2.0 access token by client credentials (RFC 6749, section 4.4), fetched through the one door.

Authlib writes the request and reads the token (docs/decisions/0012); its own client would bring a transport along.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_token_request

from outbound.client_certificate import ClientCertificate
from outbound.outcomes import Answer, Broken
from outbound.response_parts import Body
from outbound.sender import send

CONNECT_SECONDS, TOTAL_SECONDS = 3.0, 7.0
# RFC 6749, appendix A.12; a longer token than this isn't one that fits into a header.
_LONGEST_TOKEN = 8_000
_METHODS = {"basic": "client_secret_basic", "body": "client_secret_post"}
_BEARER = re.compile(rb"(?:^|,)\s*bearer(?=[\s,]|$)", re.IGNORECASE)
_ERROR = re.compile(rb"(?:[\s,])error\s*=\s*\"?([a-z_]+)", re.IGNORECASE)
_HEADERS = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """Who asks, where, and for what. ``style``: id and secret as HTTP Basic, or as form fields."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = ""
    audience: str = ""
    extra: tuple[tuple[str, str], ...] = ()
    style: Literal["basic", "body"] = "basic"
    certificate: ClientCertificate | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """``expires_in``: seconds, None where the server doesn't say."""

    text: str = field(repr=False)
    expires_in: float | None = None


@dataclass(frozen=True, slots=True)
class TokenRefused:
    """An answer without a token. ``error`` is one of the codes of RFC 6749, section 5.2, or empty."""

    status: int
    error: str = ""


async def token_fetch(transport: httpx.AsyncBaseTransport, wanted: TokenRequest) -> Token | TokenRefused | Broken:
    """One request, no redirect followed; never raises, but for cancellation. Takes TOTAL_SECONDS at most."""
    result = await send(transport, _request(wanted))
    return result if isinstance(result, Broken) else _token_of(result)


def token_challenged(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a 401 says by its challenge that the token is what it refuses (RFC 6750, section 3): `Bearer`, with the
    error invalid_token or with none."""
    for name, value in headers:
        if name.lower() == b"www-authenticate" and _BEARER.search(value):
            error = _ERROR.search(value)
            return error is None or error[1].lower() == b"invalid_token"
    return False


def _request(wanted: TokenRequest) -> httpx.Request:
    asked = {"scope": wanted.scope, "audience": wanted.audience, **dict(wanted.extra)}
    form = prepare_token_request("client_credentials", **{name: value for name, value in asked.items() if value})
    auth = ClientAuth(wanted.client_id, wanted.client_secret, _METHODS[wanted.style])
    url, headers, body = auth.prepare("POST", wanted.url, dict(_HEADERS), form)  # type: ignore[no-untyped-call]
    extensions: dict[str, Any] = {"deadline": {"connect": CONNECT_SECONDS, "total": TOTAL_SECONDS}}
    if wanted.certificate is not None:
        extensions["client_certificate"] = wanted.certificate
    headers["Content-Length"] = str(len(body.encode()))
    return httpx.Request("POST", url, headers=headers, stream=Body(body.encode()), extensions=extensions)


def _token_of(answer: Answer) -> Token | TokenRefused:
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        said = None
    said = said if isinstance(said, dict) else {}
    text, error = said.get("access_token"), said.get("error")
    if answer.status in (200, 201) and isinstance(text, str) and _sendable(text):
        return Token(text, _seconds(said.get("expires_in")))
    return TokenRefused(answer.status, error if isinstance(error, str) and error in _ERRORS else "")


# RFC 6749, section 5.2, and RFC 8707. Other words of the server are not repeated: they may hold what it was sent.
_ERRORS = frozenset(
    {"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type"}
    | {"invalid_scope", "invalid_target", "temporarily_unavailable", "server_error", "slow_down"}
)


def _sendable(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_TOKEN and text.isascii() and text.isprintable() and " " not in text


def _seconds(value: object) -> float | None:
    """Some servers write the number as text."""
    try:
        seconds = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return seconds if 0 < seconds < 10 * 365 * 86_400 else None
