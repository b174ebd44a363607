"""Mutual TLS against a server that demands a certificate."""

import asyncio
import ssl
from pathlib import Path

import httpx
import pycurl
import pytest
import trustme

from outbound import errors
from outbound.client_certificate import ClientCertificate
from outbound.dialling import Dialling
from outbound.failures import failure_of
from outbound.outcomes import BreakKind
from outbound.transfer import Transfer
from outbound.transport import CurlTransport
from tests.outbound.conftest import MakeCurl, Serve
from tests.outbound.servers import Connection, Server, response

pytestmark = pytest.mark.anyio
# The server's alert comes after the client's part of the handshake; a reset may overtake it.
REFUSED = (errors.TlsFailed, errors.ConnectionDropped)


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server(serve: Serve, authority: trustme.CA) -> Server:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(context)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return serve(naming_the_client, tls=context)


def naming_the_client(connection: Connection) -> None:
    """Answers with the name in the certificate that this connection was made with."""
    certificate = connection.peer_certificate()
    while connection.read_request() is not None:
        connection.send(response(certificate["subjectAltName"][0][1].encode()))


@pytest.fixture
def transport(curl: MakeCurl, server: Server, authority: trustme.CA, tmp_path: Path) -> CurlTransport:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return curl(server, ca_file=str(tmp_path / "ca.pem"))


def issued(authority: trustme.CA, name: str) -> ClientCertificate:
    leaf = authority.issue_cert(name)
    chain = b"".join(pem.bytes() for pem in leaf.cert_chain_pems)
    return ClientCertificate(chain, leaf.private_key_pem.bytes())


async def name_seen(transport: CurlTransport, server: Server, certificate: ClientCertificate | None) -> str:
    request = httpx.Request("GET", server.url(), extensions={"client_certificate": certificate})
    answer = await transport.handle_async_request(request)
    return (await answer.aread()).decode()


async def test_each_request_shows_its_own_certificate(transport: CurlTransport, server: Server, authority: trustme.CA):
    one, two = issued(authority, "one.example"), issued(authority, "two.example")
    for _ in range(3):
        assert await name_seen(transport, server, one) == "one.example"
        assert await name_seen(transport, server, two) == "two.example"
    assert server.connections == 2  # kept, and not shared


async def test_certificates_do_not_mix_under_load(transport: CurlTransport, server: Server, authority: trustme.CA):
    certificates = {name: issued(authority, name) for name in ("a.example", "b.example", "c.example")}
    names = [*certificates] * 40
    seen = await asyncio.gather(*[name_seen(transport, server, certificates[name]) for name in names])
    assert seen == names


async def test_connection_with_a_certificate_serves_nobody_without(
    transport: CurlTransport, server: Server, authority: trustme.CA
):
    await name_seen(transport, server, issued(authority, "one.example"))
    with pytest.raises(REFUSED):
        await name_seen(transport, server, None)
    assert len(server.requests) == 1


async def test_certificate_of_another_authority_is_refused(transport: CurlTransport, server: Server):
    with pytest.raises(REFUSED):
        await name_seen(transport, server, issued(trustme.CA(), "one.example"))
    assert not server.requests


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0", errors.TlsFailed),
        ("SSL_read: error:0A000418:SSL routines::tlsv1 alert unknown ca, errno 0", errors.TlsFailed),
        ("Recv failure: Connection reset by peer", errors.ConnectionDropped),
    ],
)
def test_an_alert_tells_a_refused_certificate_from_a_broken_connection(message: str, error: type[Exception]):
    transfer = Transfer(Dialling())
    transfer.message = message
    assert type(failure_of(transfer, pycurl.E_RECV_ERROR)) is error


@pytest.mark.parametrize("part", ["certificate", "key", "key of another"])
async def test_certificate_that_cannot_be_used_says_so(
    transport: CurlTransport, server: Server, authority: trustme.CA, part: str
):
    good, other = issued(authority, "one.example"), issued(authority, "two.example")
    bad = {
        "certificate": ClientCertificate(b"not PEM", good.key_pem),
        "key": ClientCertificate(good.certificate_pem, b"not PEM"),
        "key of another": ClientCertificate(good.certificate_pem, other.key_pem),
    }[part]
    with pytest.raises(errors.ClientCertificateUnusable, match="client certificate") as caught:
        await name_seen(transport, server, bad)
    assert (caught.value.kind, caught.value.nothing_sent) == (BreakKind.TLS, True)


def test_key_is_not_shown():
    assert "secret" not in repr(ClientCertificate(b"secret", b"secret"))
