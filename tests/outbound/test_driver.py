"""What the transport asks of the system's poll, beyond what answers show."""

import asyncio

import pytest

from outbound.transport import CurlTransport
from tests.outbound.conftest import MakeCurl, Serve, fetch
from tests.outbound.servers import closing, response

pytestmark = pytest.mark.anyio


def unheard(transport: CurlTransport) -> list[tuple[int, int]]:
    """Events that would wake the loop again and again."""
    return transport._driver._epoll.poll(0)


async def test_an_idle_connection_that_was_closed_wakes_nobody_any_more(curl: MakeCurl, serve: Serve):
    server = serve(closing(response()))
    transport = curl(server)
    for turn in (1, 2):  # the second time on a connection whose descriptor may be the first one's
        assert (await fetch(transport, server.url())).content == b"ok"
        async with asyncio.timeout(60):
            while server.finished < turn:
                await asyncio.sleep(0.01)
        async with asyncio.timeout(60):
            while True:
                await asyncio.sleep(0.05)
                if not unheard(transport):
                    break
    assert server.connections == 2
