"""Runs over a connection that signs in with OAuth 2.0, against a real token server and the API behind it."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels.models import AuthKind, Connection, RetryPolicy
from channels.policy import OAuthSettings
from channels.token_words import TokenProblem
from channels.tokens import HeldToken, TokenDue, access_token
from delivery.credentials import ConnectionUnusable, Credentials, credentials_resolve
from delivery.next_plan import NextPlan
from delivery.outcomes import Failed, outcome_of
from delivery.plan import lane_plan
from delivery.retry import Retry, decide
from delivery.slots import SlotTicket
from notifications.models import Notification
from notifications.states import Reason
from outbound.addresses import AddressPolicy, parse_allowed
from outbound.loop import HttpLoop
from outbound.outcomes import NO_PHASES, Answer
from outbound.transport import CurlTransport
from tests.delivery.engine import LATER, QUICK, Engine, attempts, due_now, exchanges, notifications, tallies
from tests.delivery.test_lane import wait_until, work_until_over
from tests.oauth_server import CLIENT_ID, CLIENT_SECRET, OAuthServer, running_oauth_server


@pytest.fixture
def server() -> Iterator[OAuthServer]:
    with running_oauth_server() as made:
        yield made


@pytest.fixture
def oauth_engine(engine: Engine, server: OAuthServer) -> Iterator[Engine]:
    engine.http = HttpLoop(CurlTransport(addresses=AddressPolicy(allowed=parse_allowed([server.address]))))
    yield engine
    engine.http.close()


@pytest.fixture
def options(oauth_engine: Engine, server: OAuthServer) -> dict[str, Any]:
    """How to start a run to the API over the connection."""
    oauth = OAuthSettings(token_url=f"{server.url}/token", client_id=CLIENT_ID)
    connection = Connection(
        workspace=oauth_engine.workspace, name="CRM", origin=server.url, auth_kind=AuthKind.OAUTH, oauth=oauth
    )
    connection.secret = CLIENT_SECRET
    connection.save()
    return {"connection_id": connection.pk, "content": oauth_engine.content(url=f"{server.url}/people")}


def test_a_run_fetches_one_token_and_masks_it(
    oauth_engine: Engine, server: OAuthServer, options: dict[str, Any]
) -> None:
    oauth_engine.people(40)
    run = oauth_engine.run(**options)
    assert tallies(run) == {"delivered": 40}
    assert (len(server.asked), set(server.called)) == (1, {"token-number-1"})
    assert "token-number" not in str([(each.request_headers, each.response_body) for each in exchanges(run)])
    assert "authorization: bearer ••••" in exchanges(run)[0].request_headers.lower()


def test_a_plan_at_once_asks_no_token_server(
    oauth_engine: Engine, server: OAuthServer, options: dict[str, Any]
) -> None:
    oauth_engine.people(1)
    run = oauth_engine.start(**options)
    with pytest.raises(TokenDue):
        lane_plan(run.pk, 0, at_once=True)
    assert server.asked == []
    access_token(Connection.objects.get(), http=oauth_engine.http)
    plan = lane_plan(run.pk, 0, at_once=True)
    assert plan is not None
    assert plan.secrets[-1:] == ("token-number-1",)


def test_a_lane_that_goes_on_waits_for_a_token_without_a_thread(
    oauth_engine: Engine, server: OAuthServer, options: dict[str, Any]
) -> None:
    oauth_engine.people(1)
    following = NextPlan(SlotTicket(oauth_engine.start(**options).pk, 0, 0), oauth_engine.http)
    assert following.look() is None
    wait_until(lambda: len(server.asked) == 1)
    until = time.monotonic() + 20.0
    while (plan := following.look()) is None and time.monotonic() < until:
        time.sleep(0.05)
    assert plan is not None
    assert plan.secrets[-1:] == ("token-number-1",)


def test_a_withdrawn_token_is_replaced_and_the_row_repeated(
    oauth_engine: Engine, server: OAuthServer, options: dict[str, Any]
) -> None:
    oauth_engine.people(1)
    oauth_engine.run(**options)
    server.withdraw()
    run = oauth_engine.run(
        **options, policy=QUICK.model_copy(update={"retry": QUICK.retry.model_copy(update={"attempts": 1})})
    )
    work_until_over(oauth_engine, run)
    assert tallies(run) == {"delivered": 1}
    assert [(each.outcome, each.status_code) for each in attempts(run)] == [("retry", 401), ("delivered", 200)]
    assert server.called[-1] == "token-number-2"


def test_a_destination_that_refuses_every_token_is_believed(
    oauth_engine: Engine, server: OAuthServer, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "api_answer", lambda authorization: (401, {"error": "no"}))
    oauth_engine.people(30)
    run = oauth_engine.run(**options)
    work_until_over(oauth_engine, run)
    assert tallies(run) == {"failed": 30}
    assert {row.reason for row in notifications(run)} == {"unauthorized"}
    assert len(server.asked) == 2


ONCE = QUICK.model_copy(update={"guarantee": "at_most_once"})


def test_at_most_once_repeats_what_the_destination_did_not_apply(
    oauth_engine: Engine, server: OAuthServer, options: dict[str, Any]
) -> None:
    oauth_engine.people(1)
    oauth_engine.run(**options)
    server.withdraw()
    run = oauth_engine.run(**options, policy=ONCE)
    work_until_over(oauth_engine, run)
    assert tallies(run) == {"delivered": 1}
    assert [(each.outcome, each.status_code) for each in attempts(run)] == [("retry", 401), ("delivered", 200)]


def test_at_most_once_repeats_a_refused_token_once(
    oauth_engine: Engine, server: OAuthServer, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    oauth_engine.people(1)
    oauth_engine.run(**options)
    monkeypatch.setattr(server, "api_answer", lambda authorization: (401, {"error": "no"}))
    run = oauth_engine.run(**options, policy=ONCE)
    work_until_over(oauth_engine, run)
    assert tallies(run) == {"failed": 1}
    assert [(each.outcome, each.status_code) for each in attempts(run)] == [("retry", 401), ("failed", 401)]


@pytest.mark.parametrize("challenge", ["", 'Basic realm="crm"', 'Bearer error="insufficient_scope"'])
def test_at_most_once_repeats_nothing_that_may_have_been_applied(
    oauth_engine: Engine, server: OAuthServer, options: dict[str, Any], challenge: str
) -> None:
    oauth_engine.people(1)
    oauth_engine.run(**options)
    server.withdraw()
    server.challenge = challenge
    assert tallies(oauth_engine.run(**options, policy=ONCE)) == {"failed": 1}
    assert tallies(oauth_engine.run(**options, policy=ONCE)) == {"delivered": 1}


@pytest.mark.parametrize(("fetched", "at_once"), [(-1, True), (0, True), (1, False)])
def test_at_most_once_repeats_with_a_newer_token_only(fetched: int, at_once: bool) -> None:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    credentials = Credentials(token=HeldToken("t", first + timedelta(seconds=fetched)))
    challenge = ((b"WWW-Authenticate", b"Bearer"),)
    answer = Answer(401, "", challenge, b"", False, 0, NO_PHASES, "192.0.2.1:443")
    judged = credentials.judged(outcome_of(answer, ONCE, first), answer, first, ONCE)
    assert isinstance(judged, Failed)
    assert (judged.at_once, judged.permanent) == (at_once, not at_once)


def test_while_the_token_server_fails_rows_wait_and_say_why(
    oauth_engine: Engine, server: OAuthServer, options: dict[str, Any]
) -> None:
    server.status = 503
    oauth_engine.people(2)
    run = oauth_engine.run(**options, policy=LATER)
    assert {(row.state, row.reason) for row in notifications(run)} == {("retrying", "no_token")}
    assert "it answered 503, which may pass" in notifications(run)[0].reason_detail
    assert (server.called, len(server.asked)) == ([], 1)
    server.status = 200
    due_now(run)
    Connection.objects.get().access_token.delete()
    work_until_over(oauth_engine, run)
    assert tallies(run) == {"delivered": 2}


def test_a_wrong_secret_ends_everybody_in_words(
    oauth_engine: Engine, server: OAuthServer, options: dict[str, Any]
) -> None:
    server.status, server.error = 401, "invalid_client"
    oauth_engine.people(2)
    run = oauth_engine.run(**options)
    assert tallies(run) == {"failed": 2}
    assert "does not accept the client id and secret" in Notification.objects.filter(run_id=run.pk)[0].reason_detail


def test_a_repeat_at_once_neither_waits_nor_counts() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    failed = Failed(Reason.UNAUTHORIZED, permanent=False, at_once=True)
    assert decide(failed, 5, RetryPolicy(attempts=1), now, now, lambda: 0.9) == Retry(now)


def test_a_token_goes_where_the_connection_leads_when_it_is_there(
    oauth_engine: Engine, server: OAuthServer, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """To wait for one takes seconds, in which the connection may be changed."""
    wait_for_token = access_token

    def changed_meanwhile(connection: Connection, *, http: HttpLoop | None) -> HeldToken | TokenProblem:
        found = wait_for_token(connection, http=http)
        Connection.objects.update(origin="https://elsewhere.example")
        return found

    monkeypatch.setattr("delivery.credentials.access_token", changed_meanwhile)
    credentials = credentials_resolve(oauth_engine.workspace, options["connection_id"], http=oauth_engine.http)
    assert isinstance(credentials, Credentials)
    with pytest.raises(ConnectionUnusable):
        credentials.apply(f"{server.url}/people", ())
