import asyncio
import gzip
import zlib

import httpx
import pytest

from outbound.outcomes import Answer, BreakKind, Broken
from outbound.sender import send
from tests.outbound.conftest import MakeCurl, Serve
from tests.outbound.servers import answering, closing, response

pytestmark = pytest.mark.anyio


async def test_answer_holds_what_came_back(curl: MakeCurl, serve: Serve):
    server = serve(answering(response(b"made", "201 Created", b"X-Id: 7")))
    answer = await send(curl(server), httpx.Request("POST", server.url(), content=b"x"))
    assert isinstance(answer, Answer)
    assert (answer.status, answer.reason, answer.body, answer.truncated) == (201, "Created", b"made", False)
    assert (b"X-Id", b"7") in answer.headers
    assert (answer.body_size, answer.address) == (4, f"127.0.0.1:{server.port}")
    assert answer.phases.total > 0


async def test_break_holds_kind_and_fate(curl: MakeCurl, serve: Serve):
    server = serve(closing(b""))
    broken = await send(curl(server), httpx.Request("POST", server.url(), content=b"x"))
    assert isinstance(broken, Broken)
    assert (broken.kind, broken.nothing_sent) == (BreakKind.DROPPED, False)
    assert broken.address == f"127.0.0.1:{server.port}"


async def test_name_not_found_is_certain_not_to_be_sent(curl: MakeCurl):
    broken = await send(curl(), httpx.Request("GET", "http://no-such-host.invalid/"))
    assert isinstance(broken, Broken)
    assert (broken.kind, broken.nothing_sent) == (BreakKind.NAME_NOT_FOUND, True)
    assert "no-such-host.invalid" in broken.detail


@pytest.mark.parametrize("compress", [gzip.compress, zlib.compress])
async def test_unasked_compression_is_undone(curl: MakeCurl, serve: Serve, compress):
    encoding = b"gzip" if compress is gzip.compress else b"deflate"
    server = serve(answering(response(compress(b"plain" * 9), "200 OK", b"Content-Encoding: " + encoding)))
    answer = await send(curl(server), httpx.Request("GET", server.url()))
    assert isinstance(answer, Answer)
    assert (answer.body, answer.truncated) == (b"plain" * 9, False)


async def test_compressed_bomb_stays_within_the_cap(curl: MakeCurl, serve: Serve):
    server = serve(answering(response(gzip.compress(bytes(5_000_000)), "200 OK", b"Content-Encoding: gzip")))
    answer = await send(curl(server), httpx.Request("GET", server.url()))
    assert isinstance(answer, Answer)
    assert (answer.body, answer.truncated) == (bytes(16 * 1024), True)


async def test_body_that_only_claims_compression_is_kept(curl: MakeCurl, serve: Serve):
    server = serve(answering(response(b"not gzip", "200 OK", b"Content-Encoding: gzip")))
    answer = await send(curl(server), httpx.Request("GET", server.url()))
    assert isinstance(answer, Answer)
    assert answer.body == b"not gzip"


@pytest.mark.parametrize(
    ("error", "kind", "nothing_sent"),
    [
        (httpx.ConnectTimeout("x"), BreakKind.CONNECT_TIMEOUT, True),
        (httpx.ReadTimeout("x"), BreakKind.TIMEOUT, False),
        (httpx.ConnectError("x"), BreakKind.NETWORK, True),
        (httpx.ReadError("x"), BreakKind.NETWORK, False),
        (httpx.RemoteProtocolError("x"), BreakKind.DROPPED, False),
        (httpx.LocalProtocolError("x"), BreakKind.INVALID_REQUEST, True),
        (httpx.UnsupportedProtocol("x"), BreakKind.INVALID_REQUEST, True),
        (ZeroDivisionError("x"), BreakKind.UNEXPECTED, False),
    ],
)
async def test_errors_of_any_transport_become_values(error: Exception, kind: BreakKind, nothing_sent: bool):
    def fail(request: httpx.Request) -> httpx.Response:
        raise error

    broken = await send(httpx.MockTransport(fail), httpx.Request("GET", "http://a/"))
    assert isinstance(broken, Broken)
    assert (broken.kind, broken.nothing_sent) == (kind, nothing_sent)


async def test_answers_of_any_transport_become_values():
    transport = httpx.MockTransport(lambda request: httpx.Response(202, content=b"x"))
    answer = await send(transport, httpx.Request("GET", "http://a/"))
    assert isinstance(answer, Answer)
    assert (answer.status, answer.body) == (202, b"x")


async def test_cancellation_passes(curl: MakeCurl, serve: Serve):
    server = serve(lambda connection: connection.read_request() and connection.closed_by_peer())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(send(curl(server), httpx.Request("GET", server.url())), 0.1)
