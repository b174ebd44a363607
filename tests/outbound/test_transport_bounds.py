"""Our transport's bounds: of a body, of headers, of time."""

import time

import pytest

from outbound import errors
from outbound.outcomes import BreakKind
from tests.outbound.conftest import MakeCurl, Serve, fetch
from tests.outbound.servers import Connection, Handler, answering, closing, response, silent

pytestmark = pytest.mark.anyio

KEPT, DRAINED = 1_000, 50_000


def counted(size: int) -> bytes:
    return bytes(number % 251 for number in range(size))


# -- bounds --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, KEPT - 1, KEPT])
async def test_body_within_the_cap_is_kept_whole(curl: MakeCurl, serve: Serve, size: int):
    server = serve(answering(response(counted(size))))
    answer = await fetch(curl(server, kept_body=KEPT), server.url())
    assert answer.content == counted(size)
    assert (answer.extensions["truncated"], answer.extensions["body_size"]) == (False, size)


@pytest.mark.parametrize("size", [KEPT + 1, DRAINED])
async def test_longer_body_is_drained_and_the_connection_lives(curl: MakeCurl, serve: Serve, size: int):
    server = serve(answering(response(counted(size))))
    transport = curl(server, kept_body=KEPT, drained_body=DRAINED)
    for _ in range(3):
        answer = await fetch(transport, server.url())
        assert answer.content == counted(KEPT)
        assert (answer.extensions["truncated"], answer.extensions["body_size"]) == (True, size)
    assert server.connections == 1


async def test_body_past_the_drain_is_cut(curl: MakeCurl, serve: Serve):
    def endless(connection: Connection) -> None:
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while not connection.gone:
            connection.send(b"x" * 10_000)

    server = serve(endless)
    answer = await fetch(curl(server, kept_body=KEPT, drained_body=DRAINED), server.url())
    assert (answer.status_code, answer.content, answer.extensions["truncated"]) == (200, b"x" * KEPT, True)
    assert DRAINED < answer.extensions["body_size"] < 2 * DRAINED


async def test_answer_whose_kept_part_is_full_counts_even_if_the_rest_never_comes(curl: MakeCurl, serve: Serve):
    def stall(connection: Connection) -> None:
        connection.read_request()
        connection.send(response(b"x" * (KEPT + 1)).replace(b"1001", b"9999"))
        connection.closed_by_peer()

    server = serve(stall)
    answer = await fetch(curl(server, kept_body=KEPT, total=2.0), server.url())
    assert (answer.status_code, answer.content) == (200, b"x" * KEPT)


@pytest.mark.parametrize(
    "flood",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-A: abcdefgh\r\n" * 6_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"a:\r\n" * 1_500 + b"\r\n",
        b"HTTP/1.1 103 Early Hints\r\nX-A: abcdefgh\r\n\r\n" * 3_000,
    ],
)
async def test_header_flood_is_cut(curl: MakeCurl, serve: Serve, flood: bytes):
    server = serve(closing(flood))
    with pytest.raises(errors.HeadersTooLarge) as caught:
        await fetch(curl(server), server.url())
    assert (caught.value.kind, caught.value.nothing_sent) == (BreakKind.HEADERS_TOO_LARGE, False)


async def test_headers_within_the_cap_pass(curl: MakeCurl, serve: Serve):
    server = serve(answering(response(b"", "200 OK", *[b"X-%d: %s" % (n, b"a" * 600) for n in range(90)])))
    answer = await fetch(curl(server), server.url())
    assert len(answer.headers["x-89"]) == 600


# -- deadlines -----------------------------------------------------------------------------------------------------


def dribbling(connection: Connection) -> None:
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
    while not connection.gone:
        connection.send(b"x")
        time.sleep(0.02)


@pytest.mark.parametrize("handler", [silent, dribbling])
async def test_total_deadline_ends_a_request(curl: MakeCurl, serve: Serve, handler: Handler):
    server = serve(handler)
    began = time.monotonic()
    with pytest.raises(errors.AnswerTimeout) as caught:
        await fetch(curl(server), server.url(), extensions={"deadline": {"total": 1.0}})
    assert 0.95 < time.monotonic() - began < 10
    assert (caught.value.kind, caught.value.nothing_sent) == (BreakKind.TIMEOUT, False)
    assert caught.value.phases.total >= 0.95


async def test_timeout_names_the_status_that_came(curl: MakeCurl, serve: Serve):
    server = serve(dribbling)
    with pytest.raises(errors.AnswerTimeout, match="Answered 200"):
        await fetch(curl(server, total=2.0), server.url())


async def test_connect_deadline_covers_the_tls_handshake(curl: MakeCurl, serve: Serve):
    server = serve(lambda connection: connection.closed_by_peer() or connection.closed_by_peer())
    with pytest.raises(errors.ConnectTimeout) as caught:
        await fetch(curl(server, connect=0.2), server.url().replace("http:", "https:"))
    assert (caught.value.kind, caught.value.nothing_sent) == (BreakKind.CONNECT_TIMEOUT, True)
    assert caught.value.address == f"127.0.0.1:{server.port}"


async def test_deadline_of_one_request_does_not_stay(curl: MakeCurl, serve: Serve):
    def slow(connection: Connection) -> None:
        while connection.read_request() is not None:
            time.sleep(1.5)
            connection.send(response())

    server = serve(slow)
    transport = curl(server)
    with pytest.raises(errors.AnswerTimeout):
        await fetch(transport, server.url(), extensions={"deadline": {"total": 0.75}})
    assert (await fetch(transport, server.url())).content == b"ok"
