"""HTTP/2 where a server offers it in the TLS handshake: many requests on one connection."""

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import trustme

from outbound.client_certificate import ClientCertificate
from outbound.outcomes import Answer
from outbound.sender import send
from outbound.transport import CurlTransport
from tests.outbound.conftest import MakeCurl, Serve, fetch
from tests.outbound.http2_server import Http2Server
from tests.outbound.servers import answering, response

pytestmark = pytest.mark.anyio


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server(authority: trustme.CA) -> Iterator[Http2Server]:
    server = Http2Server(authority)
    yield server
    server.close()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem")


@pytest.fixture
def transport(curl: MakeCurl, server: Http2Server, ca_file: str) -> CurlTransport:
    return curl(server, ca_file=ca_file)


async def test_request_and_answer(transport: CurlTransport, server: Http2Server):
    headers = {"X-Name": "Zoe", "Connection": "close", "TE": "trailers"}
    answer = await fetch(transport, server.url("/a?b=1"), "POST", content=b"body", headers=headers)
    sent, body = server.requests[0]
    assert (sent[":method"], sent[":path"], sent["x-name"], body) == ("POST", "/a?b=1", "Zoe", b"body")
    assert sent.keys().isdisjoint({"connection", "te", "host"})
    assert (answer.status_code, answer.content, answer.headers["x-path"]) == (200, b"got body", "/a?b=1")
    assert answer.extensions["http_version"] == b"HTTP/2"


async def test_many_requests_share_a_connection(transport: CurlTransport, server: Http2Server):
    server.hold = 20
    requests = [httpx.Request("POST", server.url(f"/{number}"), content=b"x") for number in range(60)]
    answers = await asyncio.gather(*[send(transport, request) for request in requests])
    assert all(isinstance(answer, Answer) and answer.status == 200 for answer in answers)
    assert (server.connections, len(server.requests)) == (1, 60)
    assert server.most_at_once >= 20


async def test_phases_on_a_shared_connection(transport: CurlTransport, server: Http2Server):
    first, second = [(await fetch(transport, server.url())).extensions["phases"] for _ in range(2)]
    assert first.connect > 0
    assert first.tls > 0
    assert (second.dns, second.connect, second.tls) == (0, 0, 0)
    assert 0 < second.first_byte <= second.total


async def test_certificates_do_not_share_a_connection(
    transport: CurlTransport, server: Http2Server, authority: trustme.CA
):
    async def sent(certificate: ClientCertificate | None) -> None:
        request = httpx.Request("GET", server.url(), extensions={"client_certificate": certificate})
        assert (await transport.handle_async_request(request)).status_code == 200

    leaves = [authority.issue_cert(name) for name in ("one.example", "two.example")]
    shown = [ClientCertificate(leaf.cert_chain_pems[0].bytes(), leaf.private_key_pem.bytes()) for leaf in leaves]
    await asyncio.gather(*[sent(certificate) for certificate in (None, *shown) for _ in range(5)])
    assert server.connections == 3


async def test_server_without_http2_gets_many_connections(
    curl: MakeCurl, serve: Serve, authority: trustme.CA, ca_file: str
):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    waiting = asyncio.Barrier(5)
    server = serve(answering(response()), tls=context)
    transport = curl(server, ca_file=ca_file)

    async def one() -> bytes:
        await waiting.wait()
        version: bytes = (await fetch(transport, server.url())).extensions["http_version"]
        return version

    assert set(await asyncio.gather(*[one() for _ in range(5)])) == {b"HTTP/1.1"}
    assert len(server.requests) == 5
