"""What the rest of the product relies on, asked of our transport and of httpx's own alike."""

import asyncio
import gzip

import httpx
import pytest

from tests.outbound.conftest import Make, Serve, fetch
from tests.outbound.servers import Connection, answering, closing, response

pytestmark = pytest.mark.anyio


# -- what is sent ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PURGE"])
async def test_method_arrives(make: Make, serve: Serve, method: str):
    server = serve(answering(response(b"" if method == "HEAD" else b"ok")))
    answer = await fetch(make(server), server.url("/a"), method)
    assert (answer.status_code, server.requests[0].method, server.requests[0].body) == (200, method, b"")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
async def test_body_arrives_with_its_length(make: Make, serve: Serve, method: str):
    server = serve(answering(response()))
    body = b'{"name": "Zo\xc3\xab"}\x00\n'
    await fetch(make(server), server.url(), method, content=body)
    assert server.requests[0].body == body
    assert server.requests[0].header("content-length") == str(len(body))


async def test_methods_alternate_on_one_transport(make: Make, serve: Serve):
    server = serve(answering(response(b"")))
    transport = make(server)
    sent = [("POST", b"1"), ("GET", b""), ("HEAD", b""), ("GET", b"2"), ("DELETE", b""), ("POST", b""), ("PUT", b"3")]
    for method, body in sent:
        await fetch(transport, server.url(), method, content=body)
    assert [(request.method, request.body) for request in server.requests] == sent
    assert server.requests[1].header("content-length") is None
    assert server.requests[5].header("content-length") == "0"


async def test_only_the_given_headers_are_sent_in_order_and_case(make: Make, serve: Serve):
    server = serve(answering(response()))
    headers = [("X-B", "2"), ("x-a", "1"), ("X-B", "3"), ("Content-TYPE", "text/plain; charset=utf-8")]
    await fetch(make(server), server.url(), "POST", headers=headers, content=b"x")
    assert server.requests[0].headers[:-1] == [("Host", f"127.0.0.1:{server.port}"), *headers]


async def test_no_header_is_invented(make: Make, serve: Serve):
    server = serve(answering(response()))
    await fetch(make(server), server.url(), "POST", content=b"x" * 2_000_000)
    assert {name.lower() for name, _ in server.requests[0].headers} == {"host", "content-length"}


async def test_empty_and_non_ascii_header_values(make: Make, serve: Serve):
    server = serve(answering(response()))
    await fetch(make(server), server.url(), headers=[(b"x-empty", b""), (b"x-name", "Zoë".encode())])
    assert server.requests[0].header("x-empty") == ""
    assert server.requests[0].header("x-name") == "Zoë".encode().decode("latin-1")


@pytest.mark.parametrize(
    "header",
    [
        (b"x", b"a\r\nx-evil: 1"),
        (b"x", b"a\nb"),
        (b"x", b"a\nx-evil: 1"),
        (b"x", b"a\rb"),
        (b"x", b"a\x00b"),
        (b"x\r\nevil", b"1"),
        (b"x: a\nx-evil", b"1"),
        (b"x y", b"1"),
        (b"x:y", b"1"),
        (b"", b"1"),
    ],
)
async def test_header_that_would_become_syntax_is_refused(make: Make, serve: Serve, header: tuple[bytes, bytes]):
    server = serve(answering(response()))
    with pytest.raises(httpx.LocalProtocolError):
        await fetch(make(server), server.url(), headers=[header])
    assert server.requests == []


async def test_target_arrives_untouched(make: Make, serve: Serve):
    server = serve(answering(response()))
    target = "/a/%2e%2e/%2E/b//c%2Fd;x=1?q=a%20b+c&q=&e=%C3%AB?/../"
    await fetch(make(server), server.url(target))
    assert server.requests[0].target == target


async def test_fragment_and_credentials_of_the_url_stay_here(make: Make, serve: Serve):
    server = serve(answering(response()))
    await fetch(make(server), f"http://user:secret@127.0.0.1:{server.port}/a#part")
    assert server.requests[0].target == "/a"
    assert server.requests[0].header("authorization") is None


