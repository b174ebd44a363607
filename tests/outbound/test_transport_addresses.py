"""The address about to be dialled is judged, whatever leads to it."""

import asyncio
import time

import httpx
import pytest

from outbound import errors
from outbound.name_servers import Found
from outbound.names import Names
from outbound.outcomes import BreakKind
from tests.outbound.conftest import MakeCurl, Serve, fetch
from tests.outbound.resolvers import Told
from tests.outbound.servers import answering, closing, response

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "127.1", "localhost", "LOCALHOST", "[::1]", "0",
     "0x7F.0X0.0.0x1", "127.0.0.1.", "127。0。0。1", "user:secret@127.0.0.1", "1.1.1.1@127.0.0.1",
     "1.1.1.1\\@127.0.0.1",
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


@pytest.mark.parametrize(
    "url",
    ["http://ex%61mple.com/", "http://a%2Fb/", "http://a b/", "http:///x", "http://a;b/", "http://1.1.1.1%00.example/",
     "http://１２７.0.0.1/", "http://①②⑦.0.0.1/", "http://ⓛocalhost/", "http://0177.0.0.1/", "http://a\u2100b/"],
)  # fmt: skip
async def test_host_that_could_be_read_in_two_ways_is_refused(curl: MakeCurl, url: str):
    with pytest.raises((errors.InvalidRequest, httpx.InvalidURL)):
        await fetch(curl(), url)


def names_giving(*addresses: str) -> Names:
    return Names(Told(lambda host, port: Found(addresses, "", time.monotonic() + 30)))


async def test_name_leads_to_the_address_that_was_found(curl: MakeCurl, serve: Serve):
    server = serve(answering(response()))
    transport = curl(server, names=names_giving("127.0.0.1"))
    for path in ("/a", "/b"):
        answer = await fetch(transport, server.url(path, host="made-up.example"))
        assert answer.extensions["address"] == f"127.0.0.1:{server.port}"
    assert server.requests[0].header("host") == f"made-up.example:{server.port}"
    assert server.connections == 1


async def test_name_that_leads_to_a_closed_address_is_blocked(curl: MakeCurl, serve: Serve):
    server = serve(answering(response()))
    with pytest.raises(errors.BlockedAddress):
        await fetch(curl(names=names_giving("127.0.0.1", "::1")), server.url(host="made-up.example"))
    assert server.connections == 0


class Changing:
    """A name server that gives a permitted address first and an inner one from then on."""

    def __init__(self, *answers: str) -> None:
        self._answers = list(answers)

    def resolve(self, host: str, port: int) -> Found:
        address = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return Found((address,), "", time.monotonic())  # no longer fresh at once


async def test_name_that_leads_elsewhere_the_second_time_is_blocked(curl: MakeCurl, serve: Serve):
    server, inside = serve(closing(response())), serve(answering(response(b"secret")), host="127.0.0.2")
    transport = curl(server, names=Names(Told(Changing("127.0.0.1", "127.0.0.2").resolve)))
    assert (await fetch(transport, server.url(host="made-up.example"))).content == b"ok"
    async with asyncio.timeout(60):
        while not server.finished:
            await asyncio.sleep(0.01)
    with pytest.raises(errors.BlockedAddress):
        await fetch(transport, server.url(host="made-up.example"))
    assert inside.connections == 0


async def test_international_name_is_asked_for_and_sent_as_punycode(curl: MakeCurl, serve: Serve):
    server = serve(answering(response()))
    await fetch(curl(server, names=names_giving("127.0.0.1")), server.url(host="bücher.example"))
    assert server.requests[0].header("host") == f"xn--bcher-kva.example:{server.port}"


async def test_closed_address_is_passed_over_for_an_open_one(curl: MakeCurl, serve: Serve):
    server = serve(answering(response()))
    transport = curl(server, names=names_giving("10.0.0.1", "127.0.0.1"))
    assert (await fetch(transport, server.url(host="made-up.example"))).content == b"ok"


async def test_refused_counts_more_than_another_address_that_is_closed(curl: MakeCurl, serve: Serve):
    server = serve(answering(response()))
    transport = curl(server, names=names_giving("10.0.0.1", "127.0.0.1"))
    server.close()
    with pytest.raises(errors.ConnectionRefused, match="connect"):
        await fetch(transport, server.url(host="made-up.example"))
