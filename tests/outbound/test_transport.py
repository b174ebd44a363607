"""What our transport promises beyond httpx's: bounds, deadlines, judged addresses, and knowing what was sent."""

import asyncio
import resource
import time

import httpx
import pytest

from outbound import errors
from outbound.addresses import AddressPolicy
from outbound.outcomes import BreakKind
from outbound.transport import CurlTransport
from tests.outbound.conftest import MakeCurl, Serve, fetch
from tests.outbound.servers import Connection, Handler, answering, closing, response

pytestmark = pytest.mark.anyio

KEPT, DRAINED = 1_000, 50_000


def counted(size: int) -> bytes:
    return bytes(number % 251 for number in range(size))


# -- bounds ---------------------------------------------------------------------------------------------------------


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
    answer = await fetch(curl(server, kept_body=KEPT, total=0.3), server.url())
    assert (answer.status_code, answer.content) == (200, b"x" * KEPT)


@pytest.mark.parametrize(
    "flood",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-A: abcdefgh\r\n" * 6_000 + b"\r\n",
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


# -- deadlines ------------------------------------------------------------------------------------------------------


def silent(connection: Connection) -> None:
    connection.read_request()
    connection.closed_by_peer()


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
        await fetch(curl(server), server.url(), extensions={"deadline": {"total": 0.3}})
    assert 0.25 < time.monotonic() - began < 1.5
    assert (caught.value.kind, caught.value.nothing_sent) == (BreakKind.TIMEOUT, False)
    assert caught.value.phases.total >= 0.25


async def test_timeout_names_the_status_that_came(curl: MakeCurl, serve: Serve):
    server = serve(dribbling)
    with pytest.raises(errors.AnswerTimeout, match="Answered 200"):
        await fetch(curl(server, total=0.2), server.url())


async def test_connect_deadline_covers_the_tls_handshake(curl: MakeCurl, serve: Serve):
    server = serve(lambda connection: connection.closed_by_peer() or connection.closed_by_peer())
    with pytest.raises(errors.ConnectTimeout) as caught:
        await fetch(curl(server, connect=0.2), server.url().replace("http:", "https:"))
    assert (caught.value.kind, caught.value.nothing_sent) == (BreakKind.CONNECT_TIMEOUT, True)
    assert caught.value.address == f"127.0.0.1:{server.port}"


async def test_deadline_of_one_request_does_not_stay(curl: MakeCurl, serve: Serve):
    def slow(connection: Connection) -> None:
        while connection.read_request() is not None:
            time.sleep(0.3)
            connection.send(response())

    server = serve(slow)
    transport = curl(server)
    with pytest.raises(errors.AnswerTimeout):
        await fetch(transport, server.url(), extensions={"deadline": {"total": 0.1}})
    assert (await fetch(transport, server.url())).content == b"ok"


# -- addresses ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "127.1", "localhost", "LOCALHOST", "[::1]", "0",
     "[::ffff:127.0.0.1]", "[::7f00:1]", "[64:ff9b::a00:1]", "10.0.0.1", "169.254.169.254", "[fd00:ec2::254]"],
)  # fmt: skip
async def test_closed_address_is_never_dialled(curl: MakeCurl, serve: Serve, host: str):
    server = serve(answering(response()))
    with pytest.raises(errors.BlockedAddress) as caught:
        await fetch(curl(), f"http://{host}:{server.port}/")
    assert (caught.value.kind, caught.value.nothing_sent) == (BreakKind.BLOCKED_ADDRESS, True)
    assert server.connections == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433"])
async def test_allowed_address_is_dialled_whatever_its_spelling(curl: MakeCurl, serve: Serve, host: str):
    server = serve(answering(response()))
    answer = await fetch(curl(server), server.url(host=host))
    assert answer.extensions["address"] == f"127.0.0.1:{server.port}"


async def test_allowance_is_for_that_port_only(curl: MakeCurl, serve: Serve):
    allowed, other = serve(answering(response())), serve(answering(response()))
    with pytest.raises(errors.BlockedAddress):
        await fetch(curl(allowed), other.url())


async def test_public_address_on_a_closed_port(curl: MakeCurl):
    with pytest.raises(errors.BlockedPort) as caught:
        await fetch(curl(), "http://93.184.215.14:25/")
    assert (caught.value.kind, caught.value.nothing_sent) == (BreakKind.BLOCKED_PORT, True)


