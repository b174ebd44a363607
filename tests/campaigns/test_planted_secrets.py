"""Secrets of every kind are planted and really used, towards a destination that gives them back in every way; then
everything that the product emits is searched for them: database, logs, pages, API, exports, cURL copies, Redis."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import trustme
from asgiref.sync import async_to_sync
from celery import current_app
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from channels.models import AccessToken, Connection
from channels.policy import BodyMatch
from channels.services import connection_save_for_campaign
from notifications.models import Attempt, Run
from outbound.addresses import AddressPolicy, parse_allowed
from outbound.loop import HttpLoop
from outbound.transport import CurlTransport
from tests.cast import acting, api_headers, signed_in
from tests.delivery.engine import LATER, Engine
from tests.hostile import PATHS, running_hostile
from tests.oauth_server import CLIENT_ID, OAuthServer, running_oauth_server
from tests.planted import PLANTED, in_database, in_redis, leaks
from tests.receiver import Receiver
from tests.test_url_table import API, WORKSPACE_PAGES, Place
from tests.things import things_of
from tests.tls import issued

FORM = {
    "auth_kind": "none",
    "connect_seconds": "2",
    "total_seconds": "5",
    "attempts": "3",
    "within_seconds": "600",
    "statuses": "200-299",
    "guarantee": "at_least_once",
    "max_in_flight": "8",
}
KINDS: dict[str, dict[str, str]] = {
    "bearer": {"auth_kind": "bearer"},
    "basic": {"auth_kind": "basic", "username": "zoë"},
    "api_key_header": {"auth_kind": "api_key_header", "key_name": "X-Vendor-Pass"},
    "api_key_query": {"auth_kind": "api_key_query", "key_name": "pass"},
    "oauth": {"auth_kind": "oauth", "client_id": CLIENT_ID},
}
POLICY = LATER.model_copy(update={"success_body": BodyMatch(kind="json", path="ok", value="true")})
PAIR = issued(trustme.CA(), "acme.example")
# A part of the key that stands on one line of its PEM.
KEY_LINE = PAIR.key.splitlines()[1]
QUIET = {"secret_headers.0.name": "X-Quiet", "secret_headers.0.value": PLANTED["header"]}
Emitted = dict[str, str]


@pytest.fixture
def hostile() -> Iterator[str]:
    with running_hostile() as address:
        yield address


@pytest.fixture
def token_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OAuthServer]:
    with running_oauth_server() as server:
        given = {"access_token": PLANTED["token"], "expires_in": 3600, "echo": PLANTED["oauth"]}
        monkeypatch.setattr(server, "token_answer", lambda form, basic: (200, given))
        yield server


@pytest.fixture
def engine(
    transactional_db: None,
    workspace: Workspace,
    hostile: str,
    token_server: OAuthServer,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Engine]:
    allowed = AddressPolicy(allowed=parse_allowed([hostile, token_server.address]))
    made = Engine(workspace, Receiver(f"http://{hostile}"), HttpLoop(CurlTransport(addresses=allowed)))
    monkeypatch.setattr(current_app, "send_task", made.ask)
    monkeypatch.setattr("channels.testing.http_loop", lambda: made.http)
    yield made
    made.http.close()


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        monkeypatch.setattr(logging.getLogger(name), "propagate", True)
        # Django's templates tell every variable that is missing, with all that a page was given.
        caplog.set_level(logging.INFO if name.startswith("django.template") else logging.DEBUG, logger=name)
    return caplog


def pages(client: Client, workspace: Workspace, parts: dict[str, Any], of: str = "") -> Iterator[tuple[str, str]]:
    """Every page of the workspace that can be read, or those of one kind of thing."""
    for place in (place for place in WORKSPACE_PAGES if not of or of in dict(place.examples)):
        yield from _shown(client, place, {"workspace": workspace.slug, **parts}, {})


def _shown(client: Client, place: Place, parts: dict[str, Any], headers: dict[str, str]) -> Iterator[tuple[str, str]]:
    wanted = {name: parts[name] for name in dict(place.examples) if name in parts}
    answer = client.get(place.url(**wanted), headers=headers)
    if answer.status_code == 200:
        body = "" if answer.streaming else answer.content.decode(errors="replace")
        yield place.name, body + str(answer.headers)


def exported(client: Client, workspace: Workspace, run: Run) -> str:
    answer = client.get(reverse("notifications_export", kwargs={"workspace": workspace.slug}), {"run": run.pk})

    async def whole() -> bytes:
        return b"".join([part async for part in answer.streaming_content])  # type: ignore[attr-defined]

    return async_to_sync(whole)().decode()


def planted(client: Client, workspace: Workspace, owner: User, origin: str, token_url: str) -> dict[str, int]:
    """A connection of each kind, made and handled on the pages; by kind. Answers that come on the way are returned."""
    signed_in(client, owner)
    new = reverse("connection_new", kwargs={"workspace": workspace.slug})
    for kind, entered in KINDS.items():
        form = FORM | entered | {"name": kind, "origin": origin, "secret": PLANTED[kind]}
        form |= {
            "token_url": token_url,
            "secret_headers.0.name": "X-Quiet",
            "secret_headers.0.value": PLANTED["header"],
        }
        assert client.post(new, form).status_code == 302
    bank = FORM | {"name": "certificate", "origin": "https://bank.example"} | QUIET
    bank |= {"client_certificate": PAIR.certificate, "client_key": PAIR.key}
    assert client.post(new, bank).status_code == 302
    made = {connection.name: connection.pk for connection in Connection.objects.filter(workspace=workspace)}
    own = connection_save_for_campaign(
        actor=acting(owner, workspace), name="Spring", url=origin, auth_kind="bearer", secret=PLANTED["campaign"]
    )
    return {**made, "campaign": own.pk}


def on_the_way(client: Client, workspace: Workspace, connection: int) -> Iterator[tuple[str, str]]:
    """What the pages answer while secrets are entered: refused forms, tests, replaced secrets."""

    def ask(name: str, form: dict[str, str], **parts: int) -> tuple[str, str]:
        answer = client.post(reverse(name, kwargs={"workspace": workspace.slug, **parts}), form, follow=True)
        return f"answer of {name}", answer.content.decode() + str(answer.headers)

    bad = FORM | {"name": "", "origin": "nowhere", "auth_kind": "bearer", "secret": PLANTED["bearer"]}
    bad |= QUIET
    bad |= {"client_certificate": PAIR.certificate, "client_key": PAIR.key}
    yield ask("connection_new", bad)
    yield ask("connection_edit", bad, connection=connection)
    yield ask("connection_test", {}, connection=connection)
    yield ask("connection_secret", {"secret": PLANTED["replaced"]}, connection=connection)
    yield ask("connection_secret", {"secret": PLANTED["bearer"]}, connection=connection)
    yield ask("connection_signing", {"signing_secret": PLANTED["signing"]}, connection=connection)


def test_no_planted_secret_comes_out_anywhere(
    client: Client,
    owner: User,
    workspace: Workspace,
    engine: Engine,
    hostile: str,
    token_server: OAuthServer,
    everything_logged: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    origin = f"http://{hostile}"
    connections = planted(client, workspace, owner, origin, f"{token_server.url}/token")
    emitted: Emitted = dict(on_the_way(client, workspace, connections["bearer"]))
    engine.people(1)
    runs = {
        f"{kind} {path}": engine.run(connection_id=number, content=engine.content(f"{path}/x?a=1"), policy=POLICY)
        for kind, number in connections.items()
        if kind != "certificate"
        for path in PATHS
    }
    assert Attempt.objects.count() == len(runs) == 6 * len(PATHS)
    assert AccessToken.objects.get().encrypted_token is not None
    things = things_of(workspace) | {"number": 1, "kind": "webhook"}
    for attempt in Attempt.objects.all():
        parts = things | {"run": attempt.run_id, "notification": attempt.notification_id}
        for name in ("notification_detail", "attempt_curl"):
            place = next(place for place in WORKSPACE_PAGES if place.name == name)
            found = _shown(client, place, {"workspace": workspace.slug, **parts}, {})
            emitted |= {f"{name} {attempt.run_id}": text for _, text in found}
    emitted |= dict(pages(client, workspace, parts))
    for kind, number in connections.items():
        chosen = parts | {"connection": number}
        shown = (*pages(client, workspace, chosen, of="connection"), *api(client, workspace, chosen, kind))
        emitted |= {f"{kind}: {name}": text for name, text in shown}
    emitted |= {f"export {run.pk}": exported(client, workspace, run) for run in runs.values()}
    for stored, text in (*in_database(), *in_redis()):
        emitted[stored] = emitted.get(stored, "") + text + "\n"
    out, err = capfd.readouterr()
    emitted |= {"log": everything_logged.text, "stdout": out, "stderr": err, "messages": str(engine.messages)}
    assert len(emitted["exchange.response_body"]) > 2_000, "the destination did give everything back"
    assert leaks(emitted, {**PLANTED, "certificate": KEY_LINE}) == []


def api(client: Client, workspace: Workspace, parts: dict[str, Any], kind: str) -> Iterator[tuple[str, str]]:
    """Tokens have unique names, so each kind brings its own."""
    headers = api_headers(workspace, name=kind)
    for place in API:
        yield from _shown(client, place, parts, headers)
