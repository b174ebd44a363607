"""What a hostile destination tries: each has a clear outcome, in time, and leaves no memory behind."""

import gzip
import itertools
import time
import zlib
from collections.abc import Callable

import httpx
import pytest

from outbound.limits import KEPT_BODY
from outbound.outcomes import Answer, BreakKind, Broken
from outbound.sender import send
from tests.outbound.conftest import MakeCurl, Serve
from tests.outbound.memory import MEGABYTE, resident
from tests.outbound.servers import Connection, Handler, answering, closing, response

# Seconds that a busy machine may add.
LATE = 10.0

pytestmark = pytest.mark.anyio

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def outcome(result: Answer | Broken) -> int | BreakKind:
    return result.status if isinstance(result, Answer) else result.kind


# -- answers that break the rules --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        (b"\0" * 50_000, BreakKind.GARBAGE),
        (b"HTTP/1.1\r\n\r\n", BreakKind.GARBAGE),
        (b"HTTP/1.1 20 OK\r\n\r\n", BreakKind.GARBAGE),
        (b"HTTP/1.1 -20 OK\r\n\r\n", BreakKind.GARBAGE),
        (b"\r\n\r\n" + OK + b"\r\n", BreakKind.GARBAGE),
        (b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n", BreakKind.GARBAGE),
        (b"HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n", BreakKind.GARBAGE),
        (b"HTTP/1.1 000 Odd\r\nContent-Length: 0\r\n\r\n", BreakKind.GARBAGE),
        (b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n", BreakKind.GARBAGE),
        (b"HTTP/1.1 200OK\r\nContent-Length: 0\r\n\r\n", BreakKind.GARBAGE),
        (b"HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n", BreakKind.GARBAGE),
        (b"HTTP/1.1 200.0 OK\r\nContent-Length: 0\r\n\r\n", BreakKind.GARBAGE),
        (b"HTTP/2 200\r\nContent-Length: 0\r\n\r\n", BreakKind.GARBAGE),
        (b"HTTP/3 200\r\nContent-Length: 0\r\n\r\n", BreakKind.GARBAGE),
        (b"HTTP/1.7 200 OK\r\nContent-Length: 0\r\n\r\n", BreakKind.GARBAGE),
        (OK + b" X: folded\r\nContent-Length: 0\r\n\r\n", BreakKind.GARBAGE),
        (OK + b"\tX: folded\r\nContent-Length: 0\r\n\r\n", BreakKind.GARBAGE),
        (OK + b"Content-Length: 99999999999999999999999\r\n\r\nabc", BreakKind.GARBAGE),
        (OK + b"Content-Length: " + b"9" * 9_000 + b"\r\n\r\nabc", BreakKind.GARBAGE),
        (OK + b"Content-Length: 9223372036854775808\r\n\r\nabc", BreakKind.GARBAGE),
        (OK + b"Content-Length: 0000000000000000000000\r\n\r\n", 200),
        (OK + b"Content-Length: -1\r\n\r\n", BreakKind.GARBAGE),
        (OK + b"Content-Length: 5, 6\r\n\r\nabcdef", BreakKind.GARBAGE),
        (OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", BreakKind.GARBAGE),
        (OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200),
        (OK + b"No colon here\r\nContent-Length: 0\r\n\r\n", BreakKind.GARBAGE),
        (OK + b"X: a\0b\r\nContent-Length: 0\r\n\r\n", BreakKind.GARBAGE),
        (CHUNKED + b"-1\r\n\r\n", BreakKind.GARBAGE),
        (CHUNKED + b"0x2\r\nab\r\n0\r\n\r\n", BreakKind.GARBAGE),
        (CHUNKED + b"ffffffffffffffff\r\nab", BreakKind.GARBAGE),
        (CHUNKED + b"fffffffffffffffffff\r\nab", BreakKind.GARBAGE),
        (CHUNKED + b"2\r\nabXX0\r\n\r\n", BreakKind.GARBAGE),
        (CHUNKED + b"5\r\nab", BreakKind.DROPPED),
        (OK + b"Transfer-Encoding: gzip, gzip, gzip, gzip, gzip, gzip\r\n\r\n", BreakKind.GARBAGE),
        # What can be understood nevertheless is an answer.
        (b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 200),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 0\r\n\r\n", 200),
    ],
)
async def test_answer_that_breaks_the_rules(curl: MakeCurl, serve: Serve, wire: bytes, expected: int | BreakKind):
    server = serve(closing(wire))
    assert outcome(await send(curl(server), httpx.Request("POST", server.url(), content=b"x"))) == expected


async def test_log_says_what_came_instead_of_a_status(curl: MakeCurl, serve: Serve):
    server = serve(closing(b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n"))
    result = await send(curl(server), httpx.Request("POST", server.url(), content=b"x"))
    assert isinstance(result, Broken)
    assert (
        result.detail == "The answer begins with 'HTTP/1.1 2000 OK', which is not HTTP with a status from 100 to 599."
    )
    assert (result.nothing_sent, result.address) == (False, f"127.0.0.1:{server.port}")


async def test_value_that_goes_on_in_the_next_line_is_one_value(curl: MakeCurl, serve: Serve):
    server = serve(closing(OK + b"X-Note: one\r\n two: three\r\nContent-Length: 0\r\n\r\n"))
    result = await send(curl(server), httpx.Request("GET", server.url()))
    assert isinstance(result, Answer)
    assert result.headers == ((b"X-Note", b"one two: three"), (b"Content-Length", b"0"))


def reset_within_the_body(connection: Connection) -> None:
    connection.read_request()
    connection.send(OK + b"Content-Length: 100000\r\n\r\n" + b"x" * 100)
    time.sleep(0.1)
    connection.reset()


async def test_reset_within_the_body(curl: MakeCurl, serve: Serve):
    server = serve(reset_within_the_body)
    result = await send(curl(server), httpx.Request("POST", server.url(), content=b"x"))
    assert isinstance(result, Broken)
    assert (result.kind, result.nothing_sent) == (BreakKind.DROPPED, False)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 305, 307, 308])
async def test_nothing_is_sent_where_a_redirect_points(curl: MakeCurl, serve: Serve, status: int):
    inside = serve(answering(response(b"secret")))
    server = serve(answering(response(b"", f"{status} Moved", b"Location: " + inside.url("/inside").encode())))
    result = await send(curl(server, inside), httpx.Request("POST", server.url(), content=b"x"))
    assert isinstance(result, Answer)
    assert (result.status, result.body, inside.connections) == (status, b"", 0)


@pytest.mark.parametrize("line_end", [b"\r", b"\n", b"\r\n"])
async def test_split_answer_stays_one_answer(curl: MakeCurl, serve: Serve, line_end: bytes):
    """A destination that copies a header value into its answer may be led to split it: the second part is no answer."""
    forged = line_end + b"Content-Length: 0" + 2 * line_end + OK + b"Content-Length: 6\r\n\r\nforged"
    server = serve(answering(response(b"real", "200 OK", b"X-Copied: a" + forged), response(b"second")))
    transport = curl(server)
    await send(transport, httpx.Request("GET", server.url()))
    second = await send(transport, httpx.Request("GET", server.url()))
    assert b"forged" not in (second.body if isinstance(second, Answer) else b"")


# -- floods ------------------------------------------------------------------------------------------------------------


def flooding(begin: bytes, piece: bytes) -> Handler:
    """Sends without end."""

    def handle(connection: Connection) -> None:
        connection.read_request()
        connection.send(begin)
        many = piece * (65_536 // len(piece) + 1)
        while not connection.gone:
            connection.send(many)

    return handle


FLOODS: dict[str, tuple[Handler, set[int | BreakKind]]] = {
    "one header": (flooding(OK + b"X: ", b"a"), {BreakKind.HEADERS_TOO_LARGE}),
    "headers": (flooding(OK, b"X-A: abcdefgh\r\n"), {BreakKind.HEADERS_TOO_LARGE}),
    "empty headers": (flooding(OK, b"a:\r\n"), {BreakKind.HEADERS_TOO_LARGE}),
    "status line": (flooding(b"HTTP/1.1 200 ", b"O"), {BreakKind.HEADERS_TOO_LARGE}),
    "1xx": (flooding(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), {BreakKind.HEADERS_TOO_LARGE}),
    "1xx with headers": (
        flooding(b"", b"HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n"),
        {BreakKind.HEADERS_TOO_LARGE},
    ),
    "body": (flooding(OK + b"\r\n", b"x"), {200}),
    "chunks": (flooding(CHUNKED, b"4\r\nabcd\r\n"), {200}),
    "chunk size": (flooding(CHUNKED, b"0"), {BreakKind.GARBAGE}),
    "chunk extension": (flooding(CHUNKED + b"4;", b"x"), {BreakKind.TIMEOUT, BreakKind.GARBAGE}),
    "trailers": (flooding(CHUNKED + b"0\r\n", b"X-A: abcdefgh\r\n"), {BreakKind.HEADERS_TOO_LARGE}),
    "no HTTP": (flooding(b"", b"\0"), {BreakKind.GARBAGE}),
}


@pytest.mark.parametrize("flood", FLOODS)
async def test_flood_ends_and_leaves_no_memory_behind(curl: MakeCurl, serve: Serve, flood: str):
    handler, expected = FLOODS[flood]
    server, total = serve(handler), 1.5 if BreakKind.TIMEOUT in expected else 15.0
    transport = curl(server, total=total)
    before, began = resident(), time.monotonic()
    for _ in range(3):
        assert outcome(await send(transport, httpx.Request("POST", server.url(), content=b"x"))) in expected
    assert time.monotonic() - began < 3 * total + LATE
    assert resident() - before < 12 * MEGABYTE


def dripping(wire: bytes) -> Handler:
    def handle(connection: Connection) -> None:
        connection.read_request()
        for byte in itertools.chain(wire, itertools.repeat(97)):
            connection.send(bytes((byte,)))
            if connection.gone:
                return
            time.sleep(0.01)

    return handle


@pytest.mark.parametrize(
    "wire", [b"", b"HTTP/1.1 200 OK\r\nX: ", OK + b"Content-Length: 9999\r\n\r\n", CHUNKED + b"fff\r\n"]
)
async def test_byte_after_byte_ends_with_the_time(curl: MakeCurl, serve: Serve, wire: bytes):
    server = serve(dripping(wire))
    began = time.monotonic()
    result = await send(curl(server, total=0.6), httpx.Request("POST", server.url(), content=b"x"))
    assert outcome(result) in ({BreakKind.TIMEOUT} if wire else {BreakKind.TIMEOUT, BreakKind.GARBAGE})
    assert time.monotonic() - began < 0.6 + LATE


# -- compressed --------------------------------------------------------------------------------------------------------


def bare_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", bare_deflate),
        ("gzip, gzip", lambda data: gzip.compress(gzip.compress(data))),
        ("br", gzip.compress),
        ("zstd", gzip.compress),
    ],
)
async def test_bomb_stays_within_the_cap(
    curl: MakeCurl, serve: Serve, encoding: str, compress: Callable[[bytes], bytes]
):
    bomb = compress(bytes(64 * MEGABYTE))
    server = serve(answering(response(bomb, "200 OK", f"Content-Encoding: {encoding}".encode())))
    transport = curl(server)
    before = resident()
    for _ in range(10):
        result = await send(transport, httpx.Request("GET", server.url()))
        assert isinstance(result, Answer)
        assert len(result.body) <= KEPT_BODY
    assert resident() - before < 12 * MEGABYTE


