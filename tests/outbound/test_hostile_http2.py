"""What a hostile destination tries by HTTP/2, which it chooses itself: each has a clear outcome, in time, leaves no
memory behind, and the next request to another server is answered."""

import ssl
import struct
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from outbound.outcomes import Answer, BreakKind, Broken
from outbound.sender import send
from outbound.transport import CurlTransport
from tests.outbound.conftest import MakeCurl, Serve
from tests.outbound.memory import MEGABYTE, resident
from tests.outbound.raw_http2 import (
    CONTINUATION,
    DATA,
    END_HEADERS,
    END_STREAM,
    GOAWAY,
    HEADERS,
    MAX_CONCURRENT_STREAMS,
    PADDED,
    PING,
    PRIORITY,
    PUSH_PROMISE,
    RST_STREAM,
    STATUS_200,
    WINDOW_UPDATE,
    Peer,
    after_request,
    context_with_http2,
    field,
    flooding,
    frame,
    good,
    greeting,
    headers,
    indexed_field,
    settings,
)
from tests.outbound.servers import Connection, Handler, Server

# Seconds. The short one is for those that use it up.
DEADLINE, SHORT = 5.0, 1.5
# Seconds that a busy machine may add.
LATE = 10.0
# Of RFC 9113, section 7.
NO_ERROR, INTERNAL_ERROR, REFUSED_STREAM = 0x0, 0x2, 0x7
BEGUN = headers(STATUS_200)
HALF = BEGUN + frame(DATA, b"half", stream=1)

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def tls(authority: trustme.CA) -> ssl.SSLContext:
    return context_with_http2(authority)


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem")


def whole(*fields: bytes) -> bytes:
    """An answer that is nothing but headers."""
    return headers(b"".join(fields), flags=END_HEADERS | END_STREAM)


def reset(error: int) -> bytes:
    return frame(RST_STREAM, struct.pack(">I", error), stream=1)


def going_away(last_stream: int, error: int, debug: bytes = b"") -> bytes:
    return frame(GOAWAY, struct.pack(">II", last_stream, error) + debug)


def outcome(result: Answer | Broken) -> int | BreakKind:
    return result.status if isinstance(result, Answer) else result.kind


async def posted(
    transport: CurlTransport, server: Server, *, repeatable: bool = True, total: float | None = None
) -> Answer | Broken:
    """``total``: instead of the transport's own."""
    own: dict[str, Any] = {"deadline": {"total": total}} if total else {}
    request = httpx.Request("POST", server.url(), content=b"x", extensions={"repeatable": repeatable, **own})
    began = time.monotonic()
    result = await send(transport, request)
    assert time.monotonic() - began < (total or DEADLINE) + LATE
    return result


# -- answers that break the rules --------------------------------------------------------------------------------------

