"""Exceptions while a planted secret is in hand: no log, traceback, error page or message to operators repeats it."""

import logging
from collections.abc import Iterator
from pathlib import Path
from traceback import TracebackException
from typing import Any, NoReturn

import pytest
from celery import current_app
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.log import AdminEmailHandler

from accounts.models import User, Workspace
from channels.certificates import certificate_checked
from channels.models import Connection
from delivery.lane import Lane
from delivery.recording import Recorder
from notifications.models import Attempt
from outbound.addresses import AddressPolicy, parse_allowed
from outbound.loop import HttpLoop
from outbound.transfer import Transfer
from outbound.transport import CurlTransport
from tests.campaigns.test_planted_secrets import FORM, QUIET, everything_logged, hostile, planted, token_server
from tests.delivery.engine import Engine
from tests.oauth_server import OAuthServer
from tests.planted import PLANTED, in_database, in_redis, leaks
from tests.receiver import Receiver
from tests.tls import Issued, MutualTlsServer, running_mutual_tls_server
from webhooks_platform.base.encryption import encrypt

__all__ = ["everything_logged", "hostile", "token_server"]
logger = logging.getLogger("tests.worker")


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[MutualTlsServer]:
    with running_mutual_tls_server(tmp_path) as server:
        yield server


@pytest.fixture
def pair(bank: MutualTlsServer) -> Issued:
    return bank.issue()


@pytest.fixture
def engine(
    transactional_db: None,
    workspace: Workspace,
    hostile: str,
    token_server: OAuthServer,
    bank: MutualTlsServer,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Engine]:
    allowed = AddressPolicy(allowed=parse_allowed([hostile, token_server.address, bank.address]))
    http = HttpLoop(CurlTransport(addresses=allowed, ca_file=bank.ca_file))
    made = Engine(workspace, Receiver(f"http://{hostile}"), http)
    monkeypatch.setattr(current_app, "send_task", made.ask)
    monkeypatch.setattr("channels.testing.http_loop", lambda: made.http)
    yield made
    made.http.close()


@pytest.fixture
def connections(
    client: Client,
    owner: User,
    engine: Engine,
    hostile: str,
    token_server: OAuthServer,
    bank: MutualTlsServer,
    pair: Issued,
) -> dict[str, int]:
    """Of each kind, all of them signing; that with a certificate leads to a server which asks for it."""
    made = planted(client, engine.workspace, owner, f"http://{hostile}", f"{token_server.url}/token")
    checked = certificate_checked(pair.certificate, pair.key, now=timezone.now())
    Connection.objects.filter(pk=made["certificate"]).update(
        origin=bank.url, client_certificate=checked.certificate, encrypted_client_key=encrypt(checked.key)
    )
    for number in of_pages(made).values():
        url = reverse("connection_signing", kwargs={"workspace": engine.workspace.slug, "connection": number})
        assert client.post(url, {"signing_secret": PLANTED["signing"]}).status_code == 200
    return made


def of_pages(connections: dict[str, int]) -> dict[str, int]:
    """A campaign's own connection has no pages."""
    return {kind: number for kind, number in connections.items() if kind != "campaign"}


def secrets(pair: Issued) -> dict[str, str]:
    """Each line of a key but its first and last, which all keys share."""
    lines = enumerate(pair.key.splitlines()[1:-1])
    return {**PLANTED, **{f"key line {number}": line for number, line in lines}}


def breaks_load(self: Transfer, *given: object) -> NoReturn:
    raise RuntimeError(f"{self!r} can't load {given!r}")


def breaks_record(self: Recorder, *given: object) -> NoReturn:
    raise RuntimeError(f"{self!r} can't record {given!r}")


def breaks_send(self: Lane, *given: object) -> NoReturn:
    raise RuntimeError(f"{self!r} can't send {given!r}")


def with_locals(error: BaseException) -> str:
    """As trackers of errors write it: with what each frame of ours held."""
    return "".join(TracebackException.from_exception(error, capture_locals=True).format())


