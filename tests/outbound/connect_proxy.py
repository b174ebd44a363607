"""A real proxy for CONNECT on a local port. It writes down what it is asked for, and may refuse."""

import base64
import contextlib
import socket
import threading
from dataclasses import dataclass, field

WAIT = 5.0  # seconds


@dataclass
class ConnectProxy:
    """Leads every tunnel to where it is asked, or to `leads_to`; refuses with `refusal` if that is set."""

    refusal: int = 0
    leads_to: tuple[str, int] | None = None
    asked: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://user:pass%20word@127.0.0.1:{self.port}"

    def authorization(self, number: int) -> str:
        """User and password as they came with a request for a tunnel."""
        line = next(line for line in self.heads[number].split("\r\n") if line.lower().startswith("proxy-authorization"))
        return base64.b64decode(line.rpartition(" ")[2]).decode()

    def close(self) -> None:
        if self._listener.fileno() < 0:
            return
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(WAIT)
        for sock in self._sockets:
            sock.close()

    def _start(self, work: object, *arguments: object) -> None:
        self._threads.append(threading.Thread(target=work, args=arguments))  # type: ignore[arg-type]
        self._threads[-1].start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._sockets.append(client)
            self._start(self._tunnel, client)

    def _tunnel(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += client.recv(1)
            self.heads.append(head.decode("latin-1"))
            self.asked.append(self.heads[-1].split(" ")[1])
            if self.refusal:
                client.sendall(f"HTTP/1.1 {self.refusal} No\r\nContent-Length: 0\r\n\r\n".encode())
                return
            host, _, port = self.asked[-1].rpartition(":")
            server = socket.create_connection(self.leads_to or (host.strip("[]"), int(port)), WAIT)
            self._sockets.append(server)
            client.sendall(b"HTTP/1.1 200 Connection established\r\nX-Proxy: 1\r\n\r\n")
            self._start(_pump, server, client)
            _pump(client, server)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
