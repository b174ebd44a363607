import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from outbound.addresses import AddressPolicy
from outbound.limits import TransferLimits
from outbound.names import Names
from outbound.transport import CurlTransport
from tests.outbound.servers import Handler, Server

Serve = Callable[..., Server]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts raw servers; they end with the test."""
    servers: list[Server] = []

    def start(handler: Handler, **options: Any) -> Server:
        servers.append(Server(handler, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
async def curl(anyio_backend: str) -> AsyncIterator[Callable[..., CurlTransport]]:
    """Makes transports that may dial exactly the given servers."""
    async with AsyncExitStack() as stack:

        def make(
            *servers: Server, ca_file: str | None = None, names: Names | None = None, **limits: Any
        ) -> CurlTransport:
            addresses = AddressPolicy(allowed=frozenset(server.address for server in servers))
            transport = CurlTransport(
                addresses=addresses, limits=TransferLimits(**limits), ca_file=ca_file, names=names
            )
            stack.push_async_callback(transport.aclose)
            return transport

        yield make


MakeCurl = Callable[..., CurlTransport]
Fetch = Callable[[httpx.AsyncBaseTransport, httpx.Request], Awaitable[httpx.Response]]


async def fetch(transport: httpx.AsyncBaseTransport, url: str, method: str = "GET", **options: Any) -> httpx.Response:
    """One exchange through the transport itself, its body read."""
    response = await transport.handle_async_request(httpx.Request(method, url, **options))
    await response.aread()
    await response.aclose()
    return response


Make = Callable[..., httpx.AsyncBaseTransport]


@pytest.fixture(params=["curl", "httpx"])
async def make(request: pytest.FixtureRequest, curl: MakeCurl) -> AsyncIterator[Make]:
    async with AsyncExitStack() as stack:

        def make_httpx(*servers: Server, ca_file: str | None = None) -> httpx.AsyncBaseTransport:
            verify = ssl.create_default_context(cafile=ca_file)
            transport = httpx.AsyncHTTPTransport(verify=verify, trust_env=False)
            stack.push_async_callback(transport.aclose)
            return transport

        yield curl if request.param == "curl" else make_httpx
