"""What became of a request that got no whole answer: repeated or not, sent or not, and why."""

import asyncio
import resource

import pytest

from outbound import errors
from outbound.outcomes import BreakKind
from tests.outbound.conftest import MakeCurl, Serve, fetch
from tests.outbound.servers import Connection, Handler, answering, closing, response

pytestmark = pytest.mark.anyio


def swallowing(connection: Connection) -> None:
    """Answers the first request on each connection and swallows the second."""
    connection.read_request()
    connection.send(response())
    connection.read_request()


async def test_request_is_repeated_once_on_a_fresh_connection(curl: MakeCurl, serve: Serve):
    server = serve(swallowing)
    transport = curl(server)
    for _ in range(2):
        assert (await fetch(transport, server.url(), "POST", content=b"x")).content == b"ok"
    assert (server.connections, len(server.requests)) == (2, 3)


async def test_request_that_must_not_be_repeated_is_sent_once(curl: MakeCurl, serve: Serve):
    server = serve(swallowing)
    transport = curl(server)
    await fetch(transport, server.url(), "POST", content=b"x")
    with pytest.raises(errors.ConnectionDropped) as caught:
        await fetch(transport, server.url(), "POST", content=b"x", extensions={"repeatable": False})
    assert (caught.value.nothing_sent, len(server.requests)) == (False, 2)


async def test_repeats_end_after_one(curl: MakeCurl, serve: Serve):
    server = serve(swallowing)
    transport = curl(server)
    await asyncio.gather(*[fetch(transport, server.url()) for _ in range(8)])
    before = len(server.requests)
    with pytest.raises(errors.ConnectionDropped):
        await fetch(transport, server.url())
    assert len(server.requests) - before == 2


async def test_answer_begun_is_never_repeated(curl: MakeCurl, serve: Serve):
    def half(connection: Connection) -> None:
        connection.read_request()
        connection.send(response())
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")

    server = serve(half)
    transport = curl(server)
    await fetch(transport, server.url())
    with pytest.raises(errors.ConnectionDropped):
        await fetch(transport, server.url())
    assert len(server.requests) == 2


def reset_at_once(connection: Connection) -> None:
    connection.read_request()
    connection.reset()


@pytest.mark.parametrize(
    ("handler", "kind"),
    [
        (closing(b""), BreakKind.DROPPED),
        (reset_at_once, BreakKind.DROPPED),
        (closing(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"), BreakKind.DROPPED),
        (closing(b"HTTP/1.1 200 OK\r\nX-Half"), BreakKind.DROPPED),
        (closing(b"garbage\r\n\r\n"), BreakKind.GARBAGE),
        (closing(b"HTTP/1.1 abc OK\r\n\r\n"), BreakKind.GARBAGE),
        (closing(b"HTTP/9.9 200 OK\r\n\r\n"), BreakKind.GARBAGE),
        (closing(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"), BreakKind.GARBAGE),
        (closing(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), BreakKind.GARBAGE),
        (closing(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nbytes"), BreakKind.GARBAGE),
    ],
)
async def test_broken_answer_is_told_apart_and_may_have_arrived(
    curl: MakeCurl, serve: Serve, handler: Handler, kind: BreakKind
):
    server = serve(handler)
    with pytest.raises(errors.OutboundError) as caught:
        await fetch(curl(server), server.url(), "POST", content=b"x")
    assert (caught.value.kind, caught.value.nothing_sent, len(server.requests)) == (kind, False, 1)


async def test_bytes_after_a_response_are_not_the_next_one(curl: MakeCurl, serve: Serve):
    server = serve(answering(response(b"first") + response(b"smuggled")))
    transport = curl(server)
    for _ in range(3):
        assert (await fetch(transport, server.url())).content == b"first"
    assert server.connections == 3


async def test_refused_is_told_apart(curl: MakeCurl, serve: Serve):
    server = serve(answering(response()))
    transport = curl(server)
    server.close()
    with pytest.raises(errors.ConnectionRefused) as caught:
        await fetch(transport, server.url())
    assert (caught.value.nothing_sent, caught.value.address) == (True, f"127.0.0.1:{server.port}")


async def test_socket_that_cannot_be_opened_here_is_a_network_failure(curl: MakeCurl, serve: Serve):
    server, other = serve(answering(response())), serve(answering(response()))
    transport = curl(server, other)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    await fetch(transport, server.url())  # what is opened once is open
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        with pytest.raises(errors.NetworkFailed, match="open files") as caught:
            await fetch(transport, other.url())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert (caught.value.kind, caught.value.nothing_sent) == (BreakKind.NETWORK, True)