def logged(caplog: pytest.LogCaptureFixture) -> dict[str, str]:
    errors = [record.exc_info[1] for record in caplog.records if record.exc_info and record.exc_info[1]]
    return {"log": caplog.text, "frames": "\n".join(map(with_locals, errors))}


def worked(engine: Engine, connections: dict[str, int], bank: MutualTlsServer) -> None:
    """A run of each connection, as a worker works it off: what is raised goes into its log."""
    engine.people(1)
    for kind, number in connections.items():
        url = f"{bank.url}/x?a=1" if kind == "certificate" else f"{engine.receiver.url}/echo/x?a=1"
        engine.start(connection_id=number, content=engine.content(url=url))
        while engine.messages:
            try:
                engine.work()
            except RuntimeError:
                logger.exception("Task raised")


def test_a_certificate_s_key_stays_where_it_is(
    engine: Engine,
    connections: dict[str, int],
    bank: MutualTlsServer,
    pair: Issued,
    everything_logged: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    worked(engine, connections, bank)
    assert bank.shown == ["crm.example.com"]
    emitted = logged(everything_logged) | dict(zip(("stdout", "stderr"), capfd.readouterr(), strict=True))
    for stored, text in (*in_database(), *in_redis()):
        emitted[stored] = emitted.get(stored, "") + text + "\n"
    assert leaks(emitted, secrets(pair)) == []


@pytest.mark.parametrize(
    ("broken", "breaks"),
    [((Transfer, "load"), breaks_load), ((Lane, "_send"), breaks_send), ((Recorder, "record"), breaks_record)],
)
def test_a_lane_that_fails_tells_no_secret(
    broken: tuple[type, str],
    breaks: Any,
    engine: Engine,
    connections: dict[str, int],
    bank: MutualTlsServer,
    pair: Issued,
    everything_logged: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(*broken, breaks)
    worked(engine, connections, bank)
    emitted = logged(everything_logged) | dict(zip(("stdout", "stderr"), capfd.readouterr(), strict=True))
    assert (
        emitted["log"].count(f"RuntimeError: {'<' if broken[0] is Transfer else broken[0].__name__}")
        >= len(connections) - 1
    )
    emitted |= {f"attempt {each.pk}": each.reason_detail for each in Attempt.objects.all()}
    assert leaks(emitted, secrets(pair)) == []


def breaks(*given: object, **named: object) -> NoReturn:
    raise RuntimeError("This is broken.")


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("view", ["connection_test", "connection_new"])
def test_a_page_that_fails_tells_no_secret(
    view: str,
    debug: bool,
    client: Client,
    connections: dict[str, int],
    engine: Engine,
    pair: Issued,
    everything_logged: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    """The page of DEBUG, and the message that Django can send to operators, show what each frame held."""
    settings.DEBUG, settings.ADMINS, client.raise_request_exception = debug, [("Ops", "ops@example.com")], False
    settings.BROKER_URL = "redis://:replaced-Pl4nted@broker/0"
    monkeypatch.setattr(
        "channels.testing.Body" if view == "connection_test" else "channels.models.Connection.save", breaks
    )
    handler = AdminEmailHandler(include_html=True)
    logging.getLogger("django.request").addHandler(handler)
    emitted = {}
    for kind, number in of_pages(connections).items():
        parts = {"connection": number} if view == "connection_test" else {}
        url = reverse(view, kwargs={"workspace": engine.workspace.slug, **parts})
        entered = FORM | QUIET | {"name": "New", "origin": "https://new.example", "auth_kind": "bearer"}
        entered |= {"secret": PLANTED["bearer"], "client_certificate": pair.certificate, "client_key": pair.key}
        answer = client.post(url, entered)
        assert answer.status_code == 500
        emitted[f"page {kind}"] = answer.content.decode()
    logging.getLogger("django.request").removeHandler(handler)
    emitted |= {f"mail {number}": f"{each.body}{vars(each)}" for number, each in enumerate(mail.outbox)}
    assert "This is broken." in str(emitted)
    assert leaks(emitted | logged_text(everything_logged), secrets(pair) | {"settings": "replaced-Pl4nted"}) == []


def logged_text(caplog: pytest.LogCaptureFixture) -> dict[str, str]:
    return {"log": caplog.text}