BROKEN: dict[str, tuple[Handler, BreakKind]] = {
    # in the middle of an answer
    "reset": (after_request(HALF + reset(INTERNAL_ERROR)), BreakKind.DROPPED),
    "reset before headers": (after_request(reset(INTERNAL_ERROR)), BreakKind.DROPPED),
    "reset without an error": (after_request(reset(NO_ERROR)), BreakKind.DROPPED),
    "reset within the length": (
        after_request(headers(STATUS_200 + field(b"content-length", b"9")) + reset(NO_ERROR)),
        BreakKind.DROPPED,
    ),
    "goaway": (after_request(HALF + going_away(1, INTERNAL_ERROR)), BreakKind.TIMEOUT),
    "goaway and close": (after_request(HALF + going_away(1, INTERNAL_ERROR), Connection.end), BreakKind.DROPPED),
    "close": (after_request(HALF, Connection.end), BreakKind.DROPPED),
    # frames
    "zeros": (greeting(b"\0" * 10_000), BreakKind.GARBAGE),
    "garbage": (greeting(b"\xffgarbage" * 100), BreakKind.GARBAGE),
    "HTTP/1.1": (greeting(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), BreakKind.GARBAGE),
    "no settings": (greeting(b""), BreakKind.TIMEOUT),
    "no stream allowed": (greeting(settings((MAX_CONCURRENT_STREAMS, 0))), BreakKind.TIMEOUT),
    "frame too large": (after_request(frame(DATA, b"x" * 20_000, stream=1)), BreakKind.GARBAGE),
    "frame that lies": (after_request(frame(HEADERS, STATUS_200, stream=1, length=0xFFFFFF)), BreakKind.GARBAGE),
    "data before headers": (after_request(frame(DATA, b"x", flags=END_STREAM, stream=1)), BreakKind.GARBAGE),
    "stream nobody opened": (after_request(frame(DATA, b"x", stream=7)), BreakKind.GARBAGE),
    "headers of no stream": (after_request(headers(STATUS_200, stream=0)), BreakKind.GARBAGE),
    "push": (
        after_request(frame(PUSH_PROMISE, b"\0\0\0\2" + STATUS_200, flags=END_HEADERS, stream=1)),
        BreakKind.TIMEOUT,
    ),
    # header blocks
    "index of nothing": (after_request(whole(b"\xff\xff\xff\xff\x0f")), BreakKind.GARBAGE),
    "wrong Huffman code": (after_request(whole(STATUS_200, b"\x00\x84\xff\xff\xff\xff\x01a")), BreakKind.GARBAGE),
    "table of a gigabyte": (after_request(whole(STATUS_200, b"\x3f\xe1\xff\xff\xff\x0f")), BreakKind.GARBAGE),
    "upper case": (after_request(whole(STATUS_200, field(b"X-A", b"a"))), BreakKind.GARBAGE),
    "no status": (after_request(whole(field(b"x-a", b"a"))), BreakKind.GARBAGE),
    "two statuses": (after_request(whole(STATUS_200, STATUS_200)), BreakKind.GARBAGE),
    "status 101": (after_request(headers(field(b":status", b"101"))), BreakKind.GARBAGE),
    "status 999": (after_request(whole(field(b":status", b"999"))), BreakKind.GARBAGE),
    "status 2000": (after_request(whole(field(b":status", b"2000"))), BreakKind.GARBAGE),
    "status with CR LF": (after_request(whole(field(b":status", b"200\r\nx: y"))), BreakKind.GARBAGE),
    "path in an answer": (after_request(whole(STATUS_200, field(b":path", b"/"))), BreakKind.GARBAGE),
    "connection": (after_request(whole(STATUS_200, field(b"connection", b"close"))), BreakKind.GARBAGE),
    "chunks": (after_request(whole(STATUS_200, field(b"transfer-encoding", b"chunked"))), BreakKind.GARBAGE),
    "negative length": (after_request(whole(STATUS_200, field(b"content-length", b"-1"))), BreakKind.GARBAGE),
    "length of no body": (after_request(whole(STATUS_200, field(b"content-length", b"9" * 23))), BreakKind.GARBAGE),
    "body beyond its length": (
        after_request(
            headers(STATUS_200 + field(b"content-length", b"2")) + frame(DATA, b"hello", flags=END_STREAM, stream=1)
        ),
        BreakKind.GARBAGE,
    ),
    # too many headers
    "named again": (
        after_request(whole(STATUS_200, indexed_field(b"x-a", b"v" * 4000), b"\xbe" * 12_000)),
        BreakKind.HEADERS_TOO_LARGE,
    ),
    "many": (after_request(whole(STATUS_200, field(b"x-a", b"") * 2000)), BreakKind.HEADERS_TOO_LARGE),
    "large": (
        after_request(
            headers(STATUS_200 + field(b"x-a", b"v" * 16_000), flags=END_STREAM)
            + frame(CONTINUATION, field(b"x-b", b"v" * 16_000), stream=1) * 4
            + frame(CONTINUATION, flags=END_HEADERS, stream=1)
        ),
        BreakKind.HEADERS_TOO_LARGE,
    ),
}

# libcurl waits for an end that doesn't come: mostly after some faults of a whole connection, now and then after others.
USES_ITS_TIME = {"zeros", "garbage", "HTTP/1.1", "data before headers", "small data", "padding", "window", "goaway"}


@pytest.mark.parametrize("name", BROKEN)
async def test_answer_that_breaks_the_rules(curl: MakeCurl, serve: Serve, tls: ssl.SSLContext, ca_file: str, name: str):
    handler, expected = BROKEN[name]
    server, other = serve(handler, tls=tls), serve(good, tls=tls)
    short = expected == BreakKind.TIMEOUT or name in USES_ITS_TIME
    transport = curl(server, other, ca_file=ca_file, total=SHORT if short else DEADLINE)
    result = await posted(transport, server)
    assert isinstance(result, Broken)
    assert (result.kind, result.nothing_sent) == (expected, False), result.detail
    assert outcome(await posted(transport, other, total=30.0)) == 200


@pytest.mark.parametrize(
    "bad",
    [
        field(b"x-a", b"a\r\nset-cookie: forged"),
        field(b"x-a", b"a\nset-cookie: forged"),
        field(b"x-a\r\nset-cookie", b"forged"),
        field(b"x-a: forged\r\nset-cookie", b"a"),
        field(b"x-a", b"a\0b"),
        field(b"x a", b"a"),
        field(b"", b"a"),
    ],
)
async def test_header_that_cannot_be_is_left_out(
    curl: MakeCurl, serve: Serve, tls: ssl.SSLContext, ca_file: str, bad: bytes
):
    server = serve(after_request(whole(STATUS_200, bad, field(b"x-good", b"yes"))), tls=tls)
    result = await posted(curl(server, ca_file=ca_file, total=DEADLINE), server)
    assert isinstance(result, Answer)
    assert result.headers == ((b"x-good", b"yes"),)


# -- floods ------------------------------------------------------------------------------------------------------------

