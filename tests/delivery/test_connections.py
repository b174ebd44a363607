"""Connections live longer than the slices and runs that use them: a TLS handshake costs more than a delivery."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from channels.models import SendPolicy
from delivery.deliver import deliver
from delivery.slots import SlotTicket
from notifications.states import RunState
from outbound.addresses import AddressPolicy
from outbound.loop import HttpLoop
from outbound.transport import CurlTransport
from tests.delivery.engine import Engine, tallies
from tests.outbound.servers import Connection, Server, response

PEOPLE, IN_FLIGHT = 60, 4


def unhurried(connection: Connection) -> None:
    while connection.read_request() is not None:
        time.sleep(0.005)
        connection.send(response())


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server(unhurried)
    yield server
    server.close()


@pytest.fixture
def loop(server: Server) -> Iterator[HttpLoop]:
    loop = HttpLoop(CurlTransport(addresses=AddressPolicy(allowed=frozenset({server.address}))))
    yield loop
    loop.close()


def test_runs_and_slices_share_connections(
    engine: Engine, server: Server, loop: HttpLoop, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LANE_SLICE_SECONDS, settings.LANE_BATCH = 0.02, 5
    engine.http = loop
    engine.people(PEOPLE)
    slices: list[SlotTicket] = []

    def noted(ticket: SlotTicket, **options: Any) -> None:
        slices.append(ticket)
        deliver(ticket, **options)

    monkeypatch.setattr("tests.delivery.engine.deliver", noted)
    content = engine.content(url=server.url())
    for _ in range(2):
        run = engine.run(content=content, policy=SendPolicy(max_in_flight=IN_FLIGHT))
        assert run.state == RunState.COMPLETED
        assert tallies(run) == {"delivered": PEOPLE}
    assert len(slices) > 4
    assert len(server.requests) == 2 * PEOPLE
    assert server.connections <= IN_FLIGHT
