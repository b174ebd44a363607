import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User, Workspace
from channels.models import AuthKind, Connection
from channels.services import connection_save
from channels.testing import connection_test, result_words
from channels.values import ConnectionValues
from outbound.addresses import AddressPolicy, parse_allowed
from outbound.loop import HttpLoop
from outbound.outcomes import NO_PHASES, Answer, BreakKind, Broken
from outbound.transport import CurlTransport
from tests.cast import acting, signed_in
from webhooks_platform.base.errors import NotAllowed

SECRET = "s3cret-token"


@dataclass
class Destination:
    """Answers every request with ``status`` and remembers what came."""

    port: int = 0
    status: int = 200
    seen: list[tuple[str, str]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


@pytest.fixture
def destination() -> Iterator[Destination]:
    made = Destination()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.seen.append((self.path, self.headers.get("Authorization", "")))
            self.send_response(made.status)
            self.send_header("Location", f"http://{made.address}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.port = server.server_port
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield made
        server.shutdown()


@pytest.fixture
def http(destination: Destination) -> Iterator[HttpLoop]:
    policy = AddressPolicy(allowed=parse_allowed([destination.address]), ports=frozenset((80, 443)))
    loop = HttpLoop(CurlTransport(addresses=policy))
    yield loop
    loop.close()


@pytest.fixture
def connection(workspace: Workspace, owner: User, destination: Destination) -> Connection:
    values = ConnectionValues("CRM", f"http://{destination.address}", AuthKind.BEARER, secret=SECRET)
    return connection_save(actor=acting(owner, workspace), values=values)


def test_one_request_goes_to_the_origin_with_the_secret(
    workspace: Workspace, owner: User, connection: Connection, destination: Destination, http: HttpLoop
) -> None:
    tested = connection_test(actor=acting(owner, workspace), connection=connection, http=http)
    assert destination.seen == [("/", f"Bearer {SECRET}")]
    assert tested.tone == "ok"
    assert tested.title.startswith("Answered 200 in ")
    entry = AuditEntry.objects.get(action="connection.tested")
    assert entry.detail == {"result": tested.title}


def test_a_redirect_is_not_followed(
    workspace: Workspace, owner: User, connection: Connection, destination: Destination, http: HttpLoop
) -> None:
    destination.status = 302
    tested = connection_test(actor=acting(owner, workspace), connection=connection, http=http)
    assert len(destination.seen) == 1
    assert (tested.tone, "never followed" in tested.text) == ("warn", True)


def test_a_marketer_may_not(
    workspace: Workspace, teammate: User, connection: Connection, destination: Destination, http: HttpLoop
) -> None:
    with pytest.raises(NotAllowed):
        connection_test(actor=acting(teammate, workspace), connection=connection, http=http)
    assert destination.seen == []


@pytest.mark.parametrize(
    ("status", "tone", "words"),
    [
        (204, "ok", "takes the request"),
        (301, "warn", "points to another address"),
        (401, "bad", "doesn't accept the authentication"),
        (404, "ok", "nothing at its first page"),
        (429, "warn", "too many requests"),
        (503, "warn", "an error of its own"),
    ],
)
def test_each_status_has_its_words(status: int, tone: str, words: str) -> None:
    answer = Answer(status, "", (), b"inside", False, 6, NO_PHASES, "")
    tested = result_words(Connection(auth_kind=AuthKind.BASIC), answer)
    assert (tested.tone, words in tested.text, "inside" in str(tested)) == (tone, True, False)


def test_without_authentication_it_says_that_some_is_asked_for() -> None:
    answer = Answer(401, "", (), b"", False, 0, NO_PHASES, "")
    assert "asks for authentication" in result_words(Connection(), answer).text


@pytest.mark.parametrize("kind", BreakKind)
def test_each_break_has_words(kind: BreakKind) -> None:
    tested = result_words(Connection(), Broken(kind, "errno 1", True, NO_PHASES, ""))
    assert tested.tone == "bad"
    assert tested.text.endswith((".", ")."))
    assert "errno" not in str(tested)


def test_a_refused_client_certificate_is_not_the_destinations() -> None:
    refused = Broken(BreakKind.CLIENT_CERTIFICATE, "", False, NO_PHASES, "")
    without = result_words(Connection(), refused)
    shown = result_words(Connection(client_certificate="PEM"), refused)
    assert "demands a client certificate" in without.text
    assert "did not accept" in shown.text


def test_the_page_shows_what_came_of_it(
    client: Client, owner: User, workspace: Workspace, connection: Connection
) -> None:
    """The pages' own sender may not dial this machine."""
    url = reverse("connection_test", kwargs={"workspace": workspace.slug, "connection": connection.pk})
    page = signed_in(client, owner).post(url).content.decode()
    assert "Blocked address" in page
    assert 'value="CRM"' in page
    assert client.get(url).status_code == 405


def test_the_page_says_why_it_can_not_test(
    client: Client, owner: User, workspace: Workspace, connection: Connection
) -> None:
    Connection.objects.update(encrypted_secret=None)
    url = reverse("connection_test", kwargs={"workspace": workspace.slug, "connection": connection.pk})
    assert "has no secret" in signed_in(client, owner).post(url).content.decode()
