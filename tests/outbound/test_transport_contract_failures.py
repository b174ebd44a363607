"""The contract's second half: what both transports do when no whole answer comes, and under TLS."""

import ssl

import httpx
import pytest
import trustme

from tests.outbound.conftest import Make, Serve, fetch
from tests.outbound.servers import answering, closing, response

pytestmark = pytest.mark.anyio


# -- failures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wire",
    [
        b"garbage\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x15\x03\x01\x00\x02\x02",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"",
    ],
)
async def test_answer_that_is_not_whole_http_is_an_error(make: Make, serve: Serve, wire: bytes):
    server = serve(closing(wire))
    with pytest.raises(httpx.RemoteProtocolError):
        await fetch(make(server), server.url(), "POST", content=b"x")
    assert len(server.requests) == 1


async def test_nobody_listens(make: Make, serve: Serve):
    server = serve(answering(response()))
    transport = make(server)
    server.close()
    with pytest.raises(httpx.ConnectError):
        await fetch(transport, server.url())


async def test_name_that_does_not_exist(make: Make):
    with pytest.raises(httpx.ConnectError):
        await fetch(make(), "http://no-such-host.invalid/")


@pytest.mark.parametrize("url", ["ftp://example.com/", "file:///etc/passwd", "gopher://127.0.0.1/"])
async def test_only_http_is_spoken(make: Make, url: str):
    with pytest.raises(httpx.UnsupportedProtocol):
        await fetch(make(), url)


# -- TLS ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def tls_context(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


async def test_tls_with_a_trusted_certificate(make: Make, serve: Serve, authority: trustme.CA, ca_file: str):
    server = serve(answering(response()), tls=tls_context(authority, "127.0.0.1"))
    transport = make(server, ca_file=ca_file)
    for _ in range(3):
        assert (await fetch(transport, server.url())).content == b"ok"
    assert server.connections == 1


async def test_tls_refuses_an_unknown_authority(make: Make, serve: Serve, authority: trustme.CA):
    server = serve(answering(response()), tls=tls_context(authority, "127.0.0.1"))
    with pytest.raises(httpx.ConnectError):
        await fetch(make(server), server.url())
    assert server.requests == []


async def test_tls_refuses_another_host(make: Make, serve: Serve, authority: trustme.CA, ca_file: str):
    server = serve(answering(response()), tls=tls_context(authority, "other.example"))
    with pytest.raises(httpx.ConnectError):
        await fetch(make(server, ca_file=ca_file), server.url())
    assert server.requests == []


async def test_https_to_a_plain_server_fails(make: Make, serve: Serve):
    server = serve(lambda connection: connection.send(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    with pytest.raises(httpx.ConnectError):
        await fetch(make(server), server.url().replace("http:", "https:"))
