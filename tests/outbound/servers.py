"""A real HTTP server on raw sockets that answers exactly the bytes a test wants, whatever HTTP says."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.tls import secured

WAIT = 5.0  # seconds; bounds every wait of a server thread


@dataclass
class Received:
    """One request as it came over the wire."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class Connection:
    """One accepted connection: reads requests, sends bytes."""

    def __init__(self, sock: socket.socket, server: "Server") -> None:
        self._sock = sock
        self._server = server
        self._buffer = b""
        self.gone = False  # the other side no longer takes what is sent

    def read_request(self) -> Received | None:
        """The next request, or None when the other side closed."""
        while b"\r\n\r\n" not in self._buffer:
            if not self._receive():
                return None
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        request = Received(method, target, headers, b"")
        length = int(request.header("content-length") or 0)
        while len(self._buffer) < length and self._receive():
            pass
        request.body, self._buffer = self._buffer[:length], self._buffer[length:]
        self._server.requests.append(request)
        return request

    def _receive(self) -> bool:
        data = self.receive()
        self._buffer += data
        return bool(data)

    def receive(self) -> bytes:
        """What comes next; nothing when the other side closed, or was silent for long."""
        try:
            return self._sock.recv(65536)
        except OSError:
            return b""

    def send(self, data: bytes) -> None:
        try:
            self._sock.sendall(data)
        except OSError:
            self.gone = True

    def peer_certificate(self) -> dict[str, Any]:
        """What the other side proved itself with; empty if it showed nothing."""
        return (self._sock.getpeercert() if isinstance(self._sock, ssl.SSLSocket) else None) or {}

    def closed_by_peer(self) -> bool:
        """Waits until the other side closes; False if it sends something instead."""
        return not self._receive()

    def end(self) -> None:
        """Sends no more, but goes on listening."""
        self._sock.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Closes with RST, as a crashed server does."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self._sock.close()


Handler = Callable[[Connection], None]


@dataclass
class Server:
    """Runs `handler` for each accepted connection, each in its own thread."""

    handler: Handler
    tls: ssl.SSLContext | None = None
    host: str = "127.0.0.1"
    wanted_port: int = 0  # any
    requests: list[Received] = field(default_factory=list)
    connections: int = 0
    finished: int = 0  # connections that the server has closed

    def __post_init__(self) -> None:
        self._listener = socket.create_server((self.host, self.wanted_port))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def address(self) -> tuple[str, int]:
        return self.host, self.port

    def url(self, path: str = "/", host: str = "") -> str:
        return f"{'https' if self.tls else 'http'}://{host or self.host}:{self.port}{path}"

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._handle, args=(sock,))
            self._threads.append(thread)
            self._open.append(sock)
            thread.start()

    def _handle(self, plain: socket.socket) -> None:
        with contextlib.suppress(OSError):
            plain.settimeout(WAIT)
            self._serve(plain)
        self.finished += 1

    def _serve(self, plain: socket.socket) -> None:
        with self._secured(plain) as sock:
            self._open.append(sock)
            self.handler(Connection(sock, self))

    def _secured(self, sock: socket.socket) -> socket.socket:
        return secured(sock, self.tls, wait=WAIT) if self.tls else sock

    def close(self) -> None:
        if self._listener.fileno() < 0:
            return
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._threads[0].join(WAIT)  # from here on nothing is accepted
        for sock in tuple(self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in tuple(self._threads):
            thread.join(WAIT)
        for sock in self._open:
            sock.close()


def response(body: bytes = b"ok", status: str = "200 OK", *headers: bytes) -> bytes:
    """A plain response with Content-Length."""
    lines = [f"HTTP/1.1 {status}".encode(), b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def answering(*answers: bytes) -> Handler:
    """Keeps each connection open and gives the answers in turn, the last one for ever."""

    def handle(connection: Connection) -> None:
        turn = 0
        while connection.read_request() is not None:
            connection.send(answers[min(turn, len(answers) - 1)])
            turn += 1

    return handle


def closing(answer: bytes) -> Handler:
    """Gives one answer and closes."""

    def handle(connection: Connection) -> None:
        connection.read_request()
        connection.send(answer)

    return handle


def silent(connection: Connection) -> None:
    """Takes a request and never answers."""
    connection.read_request()
    connection.closed_by_peer()
