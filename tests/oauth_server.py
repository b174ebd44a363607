"""A local OAuth token server with an API behind it, for tests: it can be told to fail in each way."""

import json
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

CLIENT_ID, CLIENT_SECRET = "crm-client", "client-s3cret+/value"


@dataclass
class OAuthServer:
    """``/token`` gives tokens, every other path wants one that holds. ``asked``: the forms that came to /token."""

    port: int = 0
    status: int = 200
    error: str = ""
    wait: float = 0.0  # seconds
    expires_in: float | None = 3600
    scope: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    challenge: str = 'Bearer realm="crm", error="invalid_token"'
    called: list[str] = field(default_factory=list)
    valid: set[str] = field(default_factory=set)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def withdraw(self) -> None:
        """No token given so far holds any more."""
        self.valid.clear()

    def token_answer(self, form: dict[str, str], basic: str) -> tuple[int, dict[str, object]]:
        self.asked.append(form)
        time.sleep(self.wait)
        if self.status != 200:
            return self.status, {"error": self.error, "error_description": f"sent {basic}"}
        known = basic == "Basic " + b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        known = known or form.get("client_secret") == CLIENT_SECRET
        if not known:
            return 401, {"error": "invalid_client"}
        if self.scope and form.get("scope") != self.scope:
            return 400, {"error": "invalid_scope"}
        token = f"token-number-{len(self.asked)}"
        self.valid.add(token)
        life = {} if self.expires_in is None else {"expires_in": self.expires_in}
        return 200, {"access_token": token, "token_type": "Bearer", **life}

    def api_answer(self, authorization: str) -> tuple[int, dict[str, object]]:
        token = authorization.removeprefix("Bearer ")
        self.called.append(token)
        return (200, {"ok": True}) if token in self.valid else (401, {"error": "the token does not hold"})


@contextmanager
def running_oauth_server() -> Iterator[OAuthServer]:
    made = OAuthServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            authorization = self.headers.get("Authorization", "")
            if self.path == "/token":
                form = {name: values[0] for name, values in parse_qs(body).items()}
                self._answer(*made.token_answer(form, authorization))
            else:
                self._answer(*made.api_answer(authorization))

        do_GET = do_POST

        def _answer(self, status: int, said: dict[str, object]) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"{made.url}/elsewhere")
            if status == 401 and made.challenge:
                self.send_header("WWW-Authenticate", made.challenge)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        made.port = server.server_port
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield made
        server.shutdown()
