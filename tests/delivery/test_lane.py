import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

import pytest
from django.db import connection
from django.utils import timezone

from audience.models import Profile
from channels.models import AuthKind, Connection, SendPolicy
from delivery.claims import Claims
from delivery.gate import Gate
from delivery.lane import Lane
from delivery.plan import lane_plan
from delivery.preparation import prepare
from delivery.slots import SlotTicket, slot_take
from delivery.sweep import sweep
from delivery.window import Window
from notifications.models import Notification, Run
from templates_lib.content import JsonPair, JsonPairsBody, Pair, RawBody
from tests.delivery.engine import LATER, OVER_WITHIN, Engine, attempts, due_now, exchanges, notifications, tallies


def test_everyone_is_delivered_and_the_ledger_balances(engine: Engine) -> None:
    engine.people(30)
    run = engine.run()
    assert (run.state, run.audience_count, tallies(run)) == ("completed", 30, {"delivered": 30})
    received = engine.receiver.received(with_ids=True)
    assert set(received["ids"]) == {str(row.webhook_id) for row in notifications(run)}
    assert {row.state for row in notifications(run)} == {"delivered"}


def test_a_final_row_keeps_neither_person_nor_request(engine: Engine) -> None:
    engine.people(1)
    (row,) = notifications(engine.run())
    assert (row.person, row.request, row.lease_token, row.lease_until) == (None, None, None, None)


def test_the_request_names_the_notification(engine: Engine) -> None:
    engine.people(1)
    run = engine.run("/echo")
    (row,) = notifications(run)
    (exchange,) = exchanges(run)
    echoed = json.loads(bytes(exchange.response_body))
    headers = {name.lower(): value for name, value in echoed["headers"]}
    assert headers["webhook-id"] == headers["idempotency-key"] == str(row.webhook_id) == str(row.pk)
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    assert headers["user-agent"].startswith("webhooks-platform/")
    assert json.loads(echoed["body"]) == {"name": "Zoë 0"}


def test_every_attempt_is_logged_with_what_was_sent_and_what_came_back(engine: Engine) -> None:
    engine.people(1)
    run = engine.run("/422")
    (attempt,), (exchange,) = attempts(run), exchanges(run)
    assert (attempt.outcome, attempt.reason, attempt.status_code) == ("failed", "unprocessable", 422)
    assert attempt.total_us > 0
    assert attempt.address == engine.receiver.address
    assert (exchange.method, exchange.url) == ("POST", f"{engine.receiver.url}/422")
    assert json.loads(bytes(exchange.request_body)) == {"name": "Zoë 0"}
    assert b"One field is not valid" in bytes(exchange.response_body)
    assert tallies(run) == {"failed": 1}


def test_a_retry_carries_the_same_bytes(engine: Engine) -> None:
    (person,) = engine.people(1)
    run = engine.run("/503-once-then-200", policy=LATER)
    (row,) = notifications(run)
    assert (row.state, row.reason, row.status_code) == ("retrying", "server_error", 503)
    # Neither the profile nor what was read of it is asked again.
    Profile.objects.filter(pk=person.pk).update(first_name="Somebody else")
    Notification.objects.filter(pk=row.pk).update(person={"first_name": "Somebody else", "attributes": {}})
    due_now(run)
    work_until_over(engine, run)
    first, second = exchanges(run)
    assert bytes(first.request_body) == bytes(second.request_body) == '{"name":"Zoë 0"}'.encode()
    assert [attempt.outcome for attempt in attempts(run)] == ["retry", "delivered"]
    assert tallies(run) == {"delivered": 1}


def test_a_repeat_after_a_crash_renders_the_same_bytes(engine: Engine) -> None:
    (person,) = engine.people(1)
    body = JsonPairsBody(pairs=(JsonPair(name="name", value="{{ first_name }} at {{ now }}"),))
    run = engine.start("/200", content=engine.content(body=body))
    prepare_only(engine)
    claims = Claims(run.workspace_id, run.pk, run.run_at, 5, timedelta(seconds=-1))
    (row,) = claims.take(1)  # by a lane that dies before it knows the answer
    Profile.objects.filter(pk=person.pk).update(first_name="Somebody else")
    work_until_over(engine, run)
    (exchange,) = exchanges(run)
    expected = f"Zoë 0 at {row.first_attempt_at.isoformat()}"
    assert json.loads(bytes(exchange.request_body)) == {"name": expected}


def test_retries_end_after_the_policys_attempts(engine: Engine) -> None:
    engine.people(1)
    run = engine.run("/500")
    work_until_over(engine, run)
    assert [attempt.outcome for attempt in attempts(run)] == ["retry", "retry", "failed"]
    assert tallies(run) == {"failed": 1}


def test_nobody_listening_is_refused_and_retried(engine: Engine) -> None:
    engine.people(1)
    run = engine.run(content=engine.content(url="http://127.0.0.1:1/"))
    (attempt,) = attempts(run)
    assert (attempt.outcome, attempt.reason, attempt.status_code) == ("failed", "blocked_address", None)


