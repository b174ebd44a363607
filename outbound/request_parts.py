"""What of an httpx.Request goes to libcurl: URL and header lines, checked so that a value can't become syntax."""

import re
from collections.abc import Iterable

import httpx

from outbound.errors import InvalidRequest, UnsupportedScheme

# The connection and the framing of the body are the transport's own (RFC 9110, section 7.6.1).
_LEFT_OUT = frozenset(
    (
        b"connection",
        b"content-length",
        b"expect",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    )
)
# What libcurl adds by itself unless told not to.
_ADDED_BY_LIBCURL = ((b"accept", b"Accept:"), (b"user-agent", b"User-Agent:"), (b"content-type", b"Content-Type:"))
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
_LINES = re.compile(rb"(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:: [\t\x20-\x7e\x80-\xff]*|;)\n)*")
_VISIBLE = bytes(range(0x20, 0x7F))
_METHOD = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,32}")
_TARGET = re.compile(rb"/[\x21-\x7e]*")
_HOST = re.compile(rb"[0-9a-z\-._~]+|[0-9a-f:.]*:[0-9a-f:.]*", re.IGNORECASE)


def checked_method(method: str) -> str:
    """The method as it goes into the request line. CONNECT would open a tunnel, so it is refused."""
    if not _METHOD.fullmatch(method) or method == "CONNECT":
        raise InvalidRequest(f"{method!r} is not a method that can be sent.")
    return method


def origin_and_target(url: httpx.URL) -> tuple[bytes, bytes]:
    """What to connect to, and the request target, from the parts that httpx read: so both mean the same host.

    User name, password and fragment are left out. libcurl decodes %-escapes in host names, hence they are refused, and
    writes those in a path in capitals, hence it gets the target apart (CURLOPT_REQUEST_TARGET).
    """
    if url.raw_scheme not in (b"http", b"https"):
        raise UnsupportedScheme(f"Only http:// and https:// URLs can be sent, not {url.scheme!r}.")
    if not _HOST.fullmatch(url.raw_host):
        raise InvalidRequest(f"{url.host!r} is not a host name.")
    target = url.raw_path
    if not _TARGET.fullmatch(target):
        raise InvalidRequest("The URL's path or query holds a character that must be %-encoded.")
    return b"%b://%b/" % (url.raw_scheme, url.netloc), target


def header_lines(headers: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
    """Header lines in libcurl's notation, in the order and case given; `unsaid` is to follow.

    Raises InvalidRequest for a name or value that can't stand in a header, and for more than one Host.
    """
    lines: list[bytes] = []
    hosts = 0
    for name, value in headers:
        key = name.lower()
        if key in _LEFT_OUT:
            continue
        hosts += key == b"host"
        # "Name:" would leave the header out; "Name;" sends it empty (CURLOPT_HTTPHEADER).
        lines.append(b"%b: %b" % (name, value) if value.strip(b" \t") else name + b";")
    block = b"\n".join(lines) + b"\n" if lines else b""
    if hosts > 1 or not _LINES.fullmatch(block) or block.count(b"\n") != len(lines):
        raise _invalid_header(headers)
    return lines


def own_lines_check(lines: Iterable[bytes]) -> None:
    """For lines that come on top of a head's, written by the engine itself as "name: value": visible ASCII and spaces.

    Raises InvalidRequest for anything else, such as the end of a line within one.
    """
    if b"".join(lines).translate(None, _VISIBLE):
        raise InvalidRequest("A header of the request's own holds a character that can't stand in a header.")


def unsaid(headers: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
    """Lines that keep libcurl from adding headers of its own."""
    said = {name.lower() for name, _ in headers}
    return [*(off for key, off in _ADDED_BY_LIBCURL if key not in said), b"Expect:"]


def _invalid_header(headers: Iterable[tuple[bytes, bytes]]) -> InvalidRequest:
    for name, value in headers:
        if not _TOKEN.fullmatch(name):
            return InvalidRequest(f"{_shown(name)} is not a header name: use letters, digits and hyphens.")
        if not _VALUE.fullmatch(value):
            return InvalidRequest(
                f"The value of header {_shown(name)} holds a line break or another control character: remove it."
            )
    return InvalidRequest("The request has more than one Host header: keep one.")


def _shown(name: bytes) -> str:
    return repr(name[:60].decode("latin-1"))
