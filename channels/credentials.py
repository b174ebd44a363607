"""A connection's secret on its way into a request, and only into requests to the connection's origin. Pure."""

import base64
from urllib.parse import quote, quote_plus, urldefrag

from channels.errors import ConnectionInvalid, ConnectionUnusable
from channels.models import AuthKind, Connection
from channels.origins import origin_of

Headers = tuple[tuple[bytes, bytes], ...]


def connection_auth_apply(connection: Connection, request_url: str, headers: Headers) -> tuple[str, Headers]:
    """The URL and headers with the connection's authentication, which replaces a header of the same name.

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
    return request_url, headers


def connection_secrets(connection: Connection) -> tuple[str, ...]:
    """Everything to mask in what is kept of a request or its answer: the secret in each form it may be seen in."""
    secret = connection.secret
    if not secret:
        return ()
    forms = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret)}
    if connection.auth_kind == AuthKind.BASIC:
        forms.add(_basic(connection, secret))
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


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
