"""Requests through a real CONNECT proxy: addresses are judged here, unless the proxy is declared to do it."""

import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import trustme
from django.core.exceptions import ImproperlyConfigured

from outbound import errors
from outbound.addresses import AddressPolicy
from outbound.loop import proxy_from_settings
from outbound.name_servers import Found
from outbound.names import Names
from outbound.proxy import Proxy
from outbound.transport import CurlTransport
from tests.outbound.conftest import Serve, fetch
from tests.outbound.connect_proxy import ConnectProxy
from tests.outbound.resolvers import Told
from tests.outbound.servers import Server, answering, response

pytestmark = pytest.mark.anyio
Through = Callable[..., CurlTransport]


@pytest.fixture
def proxy() -> Iterator[ConnectProxy]:
    proxy = ConnectProxy()
    yield proxy
    proxy.close()


@pytest.fixture
def server(serve: Serve) -> Server:
    return serve(answering(response()))


@pytest.fixture
async def through(anyio_backend: str, proxy: ConnectProxy):
    """Makes transports through the proxy; the names given lead to the addresses given, anything else nowhere."""
    made: list[CurlTransport] = []

    def make(
        *allowed: tuple[str, int], enforces: bool = False, ca_file: str | None = None, **names: tuple[str, ...]
    ) -> CurlTransport:
        def resolve(host: str, port: int) -> Found:
            addresses = names.get(host.replace(".", "_"), (host,) if host[0].isdigit() else ())
            return Found(addresses, "unknown", time.monotonic() + 30)

        made.append(
            CurlTransport(
                addresses=AddressPolicy(allowed=frozenset(allowed)),
                ca_file=ca_file,
                names=Names(Told(resolve)),
                proxy=Proxy(proxy.url, enforces),
            )
        )
        return made[-1]

    yield make
    for transport in made:
        await transport.aclose()


async def test_it_asks_for_the_address_and_keeps_the_name(through: Through, proxy: ConnectProxy, server: Server):
    transport = through(server.address, hooks_example=("127.0.0.1",))
    answer = await fetch(transport, server.url(host="hooks.example"), "POST", content=b"x", headers={"X-Secret": "s"})
    assert proxy.asked == [f"127.0.0.1:{server.port}"]
    assert server.requests[0].header("host") == f"hooks.example:{server.port}"
    assert (answer.status_code, answer.extensions["address"]) == (200, f"127.0.0.1:{server.port}")
    assert "x-proxy" not in answer.headers
    assert "X-Secret" not in proxy.heads[0]
    assert proxy.authorization(0) == "user:pass word"
    assert server.requests[0].header("proxy-authorization") is None


async def test_a_tunnel_serves_many_requests(through: Through, proxy: ConnectProxy, server: Server):
    transport = through(server.address)
    for _ in range(5):
        await fetch(transport, server.url())
    assert (len(proxy.asked), server.connections, len(server.requests)) == (1, 1, 5)


async def test_tls_is_with_the_name(through: Through, proxy: ConnectProxy, serve: Serve, tmp_path: Path):
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("hooks.example").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    server = serve(answering(response()), tls=context)
    transport = through(
        server.address, ca_file=str(tmp_path / "ca.pem"), hooks_example=("127.0.0.1",), other_example=("127.0.0.1",)
    )
    assert (await fetch(transport, server.url(host="hooks.example"))).status_code == 200
    with pytest.raises(errors.TlsFailed):
        await fetch(transport, server.url(host="other.example"))


@pytest.mark.parametrize("host", ["127.0.0.1", "hooks.example", "both.example"])
async def test_closed_address_is_never_asked_for(through: Through, proxy: ConnectProxy, server: Server, host: str):
    transport = through(hooks_example=("10.0.0.1",), both_example=("192.168.0.1", "fd00::1"))
    with pytest.raises(errors.BlockedAddress, match="public") as caught:
        await fetch(transport, server.url(host=host))
    assert caught.value.nothing_sent
    assert proxy.asked == []


async def test_closed_port_is_never_asked_for(through: Through, proxy: ConnectProxy):
    with pytest.raises(errors.BlockedPort):
        await fetch(through(hooks_example=("93.184.216.34",)), "http://hooks.example:8080/")
    assert proxy.asked == []


async def test_the_permitted_one_of_several_addresses(through: Through, proxy: ConnectProxy, server: Server):
    transport = through(server.address, hooks_example=("10.0.0.1", "127.0.0.1"))
    await fetch(transport, server.url(host="hooks.example"))
    assert proxy.asked == [f"127.0.0.1:{server.port}"]


async def test_unknown_name(through: Through, proxy: ConnectProxy):
    with pytest.raises(errors.NameNotFound):
        await fetch(through(), "http://unknown.example/")
    assert proxy.asked == []


async def test_a_name_that_changes_its_address_is_judged_anew(through: Through, proxy: ConnectProxy, server: Server):
    answers = iter((("127.0.0.1",), ("127.0.0.2",)))
    names = Names(Told(lambda host, port: Found(next(answers), "", time.monotonic() - 1)))  # of use once
    transport = CurlTransport(
        addresses=AddressPolicy(allowed=frozenset({server.address})), names=names, proxy=Proxy(proxy.url)
    )
    await fetch(transport, server.url(host="hooks.example"))
    with pytest.raises(errors.BlockedAddress):
        await fetch(transport, server.url(host="hooks.example"))
    await transport.aclose()


async def test_a_proxy_that_enforces_gets_the_name(through: Through, proxy: ConnectProxy, server: Server):
    proxy.leads_to = server.address
    answer = await fetch(through(enforces=True), "http://internal.example/path")
    assert answer.status_code == 200
    assert proxy.asked == ["internal.example:80"]
    assert answer.extensions["address"] == ""


@pytest.mark.parametrize(("refusal", "error"), [(403, errors.BlockedAddress), (502, errors.Unreachable)])
async def test_refusal_of_the_proxy_is_an_outcome(
    through: Through, proxy: ConnectProxy, refusal: int, error: type[errors.OutboundError]
):
    proxy.refusal = refusal
    with pytest.raises(error, match=f"proxy refused the connection with {refusal}") as caught:
        await fetch(through(enforces=True), "http://hooks.example/", "POST", content=b"x")
    assert caught.value.nothing_sent


async def test_proxy_that_is_not_there(through: Through, proxy: ConnectProxy, server: Server):
    proxy.close()
    with pytest.raises(errors.ConnectionRefused) as caught:
        await fetch(through(server.address), server.url())
    assert caught.value.nothing_sent


def test_setting_is_read(settings):
    settings.OUTBOUND_PROXY, settings.OUTBOUND_PROXY_ENFORCES = "http://u:secret@proxy.example:3128", True
    proxy = proxy_from_settings()
    assert proxy == Proxy("http://u:secret@proxy.example:3128", enforces=True)
    assert "secret" not in repr(proxy)
    settings.OUTBOUND_PROXY = ""
    assert proxy_from_settings() is None


@pytest.mark.parametrize("url", ["proxy.example:3128", "socks5://proxy.example", "http://", "http://p.example/path"])
def test_setting_that_cannot_be_read_is_named(settings, url: str):
    settings.OUTBOUND_PROXY = url
    with pytest.raises(ImproperlyConfigured, match="OUTBOUND_PROXY"):
        proxy_from_settings()


async def test_an_httpx_client_goes_through_too(through: Through, proxy: ConnectProxy, server: Server):
    async with httpx.AsyncClient(transport=through(server.address)) as client:
        assert (await client.get(server.url())).text == "ok"
    assert len(proxy.asked) == 1
