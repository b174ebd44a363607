"""Why there is no access token, in words. Pure; what the token server said itself is never repeated."""

from dataclasses import dataclass

from outbound.oauth import TOTAL_SECONDS, TokenRefused
from outbound.outcomes import BreakKind, Broken


@dataclass(frozen=True, slots=True)
class TokenProblem:
    """``permanent``: asking again won't help until somebody changes the connection."""

    words: str
    permanent: bool


_BROKEN: dict[BreakKind, tuple[str, bool]] = {
    BreakKind.NAME_NOT_FOUND: ("its host name was not found", False),
    BreakKind.BLOCKED_ADDRESS: ("it leads to an address that isn't public, to which nothing may be sent", True),
    BreakKind.BLOCKED_PORT: ("its port may not be used for sending", True),
    BreakKind.REFUSED: ("it refused the connection", False),
    BreakKind.CONNECT_TIMEOUT: ("it did not take the connection in time", False),
    BreakKind.TLS: ("its certificate is not trusted", True),
    BreakKind.TLS_HANDSHAKE: ("no TLS connection could be agreed on", False),
    BreakKind.CLIENT_CERTIFICATE: ("it did not accept the client certificate, or demands one", True),
    BreakKind.TIMEOUT: (f"it did not answer within {TOTAL_SECONDS:g} seconds", False),
    BreakKind.DROPPED: ("it closed the connection before it had answered", False),
    BreakKind.GARBAGE: ("what it answered is not HTTP", False),
    BreakKind.HEADERS_TOO_LARGE: ("the headers of its answer are too large", True),
}
_ERRORS = {
    "invalid_client": "it does not accept the client id and secret",
    "unauthorized_client": "it does not allow this client to use client credentials",
    "invalid_scope": "it does not grant the scope that the connection asks for",
    "invalid_target": "it does not know the audience that the connection asks for",
    "unsupported_grant_type": "it does not offer client credentials",
    "invalid_request": "something is missing from what it expects, or misspelt: check scope, audience and parameters",
    "invalid_grant": "it does not accept the request",
}


def broken_words(broken: Broken) -> TokenProblem:
    why, permanent = _BROKEN.get(broken.kind, ("the network failed on the way", False))
    return TokenProblem(f"No access token from the token server: {why}.", permanent)


def refused_words(refused: TokenRefused) -> TokenProblem:
    """429 and 5xx pass by; any other answer without a token stays what it is."""
    status = refused.status
    if refused.error in _ERRORS and status < 500:
        return _problem(f"{_ERRORS[refused.error]} ({refused.error}, {status})", permanent=True)
    if status in (408, 425, 429) or status >= 500:
        return _problem(f"it answered {status}, which may pass", permanent=False)
    if status in (200, 201):
        return _problem("its answer holds no token that can be sent", permanent=True)
    if 300 <= status < 400:
        return _problem(f"it answered {status} and points elsewhere; redirects are not followed", permanent=True)
    if status in (401, 403):
        return _problem(f"it does not accept the client id and secret ({status})", permanent=True)
    return _problem(f"it answered {status}", permanent=True)


def _problem(why: str, *, permanent: bool) -> TokenProblem:
    return TokenProblem(f"No access token from the token server: {why}.", permanent)
