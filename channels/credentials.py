"""A connection's secret on its way into a request, and only into requests to the connection's origin. Pure."""

import base64
from collections.abc import Sequence
from urllib.parse import quote, quote_plus, urldefrag

from django.utils import timezone

from channels.errors import ConnectionInvalid, ConnectionUnusable
from channels.models import AuthKind, Connection
from channels.origins import origin_of

Headers = tuple[tuple[bytes, bytes], ...]


def connection_auth_apply(
    connection: Connection, request_url: str, headers: Headers, *, token: str = ""
) -> tuple[str, Headers]:
    """The URL and headers with the connection's authentication, which replaces a header of the same name.

    ``token``: the OAuth token, which ``channels.tokens`` holds; without one an OAuth request stays as it is.
    Raises ConnectionUnusable when the URL's scheme, host and port are not exactly the connection's, when the
    connection is archived, or when its secret is missing; SecretUnreadable when the secret can't be decrypted.
    """
    _check_usable(connection, request_url)
    secret = connection.secret
    match connection.auth_kind:
        case AuthKind.BASIC:
            return request_url, _with_header(headers, "Authorization", f"Basic {_basic(connection, secret)}")
        case AuthKind.BEARER:
            return request_url, _with_header(headers, "Authorization", f"Bearer {secret}")
        case AuthKind.API_KEY_HEADER:
            return request_url, _with_header(headers, connection.key_name, secret)
        case AuthKind.API_KEY_QUERY:
            return _with_parameter(request_url, connection.key_name, secret), headers
        case AuthKind.OAUTH if token:
            return request_url, _with_header(headers, "Authorization", f"Bearer {token}")
    return request_url, headers


def default_headers(connection: Connection) -> Headers:
    """The headers that each request of the connection carries, secret ones in clear. Raises SecretUnreadable."""
    secrets = connection.header_secrets
    return tuple(
        (header.name.encode("ascii"), secrets.get(header.name.lower(), header.value).encode())
        for header in connection.headers_shown
    )


def headers_shown(connection: Connection, headers: Sequence[tuple[str, str]], mask: str) -> list[tuple[str, str]]:
    """The headers as a preview or copy shows them: with the connection's own, ``mask`` in place of each secret."""
    own = {name.lower() for name, _ in headers}
    defaults = [
        (each.name, mask if each.secret else each.value)
        for each in connection.headers_shown
        if each.name.lower() not in own
    ]
    match connection.auth_kind:
        case AuthKind.BASIC:
            auth = [("Authorization", f"Basic {mask}")]
        case AuthKind.BEARER | AuthKind.OAUTH:
            auth = [("Authorization", f"Bearer {mask}")]
        case AuthKind.API_KEY_HEADER:
            auth = [(connection.key_name, mask)]
        case _:
            auth = []
    replaced = {name.lower() for name, _ in auth}
    return [*(pair for pair in headers if pair[0].lower() not in replaced), *defaults, *auth]


def headers_merged(headers: Headers, defaults: Headers) -> Headers:
    """With those defaults that the request doesn't set itself."""
    if not defaults:
        return headers
    own = {name.lower() for name, _ in headers}
    return (*headers, *(pair for pair in defaults if pair[0].lower() not in own))


def connection_secrets(connection: Connection, *, token: str = "") -> tuple[str, ...]:
    """Everything to mask in what is kept of a request or its answer: each secret in each form it may be seen in."""
    forms = {form for secret in _secrets(connection, token) for form in _forms(secret)}
    if connection.auth_kind == AuthKind.BASIC and connection.has_secret:
        forms.add(_basic(connection, connection.secret))
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


def _secrets(connection: Connection, token: str) -> tuple[str, ...]:
    signing = connection.signing_secrets_at(timezone.now())
    found = (connection.secret, token, *connection.header_secrets.values(), *signing)
    return tuple(secret for secret in found if secret)


def _forms(secret: str) -> set[str]:
    return {secret, quote(secret, safe=""), quote(secret), quote_plus(secret)}


def _check_usable(connection: Connection, request_url: str) -> None:
    if connection.archived_at is not None:
        raise ConnectionUnusable(
            f"The connection “{connection}” was archived. Choose another one.", code="connection_archived"
        )
    if _origin_or_nothing(request_url) != connection.origin:
        raise ConnectionUnusable(
            f"The connection “{connection}” may only be used for addresses that begin with {connection.origin}. "
            "Change the URL, or choose another connection.",
            code="connection_origin",
            field="url",
        )
    if connection.auth_kind != AuthKind.NONE and not connection.has_secret:
        raise ConnectionUnusable(
            f"The connection “{connection}” has no secret. Enter it in Settings > Channels > Connections.",
            code="connection_secret_missing",
        )


def _origin_or_nothing(url: str) -> str:
    try:
        return origin_of(url)
    except ConnectionInvalid:
        return ""


def _basic(connection: Connection, secret: str) -> str:
    """RFC 7617, with UTF-8 as its section 2.1 has it."""
    return base64.b64encode(f"{connection.username}:{secret}".encode()).decode()


def _with_header(headers: Headers, name: str, value: str) -> Headers:
    others = tuple(pair for pair in headers if pair[0].decode("latin-1").lower() != name.lower())
    return (*others, (name.encode("ascii"), value.encode()))


def _with_parameter(url: str, name: str, value: str) -> str:
    address, _fragment = urldefrag(url)
    separator = "&" if "?" in address else "?"
    return f"{address}{separator}{quote(name, safe='')}={quote(value, safe='')}"
