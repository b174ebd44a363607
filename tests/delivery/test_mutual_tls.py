"""Runs to a server that demands a client certificate."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from channels.certificates import certificate_checked
from channels.models import Connection
from outbound.addresses import AddressPolicy, parse_allowed
from outbound.loop import HttpLoop
from outbound.transport import CurlTransport
from tests.delivery.engine import Engine, exchanges, notifications, tallies
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
    assert notifications(run)[0].reason in ("network", "dropped", "tls")


def test_two_connections_never_share_a_socket(tls_engine: Engine, server: MutualTlsServer) -> None:
    tls_engine.people(1)
    for name in ("one.example.com", "two.example.com", "one.example.com"):
        connection = connected(tls_engine, server, server.issue(name))
        tls_engine.run(connection_id=connection.pk, content=tls_engine.content(url=f"{server.url}/people"))
        Connection.objects.filter(pk=connection.pk).update(name=f"Bank {connection.pk}")
    assert server.shown == ["one.example.com", "two.example.com", "one.example.com"]