def test_what_a_name_leads_to_is_stored_nowhere(engine: Engine) -> None:
    engine.people(1)
    run = engine.run(content=engine.content(url="http://localhost/"))
    (attempt,), (row,) = attempts(run), notifications(run)
    words = "localhost leads to an address that isn't public"
    assert (attempt.reason, attempt.reason_detail, attempt.address) == ("blocked_address", words, "")
    assert row.reason_detail == words


def test_a_removed_profile_is_skipped(engine: Engine) -> None:
    engine.people(2)
    run = engine.start()
    prepare_only(engine)
    Profile.objects.filter(user_id="u0").delete()
    engine.work()
    run.refresh_from_db()
    assert [(row.state, row.reason) for row in notifications(run)] == [
        ("skipped", "profile_removed"),
        ("delivered", ""),
    ]
    assert run.state == "completed"
    assert len(attempts(run)) == 1


def test_a_missing_value_skips_the_person_and_names_it(engine: Engine) -> None:
    engine.people(1, first_name="")
    run = engine.run()
    (row,) = notifications(run)
    assert (row.state, row.reason, row.reason_detail) == ("skipped", "missing_variable", "first_name")
    assert (row.attempt_number, attempts(run), run.state) == (0, [], "completed")


def test_a_missing_value_stops_the_campaign_when_the_content_says_so(engine: Engine) -> None:
    engine.people(1, first_name="")
    engine.people(5)
    run = engine.run(content=engine.content("/200?ms=300", missing="stop"))
    assert run.state == "stopped"
    assert "first_name" in run.stop_reason
    assert sum(tallies(run).values()) == run.audience_count == 6


def test_a_template_can_leave_a_person_out(engine: Engine) -> None:
    engine.people(1)
    body = RawBody(text='{% skip "no consent" %}')
    (row,) = notifications(engine.run(content=engine.content(body=body)))
    assert (row.state, row.reason, row.reason_detail) == ("skipped", "skipped_by_template", "no consent")


def test_a_value_that_does_not_fit_fails_as_bad_template(engine: Engine) -> None:
    engine.people(1)
    body = JsonPairsBody(pairs=(JsonPair(name="age", value="{{ first_name }}", type="number"),))
    (row,) = notifications(engine.run(content=engine.content(body=body)))
    assert (row.state, row.reason) == ("failed", "bad_template")
    assert "body.pairs.0.value" in row.reason_detail


def test_the_connections_secret_is_sent_and_never_logged(engine: Engine) -> None:
    engine.people(1)
    bearer = connection_with(engine, "s3cret-token-value")
    run = engine.run("/echo", connection_id=bearer.pk)
    (exchange,) = exchanges(run)
    echoed = bytes(exchange.response_body).decode()
    assert "s3cret-token-value" not in exchange.request_headers + echoed
    assert "Bearer ••••••••" in exchange.request_headers
    assert "••••••••" in echoed
    sent = dict(engine.receiver.received()["last"][0]["headers"])
    assert sent["Authorization"] == "Bearer s3cret-token-value"


def test_a_rotated_secret_reaches_retries_of_a_running_run(engine: Engine) -> None:
    engine.people(1)
    bearer = connection_with(engine, "old-secret-value")
    run = engine.run("/503-once-then-200", connection_id=bearer.pk, policy=LATER)
    bearer.secret = "new-secret-value"
    bearer.save()
    due_now(run)
    work_until_over(engine, run)
    sent = [dict(request["headers"])["Authorization"] for request in engine.receiver.received()["last"]]
    assert sent == ["Bearer old-secret-value", "Bearer new-secret-value"]


def test_an_archived_connection_fails_its_rows(engine: Engine) -> None:
    engine.people(1)
    run = engine.run(connection_id=404)
    (row,) = notifications(run)
    assert (row.state, row.reason, run.state) == ("failed", "connection_removed", "completed")


def test_a_secret_never_travels_to_another_origin(engine: Engine) -> None:
    engine.people(1)
    bearer = connection_with(engine, "s3cret-token-value", origin="https://api.example.com")
    (row,) = notifications(engine.run(connection_id=bearer.pk))
    assert (row.state, row.reason) == ("failed", "connection_removed")
    assert "https://api.example.com" in row.reason_detail


def test_no_transaction_is_open_while_a_request_is_on_the_wire(engine: Engine) -> None:
    engine.people(4)
    run = engine.start("/200?ms=1500")
    with engine.working():
        wait_until(lambda: engine.receiver.received()["requests"] == 4)
        # The watch looks now and then, for an instant; a lane's transaction would last until its rows are recorded.
        wait_until(lambda: open_transactions() == [])
        assert [row.state for row in notifications(run)] == ["sending"] * 4
    assert tallies(run) == {"delivered": 4}


