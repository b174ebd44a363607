"""A destination that gives back what it was sent, in every form that comes to mind."""

import html
import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, quote_plus, unquote

from tests.escapes import WRITERS, escaped_by

PATHS = ("/echo", "/page", "/refused", "/redirect", "/says-no", "/drop")


class Hostile(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        seen = [*self.headers.items(), ("URL", self.path)]
        path = "/" + self.path.split("?")[0].split("/")[1]
        if path == "/drop":
            self.close_connection = True
            return
        getattr(self, f"_{path[1:].replace('-', '_')}", self._echo)(seen)

    do_GET = do_POST

    def _echo(self, seen: list[tuple[str, str]]) -> None:
        """As JSON, and each header again in three encodings; besides in the headers of the answer."""
        coded = {name: [value, quote(value), b64encode(value.encode()).decode(), value[::1]] for name, value in seen}
        self._answer(200, json.dumps(coded).encode(), seen)

    def _page(self, seen: list[tuple[str, str]]) -> None:
        lines = "".join(f"<li>{name}: {html.escape(value)} {quote_plus(value)}</li>" for name, value in seen)
        planted = [unquote(value) for _, value in seen if "Pl4nted" in value]
        lines += "".join(f"<li>{escaped_by(writer, value)}</li>" for writer in WRITERS for value in planted)
        self._answer(500, f"<h1>Oops</h1><ul>{lines}</ul>".encode(), [])

    def _refused(self, seen: list[tuple[str, str]]) -> None:
        said = "; ".join(f"{name} {value}" for name, value in seen)
        self._answer(422, json.dumps({"message": f"Can't take {said}"}).encode(), [])

    def _redirect(self, seen: list[tuple[str, str]]) -> None:
        query = "&".join(f"{quote(name)}={quote(value)}" for name, value in seen)
        self._answer(302, b"", [("Location", f"http://127.0.0.1:1/elsewhere?{query}")])

    def _says_no(self, seen: list[tuple[str, str]]) -> None:
        """A 200 that a success rule reads; what it reads is the last header sent."""
        self._answer(200, json.dumps({"ok": [value for _, value in seen][-3:], "all": seen}).encode(), [])

    def _answer(self, status: int, body: bytes, headers: list[tuple[str, str]]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name if name == "Location" else f"X-Seen-{name}", value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def running_hostile() -> Iterator[str]:
    """Its ``host:port``."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Hostile) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