# -- what comes back ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "302 Found", "404 Not Found", "422 X", "500 E", "599 Odd"])
async def test_status_and_reason_are_given_and_redirects_not_followed(make: Make, serve: Serve, status: str):
    server = serve(answering(response(b"x", status, b"Location: /elsewhere")))
    answer = await fetch(make(server), server.url())
    assert f"{answer.status_code} {answer.extensions['reason_phrase'].decode()}" == status
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("wire", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", b"abcde"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Trailer: 1\r\n\r\n", b"a"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", b"a"),
        (b"HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", b"a"),
    ],
)
async def test_framing_leaves_the_connection_usable(make: Make, serve: Serve, wire: bytes, body: bytes):
    server = serve(answering(wire))
    transport = make(server)
    answers = [await fetch(transport, server.url(), "POST", content=b"x") for _ in range(2)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(200, body)] * 2
    assert "x-early" not in answers[0].headers
    assert "x-trailer" not in answers[0].headers
    assert server.connections == 1


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\n"])
async def test_body_ended_by_close(make: Make, serve: Serve, head: bytes):
    server = serve(closing(head + b"abc"))
    assert (await fetch(make(server), server.url())).content == b"abc"


@pytest.mark.parametrize(
    ("method", "wire"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n"),
    ],
)
async def test_response_that_has_no_body(make: Make, serve: Serve, method: str, wire: bytes):
    server = serve(answering(wire))
    transport = make(server)
    for _ in range(2):
        assert (await fetch(transport, server.url(), method)).content == b""
    assert server.connections == 1


async def test_repeated_and_odd_response_headers(make: Make, serve: Serve):
    server = serve(
        answering(
            response(b"", "200 OK", b"Set-Cookie: a=1", b"set-cookie: b=2", b"X-Empty:", b"X-T:\t v ", b"X-F: a\r\n b")
        )
    )
    headers = (await fetch(make(server), server.url())).headers
    assert headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert (headers["x-empty"], headers["x-t"], headers["x-f"]) == ("", "v", "a b")


async def test_compressed_body_is_left_to_the_response(make: Make, serve: Serve):
    server = serve(answering(response(gzip.compress(b"plain"), "200 OK", b"Content-Encoding: gzip")))
    assert (await fetch(make(server), server.url())).content == b"plain"


# -- connections ----------------------------------------------------------------------------------------------------


async def test_connection_is_reused(make: Make, serve: Serve):
    server = serve(answering(response()))
    transport = make(server)
    for _ in range(5):
        await fetch(transport, server.url(), "POST", content=b"x")
    assert (server.connections, len(server.requests)) == (1, 5)


async def test_connection_close_is_obeyed(make: Make, serve: Serve):
    server = serve(closing(response(b"ok", "200 OK", b"Connection: close")))
    transport = make(server)
    for _ in range(2):
        assert (await fetch(transport, server.url())).content == b"ok"
    assert server.connections == 2


async def test_connection_that_went_stale_is_replaced(make: Make, serve: Serve):
    server = serve(closing(response()))
    transport = make(server)
    for turn in range(1, 4):
        assert (await fetch(transport, server.url(), "POST", content=b"x")).content == b"ok"
        async with asyncio.timeout(60):
            while server.finished < turn:
                await asyncio.sleep(0.01)
    assert (server.connections, len(server.requests)) == (3, 3)


async def test_parallel_requests_get_their_own_answers(make: Make, serve: Serve):
    def echo(connection: Connection) -> None:
        while (request := connection.read_request()) is not None:
            connection.send(response(request.body))

    server = serve(echo)
    transport = make(server)
    bodies = [b"%d" % number for number in range(60)]
    answers = await asyncio.gather(*[fetch(transport, server.url(), "POST", content=body) for body in bodies])
    assert [answer.content for answer in answers] == bodies


async def test_transport_survives_a_cancelled_request(make: Make, serve: Serve):
    def hang_first(connection: Connection) -> None:
        while (request := connection.read_request()) is not None:
            if request.target == "/hang" and connection.closed_by_peer():
                return
            connection.send(response())

    server = serve(hang_first)
    transport = make(server)
    request = asyncio.create_task(fetch(transport, server.url("/hang")))
    async with asyncio.timeout(60):
        while not server.requests:
            await asyncio.sleep(0.01)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert (await fetch(transport, server.url())).content == b"ok"
    assert server.connections == 2