def test_a_pause_stops_sending_and_gives_back_what_has_not_left(engine: Engine) -> None:
    engine.people(300)
    run = engine.start("/200?ms=1000")
    with engine.working():
        wait_until(lambda: engine.receiver.received()["requests"] > 0)
        Run.objects.filter(pk=run.pk).update(state="paused")
    sent = engine.receiver.received()["requests"]
    states = [row.state for row in notifications(run)]
    assert 0 < states.count("delivered") == sent < 300
    assert states.count("queued") == 300 - sent
    assert {row.attempt_number for row in notifications(run) if row.state == "queued"} == {0}


def test_a_worker_that_shuts_down_gives_back(engine: Engine) -> None:
    engine.people(200)
    run = engine.start("/200?ms=1000")
    with engine.working():
        wait_until(lambda: engine.receiver.received()["requests"] > 0)
        engine.watch.shut_down()
    states = {row.state for row in notifications(run)}
    assert states == {"delivered", "queued"}
    assert not engine.messages


def test_a_database_that_drops_its_connections_loses_no_attempt(engine: Engine) -> None:
    engine.people(200)
    run = engine.start("/200?ms=100")
    with engine.working():
        for count in (20, 60, 100):
            wait_until(lambda count=count: engine.receiver.received()["requests"] > count)
            with connection.cursor() as cursor:
                cursor.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where datname = current_database() and pid <> pg_backend_pid()"
                )
    work_until_over(engine, run)
    assert tallies(run) == {"delivered": 200}
    # A wait for the database may outlast leases: then rows are sent again, and that is in the ledger, too.
    answered = [attempt for attempt in attempts(run) if attempt.status_code == 200]
    assert 200 <= len(answered) <= engine.receiver.received()["requests"] <= len(attempts(run))


def test_values_arrive_as_they_are(engine: Engine) -> None:
    name = 'Zoë "Z" O\'Neil \\ <b>'
    engine.people(1, first_name=name)
    content = engine.content("/echo", parameters=(Pair(name="q", value="{{ first_name }}"),))
    (exchange,) = exchanges(engine.run(content=content))
    assert json.loads(json.loads(bytes(exchange.response_body))["body"]) == {"name": name}


def connection_with(engine: Engine, secret: str, origin: str = "") -> Connection:
    bearer = Connection(
        workspace=engine.workspace, name="CRM", origin=origin or engine.receiver.url, auth_kind=AuthKind.BEARER
    )
    bearer.secret = secret
    bearer.save()
    return bearer


def prepare_only(engine: Engine) -> None:
    _, arguments = engine.messages.popleft()
    prepare(*arguments)


def work_until_over(engine: Engine, run: Run, seconds: float = OVER_WITHIN) -> None:
    deadline = time.monotonic() + seconds
    while run.state not in ("completed", "stopped"):
        assert time.monotonic() < deadline, f"still {run.state}: {tallies(run)}"
        sweep()
        engine.work()
        run.refresh_from_db()


def wait_until(condition, seconds: float = OVER_WITHIN) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def open_transactions() -> list[tuple[str, timedelta]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select query, now() - xact_start from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null "
            "and backend_type = 'client backend'"
        )
        return list(cursor.fetchall())


@pytest.mark.parametrize("hours", [1, -1])
def test_a_workers_wrong_clock_decides_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    """An hour ahead everybody's time would be over, an hour behind nobody would wait before a retry."""

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(hours=hours)

    monkeypatch.setattr("delivery.lane.datetime", Wrong)
    engine.people(1)
    (row,) = notifications(engine.run("/503", policy=LATER))
    assert row.state == "retrying"
    assert timedelta(0) < row.due_at - timezone.now() <= timedelta(seconds=3600)


def test_a_launchers_wrong_clock_delays_nobody(engine: Engine) -> None:
    engine.people(1)
    run = engine.run(at=timezone.now() + timedelta(hours=1))
    assert tallies(run) == {"delivered": 1}


def test_a_halt_amid_recording_lasts_until_the_lane_has_looked_at_why(engine: Engine) -> None:
    """Requests went on to leave for a destination that had just failed or asked to wait."""
    engine.people(20)
    run = engine.start("/200?ms=100", policy=SendPolicy(max_in_flight=1))
    prepare_only(engine)
    taken, plan = slot_take(SlotTicket(*engine.messages.popleft()[1])), lane_plan(run.pk, 0)
    assert taken is not None
    assert plan is not None
    window = Window(engine.http, plan.limit)
    lane = Lane(taken, plan, window, engine.watch, Gate(plan.destination, run.pk, plan.gate_rule))
    recorder = lane.recorder = RecordingWhileOthersFail(window)  # type: ignore[assignment]
    wait_until(lambda: lane.step(0.05) and recorder.recorded)
    window.keep_to(1)  # what was asked of the loop before is done now
    assert window.halted
    lane.step()
    window.keep_to(1)
    assert not window.halted
    window.take_back()
    wait_until(lambda: window.wait(0.1) is not None and not window.in_hand)


@dataclass
class RecordingWhileOthersFail:
    window: Window
    recorded: bool = False

    def record(self, *_outcomes: object) -> None:
        if not self.recorded:
            self.window.halt()  # as its loop does
        self.recorded = True
