"""A local HTTP/2 server over TLS; it counts connections, and how many streams were open at once."""

import socket
import ssl
import threading
from dataclasses import dataclass, field

import h2.config
import h2.connection
import h2.events
import h2.settings
import trustme

WAIT = 5.0  # seconds


@dataclass
class Http2Server:
    """Answers once `hold` requests are open on a connection, or a moment has passed without another one."""

    authority: trustme.CA
    hold: int = 1
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    connections: int = 0
    most_at_once: int = 0

    def __post_init__(self) -> None:
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.set_alpn_protocols(["h2"])
        self.authority.issue_cert("127.0.0.1").configure_cert(self._tls)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._open: list[socket.socket] = []
        self._threads[0].start()

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.port

    def url(self, path: str = "/") -> str:
        return f"https://127.0.0.1:{self.port}{path}"

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._open:
            sock.close()
        for thread in self._threads:
            thread.join(WAIT)

    def _accept(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._threads.append(threading.Thread(target=self._serve, args=(plain,)))
            self._threads[-1].start()

    def _serve(self, plain: socket.socket) -> None:
        try:
            with self._tls.wrap_socket(plain, server_side=True) as sock:
                self._open.append(sock)
                sock.settimeout(0.2)
                Conversation(self, sock).run()
        except OSError:
            return


class Conversation:
    def __init__(self, server: Http2Server, sock: ssl.SSLSocket) -> None:
        self._server = server
        self._sock = sock
        self._h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        self._headers: dict[int, dict[str, str]] = {}
        self._bodies: dict[int, bytes] = {}
        self._ended: list[int] = []

    def run(self) -> None:
        self._h2.initiate_connection()
        self._flush()
        while True:
            try:
                data = self._sock.recv(65536)
            except TimeoutError:
                self._answer_all()
                continue
            if not data:
                return
            for event in self._h2.receive_data(data):
                self._take(event)
            if len(self._ended) >= self._server.hold:
                self._answer_all()
            self._flush()

    def _take(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.RequestReceived):
            self._headers[event.stream_id] = {str(name): str(value) for name, value in event.headers}
            self._bodies[event.stream_id] = b""
            self._server.most_at_once = max(self._server.most_at_once, len(self._headers))
        elif isinstance(event, h2.events.DataReceived):
            self._bodies[event.stream_id] += event.data
            self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamEnded):
            self._ended.append(event.stream_id)

    def _answer_all(self) -> None:
        for stream in self._ended:
            headers, body = self._headers.pop(stream), self._bodies.pop(stream)
            self._server.requests.append((headers, body))
            self._h2.send_headers(stream, [(":status", "200"), ("x-path", headers[":path"])])
            self._h2.send_data(stream, b"got " + body, end_stream=True)
        self._ended.clear()
        self._flush()

    def _flush(self) -> None:
        self._sock.sendall(self._h2.data_to_send())
