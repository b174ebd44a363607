"""What became of one request: an Answer, or Broken with the kind of break. Words for people are made elsewhere."""

from enum import StrEnum
from typing import NamedTuple


class BreakKind(StrEnum):
    """Why no complete answer came. The values are stored, so they never change."""

    INVALID_REQUEST = "invalid_request"  # refused here: header, URL or method that can't be sent
    NAME_NOT_FOUND = "name_not_found"
    BLOCKED_ADDRESS = "blocked_address"  # every address dialled is closed by the address policy
    BLOCKED_PORT = "blocked_port"
    REFUSED = "refused"
    CONNECT_TIMEOUT = "connect_timeout"  # no connection (name, TCP, TLS) within the connect deadline
    TLS = "tls"  # the destination's certificate wasn't accepted: repeating won't help
    TLS_HANDSHAKE = "tls_handshake"  # no TLS agreed on, or broken off in the handshake
    CLIENT_CERTIFICATE = "client_certificate"  # ours: refused, demanded and not shown, or unusable
    TIMEOUT = "timeout"  # connected, but no complete answer within the total deadline
    DROPPED = "dropped"  # the other side closed before the answer was complete
    GARBAGE = "garbage"  # what came back isn't HTTP/1.1
    HEADERS_TOO_LARGE = "headers_too_large"
    NETWORK = "network"  # unreachable, or any other failure of the network
    NO_TOKEN = "no_token"  # noqa: S105 - nothing was sent for want of an OAuth token, which may come yet
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - nothing was sent: the token server refuses to give one
    UNEXPECTED = "unexpected"  # a defect of ours; the log has the traceback


class Phases(NamedTuple):
    """Seconds spent in each phase; 0.0 for one that didn't happen (a reused connection has no dns, connect or tls).

    `first_byte` is the wait from the request's start to the answer's first byte.
    """

    dns: float = 0.0
    connect: float = 0.0
    tls: float = 0.0
    first_byte: float = 0.0
    total: float = 0.0


NO_PHASES = Phases()


class Answer(NamedTuple):
    """An answer. `body` holds its first bytes, decompressed, up to the kept cap; `truncated` says that there was more.

    `body_size` counts the bytes that came over the wire. `address` is the "ip:port" that was really talked to.
    """

    status: int
    reason: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    truncated: bool
    body_size: int
    phases: Phases
    address: str
    http_version: str = "HTTP/1.1"

    def __repr__(self) -> str:
        """Without headers and body, which may give back what was sent."""
        return f"<Answer {self.status} from {self.address}, {self.body_size} bytes>"


class Broken(NamedTuple):
    """No complete answer. `nothing_sent` is True only if it's certain that no byte of the request left this machine."""

    kind: BreakKind
    detail: str
    nothing_sent: bool
    phases: Phases
    address: str
