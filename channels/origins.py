"""Origins (RFC 6454): the scheme, host and port that a secret may travel to. Pure."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

import idna

from channels.errors import ConnectionInvalid

DEFAULT_PORTS = {"http": 80, "https": 443}
# Parsers disagree about these characters, and a secret must not depend on who is right.
_AMBIGUOUS = re.compile(r"[\s\\\x00-\x1f\x7f]")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")


def origin_of(url: str) -> str:
    """``scheme://host[:port]`` of an absolute http or https URL, in one canonical spelling.

    Lower case, international names as punycode, default ports left out. Raises ConnectionInvalid, field "origin".
    """
    parts = _split(url)
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS:
        raise _invalid("Begin with https:// or http://, such as https://api.example.com.")
    if "@" in parts.netloc:
        raise _invalid("Leave out the user name and password: enter them as Basic authentication.")
    host, port = _host(parts), _port(parts)
    return f"{scheme}://{host}" if port in (None, DEFAULT_PORTS[scheme]) else f"{scheme}://{host}:{port}"


def origin_only(text: str) -> str:
    """The same for what a person types as an origin: a path, query or fragment behind it is refused."""
    origin = origin_of(text.strip())
    parts = urlsplit(text.strip())
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise _invalid(f"Enter only the origin, {origin}. The path belongs into each campaign's URL.")
    return origin


def origin_before_path(url: str) -> str:
    """The origin of a URL whose path and query may still hold variables."""
    return origin_of(re.split(r"(?<=[^:/?#])[/?#]", url.strip(), maxsplit=1)[0])


def _split(url: str) -> SplitResult:
    if _AMBIGUOUS.search(url):
        raise _invalid("The address has a space, a line break or a backslash. Remove it.")
    try:
        return urlsplit(url)
    except ValueError:
        raise _invalid("This is not an address. Write it like https://api.example.com.") from None


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if not host:
        raise _invalid("The host name is missing. Write it like https://api.example.com.")
    if ":" in host or host.replace(".", "").isdigit():
        return _address(host)
    host = _ascii(host)
    if len(host) > 253 or not _HOST.fullmatch(host):
        raise _invalid(f"“{host[:80]}” is not a host name. Write it like https://api.example.com.")
    return host


def _address(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise _invalid(f"“{host[:80]}” is not an IP address.") from None
    return f"[{address}]" if address.version == 6 else str(address)


def _ascii(host: str) -> str:
    if host.isascii():
        return host.lower()
    try:
        return idna.encode(host, uts46=True).decode().lower()
    except idna.IDNAError:
        raise _invalid(f"“{host[:80]}” is not a host name. Check its spelling.") from None


def _port(parts: SplitResult) -> int | None:
    if parts.netloc.endswith(":"):
        raise _invalid("The port behind the colon is missing.")
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise _invalid("The port must be a number from 1 to 65535.")
    return port


def _invalid(message: str) -> ConnectionInvalid:
    return ConnectionInvalid(message, field="origin")