async def test_proxies_of_the_environment_are_ignored(curl: MakeCurl, serve: Serve, monkeypatch: pytest.MonkeyPatch):
    proxy, server = serve(answering(response(b"proxy"))), serve(answering(response(b"direct")))
    for name in ("http_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url())
    assert (await fetch(curl(server, proxy), server.url())).content == b"direct"
    assert proxy.connections == 0


@pytest.mark.parametrize("url", ["http://ex%61mple.com/", "http://a%2Fb/", "http://a b/", "http:///x", "http://a;b/"])
async def test_host_that_could_be_read_in_two_ways_is_refused(curl: MakeCurl, url: str):
    with pytest.raises((errors.InvalidRequest, httpx.InvalidURL)):
        await fetch(curl(), url)


# -- repeats, and what is known to be sent ---------------------------------------------------------------------------


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
    server = serve(answering(response()))
    transport = curl(server)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    await fetch(transport, server.url())  # what is opened once is open
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        with pytest.raises(errors.NetworkFailed, match="open files") as caught:
            await fetch(transport, server.url(host="localhost"))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert (caught.value.kind, caught.value.nothing_sent) == (BreakKind.NETWORK, True)


# -- requests that can't be sent --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("HEAD", {"content": b"x"}),
        ("CONNECT", {}),
        ("GE T", {}),
        ("GET\r\nX: 1", {}),
        ("GET", {"headers": [("Host", "a"), ("Host", "b")]}),
    ],
)
async def test_request_that_cannot_be_sent_is_refused(
    curl: MakeCurl, serve: Serve, method: str, options: dict[str, object]
):
    server = serve(answering(response()))
    with pytest.raises(errors.InvalidRequest) as caught:
        await fetch(curl(server), server.url(), method, **options)
    assert (caught.value.nothing_sent, server.connections) == (True, 0)


async def test_headers_of_the_connection_are_the_transports_own(curl: MakeCurl, serve: Serve):
    server = serve(answering(response()))
    headers = {"Connection": "close", "Expect": "100-continue", "Content-Length": "1", "TE": "trailers", "X": "1"}
    await fetch(curl(server), server.url(), "POST", headers=headers, content=b"abc")
    sent = {name.lower(): value for name, value in server.requests[0].headers}
    assert sent == {"host": f"127.0.0.1:{server.port}", "x": "1", "content-length": "3"}


# -- life of a transport --------------------------------------------------------------------------------------------


async def test_phases_and_address(curl: MakeCurl, serve: Serve):
    server = serve(answering(response()))
    transport = curl(server)
    first, second = [(await fetch(transport, server.url())).extensions for _ in range(2)]
    assert first["address"] == second["address"] == f"127.0.0.1:{server.port}"
    assert 0 < first["phases"].connect < first["phases"].total < 2
    assert second["phases"][:3] == pytest.approx((0, 0, 0), abs=0.001)
    assert 0 < second["phases"].first_byte <= second["phases"].total


async def test_closing_ends_requests_on_their_way(curl: MakeCurl, serve: Serve):
    server = serve(silent)
    transport = curl(server)
    request = asyncio.create_task(fetch(transport, server.url()))
    while not server.requests:
        await asyncio.sleep(0.01)
    await transport.aclose()
    with pytest.raises(errors.ConnectionDropped, match="closed"):
        await request


def test_transport_belongs_to_one_loop(serve: Serve):
    server = serve(answering(response()))
    transport = CurlTransport(addresses=AddressPolicy(allowed=frozenset({server.address})))
    asyncio.run(fetch(transport, server.url()))
    with pytest.raises(RuntimeError, match="another event loop"):
        asyncio.run(fetch(transport, server.url()))
    asyncio.run(transport.aclose())


async def test_async_client_works_on_top(curl: MakeCurl, serve: Serve):
    server = serve(answering(response(b'{"ok": true}')))
    async with httpx.AsyncClient(transport=curl(server)) as client:
        answer = await client.post(server.url("/x"), json={"a": 1}, params={"q": "ä"})
    assert (answer.json(), server.requests[0].target) == ({"ok": True}, "/x?q=%C3%A4")


async def test_many_requests_over_few_connections(curl: MakeCurl, serve: Serve):
    server = serve(answering(response()))
    transport = curl(server)

    async def lane() -> None:
        for _ in range(25):
            await fetch(transport, server.url(), "POST", content=b"x")

    await asyncio.gather(*[lane() for _ in range(20)])
    assert len(server.requests) == 500
    assert server.connections <= 20


def test_every_error_has_its_own_kind_or_shares_the_network():
    classes = errors.OutboundError.__subclasses__()
    kinds = [error("x").kind for error in classes]
    repeated = {kind for kind in kinds if kinds.count(kind) > 1}
    assert repeated == {BreakKind.NETWORK, BreakKind.INVALID_REQUEST}