FLOODS: dict[str, tuple[Handler, set[int | BreakKind]]] = {
    "continuation": (
        after_request(headers(STATUS_200, flags=0), flooding(frame(CONTINUATION, field(b"x-a", b"v" * 99), stream=1))),
        {BreakKind.HEADERS_TOO_LARGE},
    ),
    "empty continuation": (
        after_request(headers(STATUS_200, flags=0), flooding(frame(CONTINUATION, stream=1))),
        {BreakKind.HEADERS_TOO_LARGE},
    ),
    "1xx": (after_request(b"", flooding(headers(field(b":status", b"103")))), {BreakKind.HEADERS_TOO_LARGE}),
    "trailers": (after_request(BEGUN, flooding(headers(field(b"x-t", b"a" * 50)))), {BreakKind.GARBAGE}),
    "data": (after_request(BEGUN, flooding(frame(DATA, b"x" * 16_000, stream=1))), {200}),
    "small data": (after_request(BEGUN, flooding(frame(DATA, b"x", stream=1))), {200}),
    "empty data": (after_request(BEGUN, flooding(frame(DATA, stream=1))), {BreakKind.GARBAGE}),
    "padding": (
        after_request(BEGUN, flooding(frame(DATA, b"\xff" + b"\0" * 255, flags=PADDED, stream=1))),
        {BreakKind.TIMEOUT, BreakKind.GARBAGE},
    ),
    "ping": (after_request(b"", flooding(frame(PING, b"12345678"))), {BreakKind.GARBAGE}),
    "settings": (after_request(b"", flooding(settings((1, 4096)))), {BreakKind.GARBAGE}),
    "empty settings": (after_request(b"", flooding(settings())), {BreakKind.GARBAGE}),
    "priority": (after_request(b"", flooding(frame(PRIORITY, b"\0\0\0\3\1", stream=1))), {BreakKind.GARBAGE}),
    "window": (after_request(b"", flooding(frame(WINDOW_UPDATE, b"\0\0\0\1"))), {BreakKind.TIMEOUT, BreakKind.GARBAGE}),
    "window too wide": (after_request(b"", flooding(frame(WINDOW_UPDATE, b"\x7f\xff\xff\xff"))), {BreakKind.GARBAGE}),
    "goaway": (after_request(b"", flooding(going_away(1, NO_ERROR, b"d" * 1000))), {BreakKind.TIMEOUT}),
    "unknown frames": (after_request(b"", flooding(frame(99, b"x" * 100))), {BreakKind.GARBAGE}),
}


@pytest.mark.parametrize("flood", FLOODS)
async def test_flood_ends_and_leaves_no_memory_behind(
    curl: MakeCurl, serve: Serve, tls: ssl.SSLContext, ca_file: str, flood: str
):
    handler, expected = FLOODS[flood]
    server, other = serve(handler, tls=tls), serve(good, tls=tls)
    before = resident()
    for _ in range(2):
        transport = curl(server, other, ca_file=ca_file, total=SHORT if flood in USES_ITS_TIME else DEADLINE)
        result = await posted(transport, server)
        assert outcome(result) in expected, result
        assert outcome(await posted(transport, other, total=30.0)) == 200
    assert resident() - before < 12 * MEGABYTE


async def test_byte_after_byte_ends_with_the_time(curl: MakeCurl, serve: Serve, tls: ssl.SSLContext, ca_file: str):
    def dripping(connection: Connection) -> None:
        while not connection.gone:
            connection.send(frame(DATA, b"x", stream=1))
            time.sleep(0.05)

    server = serve(after_request(BEGUN, dripping), tls=tls)
    assert outcome(await posted(curl(server, ca_file=ca_file, total=SHORT), server)) == BreakKind.TIMEOUT


# -- connections -------------------------------------------------------------------------------------------------------


async def test_connection_that_answers_no_more_is_left(curl: MakeCurl, serve: Serve, tls: ssl.SSLContext, ca_file: str):
    """As one that a firewall forgot: HTTP/2 alone would send request after request into it."""

    def silent_after_one(connection: Connection) -> None:
        after_request(whole(STATUS_200))(connection)

    server = serve(silent_after_one, tls=tls)
    transport = curl(server, ca_file=ca_file, total=SHORT)
    found = [outcome(await posted(transport, server, total=total)) for total in (30.0, None, 30.0)]
    assert found == [200, BreakKind.TIMEOUT, 200]
    assert server.connections == 2


@pytest.mark.parametrize("wire", [reset(REFUSED_STREAM), going_away(0, NO_ERROR)], ids=["refused", "goaway"])
@pytest.mark.parametrize(("repeatable", "most"), [(True, 2), (False, 1)])
async def test_server_that_asks_for_repeats_gets_no_more_than_one(
    curl: MakeCurl, serve: Serve, tls: ssl.SSLContext, ca_file: str, wire: bytes, repeatable: bool, most: int
):
    sent: list[int] = []

    def asking(connection: Connection) -> None:
        peer = Peer(connection)
        peer.greet(settings())
        if stream := peer.request():
            sent.append(stream)
            connection.send(wire)
            connection.receive()

    server = serve(asking, tls=tls)
    result = await posted(curl(server, ca_file=ca_file, total=DEADLINE), server, repeatable=repeatable)
    assert isinstance(result, Broken)
    assert (result.kind, result.nothing_sent) == (BreakKind.DROPPED, False)
    assert "callback" not in result.detail
    assert 1 <= len(sent) <= most
