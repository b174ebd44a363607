"""A receiver whose parser is not ours (h11), and the product's own transport to it: what a request says on arrival."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import h11
import httpx

from outbound.addresses import AddressPolicy
from outbound.loop import HttpLoop
from outbound.outcomes import Answer
from outbound.transport import CurlTransport
from templates_lib.rendering import RenderedRequest

WITHIN = 10.0  # seconds


@dataclass(frozen=True)
class Arrived:
    """A request as the receiver's parser read it. ``target`` and header values are the bytes on the wire."""

    method: str
    target: bytes
    headers: dict[str, bytes]
    body: bytes


@dataclass
class Wire:
    """Sends to the receiver and gives back what arrived there."""

    url: str
    loop: HttpLoop
    arrived: list[Arrived] = field(default_factory=list)

    def send(self, request: RenderedRequest) -> Arrived:
        self.arrived.clear()
        headers = [*request.headers, (b"webhook-id", b"msg_1")]
        made = httpx.Request(request.method, request.url, headers=headers, content=request.body)
        answer = self.loop.send(made).result(WITHIN)
        assert isinstance(answer, Answer), answer
        assert answer.status == 200
        [arrived] = self.arrived
        return arrived


@contextmanager
def wire() -> Iterator[Wire]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = listening.getsockname()
        transport = CurlTransport(addresses=AddressPolicy(allowed=frozenset({address})))
        made = Wire(f"http://127.0.0.1:{address[1]}", HttpLoop(transport))
        threading.Thread(target=_accept, args=(listening, made.arrived), daemon=True).start()
        try:
            yield made
        finally:
            made.loop.close()


def _accept(listening: socket.socket, arrived: list[Arrived]) -> None:
    while True:
        try:
            sock, _ = listening.accept()
        except OSError:
            return  # the test is over
        threading.Thread(target=_serve, args=(sock, arrived), daemon=True).start()


def _serve(sock: socket.socket, arrived: list[Arrived]) -> None:
    """One connection, kept alive; what h11 can't read is answered 400."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1_000_000)
    with sock:
        while True:
            try:
                request = _read(connection, sock)
            except h11.RemoteProtocolError:
                sock.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            if request is None:
                return
            arrived.append(request)
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            connection.send(h11.Response(status_code=200, headers=[(b"Content-Length", b"0")]))
            connection.send(h11.EndOfMessage())
            connection.start_next_cycle()


def _read(connection: h11.Connection, sock: socket.socket) -> Arrived | None:
    head: h11.Request | None = None
    body = b""
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(sock.recv(65536))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            headers = {name.decode(): value for name, value in head.headers}
            return Arrived(head.method.decode(), head.target, headers, body)
        elif isinstance(event, h11.ConnectionClosed):
            return None
