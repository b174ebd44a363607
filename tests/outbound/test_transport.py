"""What our transport promises beyond httpx's: requests it refuses, and its life."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from outbound import errors
from outbound.addresses import AddressPolicy
from outbound.outcomes import BreakKind
from outbound.transport import CurlTransport
from tests.outbound.conftest import MakeCurl, Serve, fetch
from tests.outbound.servers import answering, response, silent

pytestmark = pytest.mark.anyio


# -- requests that can't be sent -----------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Connection", "close"),
        ("Content-Length", "1"),
        ("Expect", "100-continue"),
        ("Keep-Alive", "timeout=9"),
        ("Proxy-Authenticate", "Basic"),
        ("Proxy-Authorization", "Basic Og=="),
        ("Proxy-Connection", "close"),
        ("TE", "trailers"),
        ("Trailer", "X-A"),
        ("Transfer-Encoding", "chunked"),
        ("Upgrade", "h2c"),
    ],
)
@pytest.mark.parametrize("case", [str.title, str.upper, str.lower])
async def test_header_of_the_connection_is_the_transports_own(
    curl: MakeCurl, serve: Serve, name: str, value: str, case: Callable[[str], str]
):
    server = serve(answering(response()))
    headers = [("X", "1"), (case(name), value), ("Y", "2")]
    await fetch(curl(server), server.url(), "POST", headers=headers, content=b"abc")
    sent = {name.lower(): value for name, value in server.requests[0].headers}
    assert sent == {"host": f"127.0.0.1:{server.port}", "x": "1", "y": "2", "content-length": "3"}
    assert server.requests[0].body == b"abc"


async def test_host_that_is_set_is_sent_once_and_leads_nowhere_else(curl: MakeCurl, serve: Serve):
    server, other = serve(answering(response())), serve(answering(response()))
    await fetch(curl(server, other), server.url(), headers={"Host": f"127.0.0.1:{other.port}"})
    assert [value for name, value in server.requests[0].headers if name.lower() == "host"] == [
        f"127.0.0.1:{other.port}"
    ]
    assert other.connections == 0


@pytest.mark.parametrize("userinfo", ["user:secret", "user", ":secret", "a%3Ab:c"])
async def test_user_name_in_an_address_is_left_out(curl: MakeCurl, serve: Serve, userinfo: str):
    server = serve(answering(response()))
    await fetch(curl(server), server.url("/x", host=f"{userinfo}@127.0.0.1"))
    assert {name.lower(): value for name, value in server.requests[0].headers} == {"host": f"127.0.0.1:{server.port}"}
    assert server.requests[0].target == "/x"


# -- life of a transport -------------------------------------------------------------------------------------------


async def test_phases_and_address(curl: MakeCurl, serve: Serve):
    server = serve(answering(response()))
    transport = curl(server)
    first, second = [(await fetch(transport, server.url())).extensions for _ in range(2)]
    assert first["address"] == second["address"] == f"127.0.0.1:{server.port}"
    assert 0 < first["phases"].connect < first["phases"].total < 20
    assert server.connections == 1
    assert second["phases"][:3] == pytest.approx((0, 0, 0), abs=0.05)
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
