"""A local TLS server that demands a client certificate, and the certificates for it."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme
from cryptography import x509
from cryptography.x509.oid import NameOID


@dataclass
class Issued:
    """PEM texts as a person pastes them."""

    certificate: str
    key: str


@dataclass
class MutualTlsServer:
    """``shown``: whom the certificate of each request names. ``issue`` makes one that it accepts."""

    ca: trustme.CA
    ca_file: str
    port: int = 0
    shown: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"https://{self.address}"

    def issue(self, name: str = "crm.example.com", *, days: int = 365) -> Issued:
        return issued(self.ca, name, days=days)


def issued(ca: trustme.CA, name: str, *, days: int = 365) -> Issued:
    now = datetime.now(UTC)
    made = ca.issue_cert(
        name, common_name=name, not_before=now - timedelta(days=400), not_after=now + timedelta(days=days)
    )
    chain = b"".join(blob.bytes() for blob in made.cert_chain_pems)
    return Issued(chain.decode(), made.private_key_pem.bytes().decode())


def secured(plain: socket.socket, context: ssl.SSLContext, *, wait: float = 5.0) -> ssl.SSLSocket:
    """The server's side of a handshake, waiting at most ``wait`` seconds for an end after a failed one.

    Closing with a request unread would reset the connection, and the reset may overtake the alert that says why.
    """
    with plain.dup() as left:
        try:
            return context.wrap_socket(plain, server_side=True)
        except ssl.SSLError:
            left.settimeout(wait)
            with contextlib.suppress(OSError):
                while left.recv(65536):
                    pass
            raise


@contextmanager
def running_mutual_tls_server(folder: Path) -> Iterator[MutualTlsServer]:
    ca = trustme.CA()
    ca_file = folder / "ca.pem"
    ca.cert_pem.write_to_path(ca_file)
    made = MutualTlsServer(ca, str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    ca.issue_cert("127.0.0.1").configure_cert(context)
    ca.configure_trust(context)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            assert isinstance(self.connection, ssl.SSLSocket)
            shown = x509.load_der_x509_certificate(self.connection.getpeercert(binary_form=True) or b"")
            names = shown.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
            made.shown.append(str(names[0].value))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *_: object) -> None: ...

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def finish_request(self, request: Any, client_address: Any) -> None:
            with secured(request, context) as connection:
                super().finish_request(connection, client_address)

        def handle_error(self, *_: object) -> None:
            """A client without a certificate is turned away in the handshake."""

    with Server(("127.0.0.1", 0), Handler) as server:
        made.port = server.server_port
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield made
        server.shutdown()
