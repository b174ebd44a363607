"""OAuth tokens against a real token server."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from accounts.models import User, Workspace
from channels.errors import ConnectionInvalid
from channels.models import AccessToken, AuthKind, Connection
from channels.policy import OAuthSettings
from channels.secrets import connection_secret_replace
from channels.services import connection_save
from channels.testing import connection_test
from channels.token_words import TokenProblem
from channels.tokens import HeldToken, access_token, token_forget, token_refused
from channels.values import ConnectionValues
from outbound.addresses import AddressPolicy, parse_allowed
from outbound.loop import HttpLoop
from outbound.transport import CurlTransport
from tests.cast import acting
from tests.oauth_server import CLIENT_ID, CLIENT_SECRET, OAuthServer, running_oauth_server
from webhooks_platform.base.encryption import decrypt


@pytest.fixture
def server() -> Iterator[OAuthServer]:
    with running_oauth_server() as made:
        yield made


@pytest.fixture
def http(server: OAuthServer) -> Iterator[HttpLoop]:
    loop = HttpLoop(CurlTransport(addresses=AddressPolicy(allowed=parse_allowed([server.address]))))
    yield loop
    loop.close()


def connected(workspace: Workspace, server: OAuthServer, **oauth: object) -> Connection:
    settings = OAuthSettings.model_validate({"token_url": f"{server.url}/token", "client_id": CLIENT_ID, **oauth})
    made = Connection(workspace=workspace, name="CRM", origin=server.url, auth_kind=AuthKind.OAUTH, oauth=settings)
    made.secret = CLIENT_SECRET
    made.save()
    return made


@pytest.fixture
def connection(workspace: Workspace, server: OAuthServer) -> Connection:
    return connected(workspace, server)


def problem_of(connection: Connection, http: HttpLoop) -> TokenProblem:
    found = access_token(connection, http=http)
    assert isinstance(found, TokenProblem), found
    return found


def text_of(connection: Connection, http: HttpLoop) -> str:
    found = access_token(connection, http=http)
    assert isinstance(found, HeldToken), found
    return found.text


def test_a_token_is_fetched_once_and_kept_encrypted(
    connection: Connection, server: OAuthServer, http: HttpLoop
) -> None:
    assert text_of(connection, http) == text_of(connection, http) == "token-number-1"
    assert len(server.asked) == 1
    kept = bytes(AccessToken.objects.get().encrypted_token or b"")
    assert b"token-number" not in kept
    assert decrypt(kept) == "token-number-1"


@pytest.mark.parametrize("style", ["basic", "body"])
def test_id_and_secret_travel_as_chosen(workspace: Workspace, server: OAuthServer, http: HttpLoop, style: str) -> None:
    connection = connected(
        workspace, server, style=style, scope="crm.write crm.read", audience="https://api", extra=(("resource", "r"),)
    )
    assert text_of(connection, http) == "token-number-1"
    in_body = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET} if style == "body" else {}
    asked = {"grant_type": "client_credentials", "scope": "crm.write crm.read", "audience": "https://api"}
    assert server.asked == [{**asked, "resource": "r", **in_body}]


@pytest.mark.parametrize("life", [0.2, None])
def test_it_is_renewed_before_its_end(
    connection: Connection, server: OAuthServer, http: HttpLoop, life: float | None
) -> None:
    server.expires_in = life
    first = text_of(connection, http)
    AccessToken.objects.update(fetched_at=timezone.now() - timedelta(hours=2), expires_at=timezone.now())
    assert text_of(connection, http) != first


def test_while_one_renews_it_the_others_go_on_with_the_old_one(
    connection: Connection, server: OAuthServer, http: HttpLoop
) -> None:
    text_of(connection, http)
    soon, now = timezone.now() + timedelta(seconds=30), timezone.now()
    AccessToken.objects.update(
        fetched_at=now - timedelta(hours=1), expires_at=soon, lease_until=now + timedelta(seconds=25)
    )
    assert text_of(connection, http) == "token-number-1"
    AccessToken.objects.update(lease_until=None)
    assert text_of(connection, http) == "token-number-2"


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_fetch_one(connection: Connection, server: OAuthServer, http: HttpLoop) -> None:
    server.wait = 0.3

    def ask(_number: int) -> str:
        try:
            return text_of(connection, http)
        finally:
            database.close()

    with ThreadPoolExecutor(8) as lanes:
        assert set(lanes.map(ask, range(8))) == {"token-number-1"}
    assert len(server.asked) == 1


def test_a_refused_one_is_replaced_once_in_a_while(connection: Connection, server: OAuthServer, http: HttpLoop) -> None:
    first = access_token(connection, http=http)
    assert isinstance(first, HeldToken)
    assert first.replaceable
    token_refused(connection, first.fetched_at)
    second = access_token(connection, http=http)
    assert isinstance(second, HeldToken)
    assert (second.text, second.replaceable) == ("token-number-2", False)
    token_refused(connection, first.fetched_at)
    token_refused(connection, second.fetched_at)
    assert text_of(connection, http) == "token-number-2"


@pytest.mark.parametrize(
    ("status", "error", "permanent", "words"),
    [
        (500, "", False, "it answered 500, which may pass"),
        (503, "temporarily_unavailable", False, "503"),
        (429, "slow_down", False, "429"),
        (401, "invalid_client", True, "does not accept the client id and secret"),
        (400, "invalid_scope", True, "does not grant the scope"),
        (302, "", True, "redirects are not followed"),
        (404, "", True, "it answered 404"),
    ],
)
def test_each_refusal_has_its_words(
    connection: Connection, server: OAuthServer, http: HttpLoop, status: int, error: str, permanent: bool, words: str
) -> None:
    server.status, server.error = status, error
    problem = problem_of(connection, http)
    assert (words in problem.words, problem.permanent) == (True, permanent)
    assert problem_of(connection, http) == problem
    assert len(server.asked) == 1, "the next one waits a little"
    assert "Basic" not in problem.words


def test_a_wrong_scope_is_said(workspace: Workspace, server: OAuthServer, http: HttpLoop) -> None:
    server.scope = "crm.write"
    assert "scope" in problem_of(connected(workspace, server, scope="crm.read"), http).words


def test_a_slow_one_is_given_up(
    connection: Connection, server: OAuthServer, http: HttpLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outbound.oauth.TOTAL_SECONDS", 1.0)
    server.wait = 3
    problem = problem_of(connection, http)
    assert ("did not answer within" in problem.words, problem.permanent) == (True, False)


def test_the_address_policy_holds_for_the_token_server(connection: Connection) -> None:
    loop = HttpLoop(CurlTransport(addresses=AddressPolicy()))
    try:
        problem = problem_of(connection, loop)
    finally:
        loop.close()
    assert ("isn't public" in problem.words, problem.permanent) == (True, True)


def test_what_was_fetched_for_settings_that_changed_is_not_kept(
    connection: Connection, server: OAuthServer, http: HttpLoop
) -> None:
    text_of(connection, http)
    token_forget(connection)
    assert not AccessToken.objects.exists()
    assert text_of(connection, http) == "token-number-2"


def test_testing_a_connection_uses_the_token_and_says_what_is_wrong(
    connection: Connection, owner: User, server: OAuthServer, http: HttpLoop
) -> None:
    actor = acting(owner, connection.workspace)
    assert connection_test(actor=actor, connection=connection, http=http).title.startswith("Answered 200")
    server.withdraw()
    refused = connection_test(actor=actor, connection=connection, http=http)
    assert (refused.tone, server.called[-1]) == ("bad", "token-number-1")
    assert connection_test(actor=actor, connection=connection, http=http).tone == "ok"
    token_forget(connection)
    server.status = 503
    failed = connection_test(actor=actor, connection=connection, http=http)
    assert (failed.title, "503" in failed.text) == ("No access token", True)


def test_a_changed_sign_in_forgets_the_token(
    connection: Connection, owner: User, server: OAuthServer, http: HttpLoop
) -> None:
    text_of(connection, http)
    actor = acting(owner, connection.workspace)
    connection_secret_replace(actor=actor, connection=connection, secret="another-secret")
    assert not AccessToken.objects.exists()
    assert "does not accept the client id and secret" in problem_of(Connection.objects.get(), http).words


def test_who_waited_asks_with_the_secret_that_holds_now(
    workspace: Workspace, owner: User, server: OAuthServer, http: HttpLoop
) -> None:
    stale = connected(workspace, server)
    stale.secret = "old-secret"
    stale.save()
    connection_secret_replace(
        actor=acting(owner, workspace), connection=Connection.objects.get(pk=stale.pk), secret=CLIENT_SECRET
    )
    assert text_of(stale, http) == "token-number-1"
    assert AccessToken.objects.get().problem == ""


@pytest.mark.django_db(transaction=True)
def test_a_secret_replaced_while_the_old_one_is_refused(
    workspace: Workspace, owner: User, server: OAuthServer, http: HttpLoop
) -> None:
    stale = connected(workspace, server)
    stale.secret = "old-secret"
    stale.save()
    server.wait = 3.0

    def ask() -> str:
        try:
            return text_of(stale, http)
        finally:
            database.close()

    with ThreadPoolExecutor(1) as lane:
        asking = lane.submit(ask)
        while not server.asked:
            time.sleep(0.01)
        connection_secret_replace(
            actor=acting(owner, workspace), connection=Connection.objects.get(pk=stale.pk), secret=CLIENT_SECRET
        )
        server.wait = 0.0
        assert asking.result() == "token-number-2"
    assert AccessToken.objects.get().problem == ""


def test_a_connection_that_signs_in_otherwise_by_now_asks_nobody(
    connection: Connection, server: OAuthServer, http: HttpLoop
) -> None:
    Connection.objects.update(auth_kind=AuthKind.BEARER)
    problem = problem_of(connection, http)
    assert (problem.permanent, server.asked) == (False, [])


def test_the_client_secret_goes_to_no_other_token_server(connection: Connection, owner: User) -> None:
    assert connection.oauth is not None
    elsewhere = connection.oauth.model_copy(update={"token_url": "https://evil.example/token"})
    values = ConnectionValues("CRM", connection.origin, AuthKind.OAUTH, oauth=elsewhere)
    with pytest.raises(ConnectionInvalid, match="client secret again"):
        connection_save(actor=acting(owner, connection.workspace), values=values, connection=connection)