# -- TLS ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wire",
    [
        b"\x15\x03\x03\x00\x02\x02\x28",  # alert: handshake_failure
        b"\x16\x03\x03\xff\xff" + b"\0" * 70_000,  # a record larger than any may be
        b"\x16\x03\x03\x00\x04\x02\xff\xff\xff" + b"\x16\x03\x03\x40\x00" + b"\0" * 16_384,  # a ServerHello of 16 MB
        b"\x16\x03\x01\x00\x00" * 2_000,  # empty records
        b"\x14\x03\x03\x00\x01\x01" * 5_000,  # ChangeCipherSpec without end
        b"\x00" * 100,
    ],
)
async def test_odd_tls_is_a_broken_handshake(curl: MakeCurl, serve: Serve, wire: bytes):
    def handle(connection: Connection) -> None:
        connection.closed_by_peer()  # takes the ClientHello
        connection.send(wire)

    server = serve(handle)
    result = await send(curl(server, connect=1.0), httpx.Request("GET", server.url().replace("http:", "https:")))
    assert isinstance(result, Broken)
    assert result.kind in {BreakKind.TLS_HANDSHAKE, BreakKind.DROPPED, BreakKind.CONNECT_TIMEOUT}
    assert result.nothing_sent


async def test_half_closed_connection(curl: MakeCurl, serve: Serve):
    def handle(connection: Connection) -> None:
        connection.read_request()
        connection.end()
        connection.closed_by_peer()

    server = serve(handle)
    assert outcome(await send(curl(server), httpx.Request("GET", server.url()))) == BreakKind.DROPPED
