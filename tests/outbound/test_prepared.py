"""A prepared request is sent, and can be looked at, like any other."""

import httpx
import pytest

from outbound.outcomes import Answer, BreakKind, Broken
from outbound.prepared import Head, PreparedRequest
from outbound.sender import send
from tests.outbound.conftest import MakeCurl, Serve, fetch
from tests.outbound.servers import answering, response

pytestmark = pytest.mark.anyio


async def test_head_and_own_headers_arrive(curl: MakeCurl, serve: Serve):
    server = serve(answering(response()))
    transport = curl(server)
    head = Head("POST", httpx.URL(server.url("/x?y=1")), ((b"X-Shared", b"s"), (b"Host", b"h.example")))
    for number in (b"1", b"2"):
        answer = await send(transport, PreparedRequest(head, (b"X-Own: " + number,), b"body" + number))
        assert isinstance(answer, Answer)
    seen = [
        (got.target, got.header("x-shared"), got.header("host"), got.header("x-own"), got.body)
        for got in server.requests
    ]
    assert seen == [("/x?y=1", "s", "h.example", "1", b"body1"), ("/x?y=1", "s", "h.example", "2", b"body2")]
    assert server.connections == 1


async def test_it_is_a_request_of_httpx_too(curl: MakeCurl, serve: Serve):
    server = serve(answering(response()))
    head = Head("PUT", httpx.URL(server.url()), ((b"X-A", b"1"),), {"repeatable": False})
    request = PreparedRequest(head, (b"X-B: 2",), b"abc")
    assert (request.method, str(request.url), request.extensions) == ("PUT", server.url(), {"repeatable": False})
    assert request.headers.raw == [(b"X-A", b"1"), (b"X-B", b"2")]
    assert await request.aread() == b"abc"
    async with httpx.AsyncHTTPTransport(trust_env=False) as transport:
        plain = httpx.Request(request.method, request.url, headers=request.headers, content=request.body)
        answer = await transport.handle_async_request(plain)
        await answer.aclose()
    again = await curl(server).handle_async_request(request)
    assert again.status_code == 200
    assert [(got.method, got.body, got.header("x-b")) for got in server.requests] == [("PUT", b"abc", "2")] * 2


@pytest.mark.parametrize("own", [b"X: 2\r\nY: 3", b"X: 2\nY: 3", b"X: 2\rY: 3", b"X: \0", b"X: \xff", b"X: \t"])
async def test_own_headers_are_checked(curl: MakeCurl, serve: Serve, own: bytes):
    server = serve(answering(response()))
    broken = await send(curl(server), PreparedRequest(Head("GET", httpx.URL(server.url()), ()), (own,), b""))
    assert isinstance(broken, Broken)
    assert (broken.kind, broken.nothing_sent, server.connections) == (BreakKind.INVALID_REQUEST, True, 0)


async def test_deadlines_of_heads_are_kept_apart(curl: MakeCurl, serve: Serve):
    server = serve(lambda connection: connection.read_request() and connection.closed_by_peer())
    head = Head("GET", httpx.URL(server.url()), (), {"deadline": {"connect": 1, "total": 0.2}})
    broken = await send(curl(server), PreparedRequest(head, (), b""))
    assert isinstance(broken, Broken)
    assert broken.kind is BreakKind.TIMEOUT


async def test_unknown_attribute_is_none_of_its(curl: MakeCurl, serve: Serve):
    server = serve(answering(response()))
    request = PreparedRequest(Head("GET", httpx.URL(server.url()), ()), (), b"")
    with pytest.raises(AttributeError):
        _ = request.nothing
    assert (await fetch(curl(server), server.url())).status_code == 200
