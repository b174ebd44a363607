"""Runs to a server that demands a client certificate."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from channels.certificates import certificate_checked
from channels.models import Connection
from notifications.reasons import explain
from outbound.addresses import AddressPolicy, parse_allowed
from outbound.loop import HttpLoop
from outbound.transport import CurlTransport
from tests.delivery.engine import Engine, exchanges, notifications, tallies
from tests.outbound.servers import Connection as ServerConnection
from tests.outbound.servers import Server
from tests.tls import Issued, MutualTlsServer, running_mutual_tls_server
from webhooks_platform.base.encryption import encrypt


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MutualTlsServer]:
    with running_mutual_tls_server(tmp_path) as made:
        yield made


@pytest.fixture
def tls_engine(engine: Engine, server: MutualTlsServer) -> Iterator[Engine]:
    policy = AddressPolicy(allowed=parse_allowed([server.address]))
    engine.http = HttpLoop(CurlTransport(addresses=policy, ca_file=server.ca_file))
    yield engine
    engine.http.close()


def connected(engine: Engine, server: MutualTlsServer, pair: Issued | None) -> Connection:
    made = Connection(workspace=engine.workspace, name="Bank", origin=server.url)
    if pair:
        checked = certificate_checked(pair.certificate, pair.key, now=timezone.now())
        made.client_certificate, made.encrypted_client_key = checked.certificate, encrypt(checked.key)
    made.save()
    return made


def test_the_certificate_is_shown_and_its_key_kept(tls_engine: Engine, server: MutualTlsServer) -> None:
    pair = server.issue("crm.example.com")
    connection = connected(tls_engine, server, pair)
    tls_engine.people(3)
    run = tls_engine.run(connection_id=connection.pk, content=tls_engine.content(url=f"{server.url}/people"))
    assert tallies(run) == {"delivered": 3}
    assert set(server.shown) == {"crm.example.com"}
    assert "PRIVATE" not in str([vars(each) for each in exchanges(run)])


def test_without_one_the_server_turns_us_away(tls_engine: Engine, server: MutualTlsServer) -> None:
    connection = connected(tls_engine, server, None)
    tls_engine.people(1)
    run = tls_engine.run(connection_id=connection.pk, content=tls_engine.content(url=f"{server.url}/people"))
    assert server.shown == []
    row = notifications(run)[0]
    assert (row.state, row.reason, row.attempt_number) == ("failed", "client_certificate", 1)


@pytest.fixture
def plain() -> Iterator[Server]:
    """Answers to what isn't HTTP as servers of plain HTTP do."""

    def handle(connection: ServerConnection) -> None:
        connection.closed_by_peer()  # takes the ClientHello
        connection.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    server = Server(handle)
    yield server
    server.close()


def test_https_to_a_port_that_speaks_plain_http_is_told_and_repeated(engine: Engine, plain: Server) -> None:
    engine.http = HttpLoop(CurlTransport(addresses=AddressPolicy(allowed=frozenset({plain.address}))))
    engine.people(1)
    run = engine.run(content=engine.content(url=plain.url().replace("http:", "https:")))
    engine.http.close()
    row = notifications(run)[0]
    assert (row.state, row.reason, row.attempt_number, plain.connections) == ("failed", "tls_handshake", 3, 3)
    assert "plain HTTP" in explain(row.reason).next_step


def test_two_connections_never_share_a_socket(tls_engine: Engine, server: MutualTlsServer) -> None:
    tls_engine.people(1)
    for name in ("one.example.com", "two.example.com", "one.example.com"):
        connection = connected(tls_engine, server, server.issue(name))
        tls_engine.run(connection_id=connection.pk, content=tls_engine.content(url=f"{server.url}/people"))
        Connection.objects.filter(pk=connection.pk).update(name=f"Bank {connection.pk}")
    assert server.shown == ["one.example.com", "two.example.com", "one.example.com"]
