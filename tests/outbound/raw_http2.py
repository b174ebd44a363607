"""HTTP/2 frames written by hand, for servers that break its rules (RFC 9113, section 4.1; header blocks: RFC 7541)."""

import ssl
import struct
from typing import NamedTuple

import trustme

from tests.outbound.servers import Connection, Handler

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
ACK = END_STREAM = 0x1
END_HEADERS = 0x4
PADDED = 0x8
MAX_CONCURRENT_STREAMS = 3
STATUS_200 = b"\x88"  # entry 8 of HPACK's static table
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


class Frame(NamedTuple):
    kind: int
    flags: int
    stream: int
    payload: bytes


def frame(kind: int, payload: bytes = b"", *, flags: int = 0, stream: int = 0, length: int | None = None) -> bytes:
    """``length``: what the frame says of its payload, where that is a lie."""
    said = len(payload) if length is None else length
    return said.to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def settings(*pairs: tuple[int, int]) -> bytes:
    return frame(SETTINGS, b"".join(struct.pack(">HI", name, value) for name, value in pairs))


def headers(block: bytes, *, stream: int = 1, flags: int = END_HEADERS) -> bytes:
    return frame(HEADERS, block, flags=flags, stream=stream)


def field(name: bytes, value: bytes) -> bytes:
    """A literal field that enters no table, its texts as they are."""
    return b"\x00" + _text(name) + _text(value)


def indexed_field(name: bytes, value: bytes) -> bytes:
    """The same, entering the dynamic table, where a single byte names it again."""
    return b"\x40" + _text(name) + _text(value)


def _text(text: bytes) -> bytes:
    return _integer(len(text)) + text


def _integer(number: int) -> bytes:
    """With a prefix of seven bits (RFC 7541, section 5.1)."""
    if number < 127:
        return bytes((number,))
    coded, rest = bytearray(b"\x7f"), number - 127
    while rest >= 128:
        coded.append(rest % 128 + 128)
        rest //= 128
    return bytes(coded) + bytes((rest,))


class Peer:
    """The other side of one connection, read frame by frame."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._left = b""

    def greet(self, first: bytes) -> None:
        """Takes the other side's preface and sends ``first``, where a server's settings belong."""
        self._take(len(_PREFACE))
        self._connection.send(first)

    def request(self) -> int:
        """The stream of the next request, its body taken; 0 when the other side closed."""
        while (got := self._next()) is not None:
            if got.kind in (HEADERS, DATA) and got.flags & END_STREAM:
                return got.stream
        return 0

    def _next(self) -> Frame | None:
        head = self._take(9)
        if len(head) < 9:
            return None
        payload = self._take(int.from_bytes(head[:3], "big"))
        return Frame(head[3], head[4], int.from_bytes(head[5:], "big") & 0x7FFFFFFF, payload)

    def _take(self, length: int) -> bytes:
        while len(self._left) < length:
            if not (data := self._connection.receive()):
                return b""
            self._left += data
        taken, self._left = self._left[:length], self._left[length:]
        return taken


def wait(connection: Connection) -> None:
    """Takes what comes, until the other side closes."""
    while connection.receive():
        pass


def flooding(piece: bytes) -> Handler:
    """Sends without end."""
    many = piece * (65_536 // len(piece) + 1)

    def more(connection: Connection) -> None:
        while not connection.gone:
            connection.send(many)

    return more


def after_request(wire: bytes, more: Handler = wait) -> Handler:
    """Greets as a server does, takes one request, sends the bytes, and then does what ``more`` does."""

    def handle(connection: Connection) -> None:
        peer = Peer(connection)
        peer.greet(settings())
        if peer.request():
            connection.send(wire)
            more(connection)

    return handle


def greeting(first: bytes, more: Handler = wait) -> Handler:
    """Sends something else than a server should at the beginning."""

    def handle(connection: Connection) -> None:
        Peer(connection).greet(first)
        more(connection)

    return handle


def good(connection: Connection) -> None:
    """Answers every request."""
    peer = Peer(connection)
    peer.greet(settings())
    while stream := peer.request():
        connection.send(headers(STATUS_200, stream=stream, flags=END_HEADERS | END_STREAM))


def context_with_http2(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["h2"])
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context
