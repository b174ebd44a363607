"""Mutual TLS against a server that demands a certificate."""

import asyncio
import ssl
from datetime import datetime
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
from tests.outbound.conftest import MakeCurl, Serve, fetch
from tests.outbound.servers import Connection, Server, response

pytestmark = pytest.mark.anyio
REFUSED = errors.ClientCertificateRefused
OLD = datetime(2020, 1, 1), datetime(2020, 6, 1)


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


def at_most(server: Server, version: ssl.TLSVersion) -> None:
    assert server.tls is not None
    server.tls.maximum_version = version


def naming_the_client(connection: Connection) -> None:
    """Answers with the name in the certificate that this connection was made with."""
    certificate = connection.peer_certificate()
    while connection.read_request() is not None:
        connection.send(response(certificate["subjectAltName"][0][1].encode()))


@pytest.fixture
def transport(curl: MakeCurl, server: Server, authority: trustme.CA, tmp_path: Path) -> CurlTransport:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return curl(server, ca_file=str(tmp_path / "ca.pem"))


def issued(
    authority: trustme.CA, name: str, valid: tuple[datetime | None, datetime | None] = (None, None)
) -> ClientCertificate:
    leaf = authority.issue_cert(name, not_before=valid[0], not_after=valid[1])
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


VERSIONS = pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])


@VERSIONS
@pytest.mark.parametrize(
    ("fault", "words"),
    [("other authority", "did not accept the client certificate"), ("ended", "says that the client certificate")],
)
async def test_refused_certificate_is_the_clients_fault(
    transport: CurlTransport, server: Server, authority: trustme.CA, version: ssl.TLSVersion, fault: str, words: str
):
    at_most(server, version)
    shown = issued(trustme.CA(), "one.example") if fault == "other authority" else issued(authority, "one.example", OLD)
    with pytest.raises(REFUSED, match=words) as caught:
        await name_seen(transport, server, shown)
    assert caught.value.kind == BreakKind.CLIENT_CERTIFICATE
    assert caught.value.nothing_sent is (version is ssl.TLSVersion.TLSv1_2)
    assert not server.requests


async def test_lack_of_a_certificate_is_said(transport: CurlTransport, server: Server):
    with pytest.raises(REFUSED, match="demands a client certificate, and none was shown") as caught:
        await name_seen(transport, server, None)
    assert caught.value.nothing_sent is False  # with TLS 1.3 the request may be on its way when the server says no


async def test_lack_of_a_certificate_ends_the_handshake_of_tls_1_2(transport: CurlTransport, server: Server):
    """The alert is that of any other handshake that fails (RFC 5246, section 7.4.6)."""
    at_most(server, ssl.TLSVersion.TLSv1_2)
    with pytest.raises(errors.TlsHandshakeFailed):
        await name_seen(transport, server, None)


@pytest.mark.parametrize("alert", [42, 43, 44, 45, 46, 48, 49, 116])
async def test_alerts_about_a_certificate(curl: MakeCurl, serve: Serve, alert: int):
    """RFC 8446, section 6.2. They come from the server, so they are about the client's."""

    def handle(connection: Connection) -> None:
        connection.closed_by_peer()  # takes the ClientHello
        connection.send(b"\x15\x03\x03\x00\x02\x02" + bytes((alert,)))
        connection.closed_by_peer()

    server = serve(handle)
    with pytest.raises(REFUSED):
        await fetch(curl(server), server.url().replace("http:", "https:"))


@pytest.mark.parametrize(
    ("code", "message", "error"),
    [
        (
            pycurl.E_RECV_ERROR,
            "SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0",
            REFUSED,
        ),
        (pycurl.E_RECV_ERROR, "SSL_read: error:0A000418:SSL routines::tlsv1 alert unknown ca, errno 0", REFUSED),
        (pycurl.E_RECV_ERROR, "Recv failure: Connection reset by peer", errors.ConnectionDropped),
        (pycurl.E_PEER_FAILED_VERIFICATION, "SSL certificate verification failed", REFUSED),
        (pycurl.E_PEER_FAILED_VERIFICATION, "SSL certificate problem: certificate has expired", errors.TlsFailed),
    ],
)
def test_an_alert_tells_a_refused_certificate_from_other_failures(code: int, message: str, error: type[Exception]):
    transfer = Transfer(Dialling())
    transfer.message = message
    assert type(failure_of(transfer, code)) is error


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
    assert (caught.value.kind, caught.value.nothing_sent) == (BreakKind.CLIENT_CERTIFICATE, True)


def test_key_is_not_shown():
    assert "secret" not in repr(ClientCertificate(b"secret", b"secret"))
