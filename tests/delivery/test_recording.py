import tracemalloc
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from delivery.claims import Claimed, Claims
from delivery.outcomes import Delivered
from delivery.outgoing import Ended, Outgoing
from delivery.preparation import prepare
from delivery.recording import Recorder
from delivery.results import Finished
from delivery.rows import Headers, RowMaker, stored_detail
from delivery.sweep import leases_expire
from delivery.window import Sent
from notifications.masking import MASK
from notifications.models import Notification, Run
from notifications.states import NotificationState, Reason
from outbound.outcomes import Answer, Phases
from outbound.prepared import Head, PreparedRequest
from templates_lib.rendering import RenderedRequest
from tests.delivery.engine import Engine, attempts, exchanges, notifications, tallies

TOKEN = 77


@pytest.fixture
def run(engine: Engine) -> Run:
    engine.people(3)
    run = engine.start()
    prepare(run.pk)
    return run


@pytest.fixture
def claims(engine: Engine, run: Run) -> Claims:
    return Claims(engine.workspace.pk, run.pk, run.run_at, TOKEN, timedelta(seconds=30))


@pytest.fixture
def recorder(engine: Engine, run: Run, claims: Claims) -> Recorder:
    return Recorder(claims, 2, RowMaker(engine.workspace.pk, run.pk, run.run_at, run.retention_days, ()))


SMALL_HEADERS = ((b"X-B", b"2"),)


def delivered(row: Claimed, body: bytes = b"{}", headers: Headers = SMALL_HEADERS) -> Finished:
    rendered = RenderedRequest("POST", "http://example.com/", ((b"X-A", b"1"),), body)
    head = Head("POST", httpx.URL(rendered.url), rendered.headers)
    outgoing = Outgoing(row, rendered, PreparedRequest(head, (), rendered.body), 0.0)
    answer = Answer(200, "OK", headers, b"ok", True, 99, Phases(total=0.25), "192.0.2.1:80")
    return Finished(Sent(outgoing, datetime.now(UTC), answer), Delivered(200), None)


def test_rows_given_back_are_claimed_again_after_those_behind_them(claims: Claims) -> None:
    one, two = claims.take(2)
    claims.give_back([one])
    (three,) = claims.take(1)
    assert three.id not in (one.id, two.id)
    assert [row.id for row in claims.take(2)] == [one.id]
    assert claims.take(2) == []


def test_one_claim_takes_rows_before_and_behind_the_last_one(claims: Claims) -> None:
    one, two = claims.take(2)
    claims.give_back([one, two])
    assert len(claims.take(3)) == 3


def test_retries_go_before_everybody_who_still_waits_for_the_first_request(run: Run, claims: Claims) -> None:
    last = notifications(run)[-1]
    Notification.objects.filter(pk=last.pk).update(state="retrying", due_at=run.run_at + timedelta(microseconds=1))
    assert [row.id for row in claims.take(1)] == [last.pk]
    # And nobody is passed over because of it.
    assert len(claims.take(3)) == 2


def test_it_records_attempt_exchange_state_and_tally(run: Run, claims: Claims, recorder: Recorder) -> None:
    recorder.record([delivered(row) for row in claims.take(3)], [])
    assert {row.state for row in notifications(run)} == {"delivered"}
    assert {(attempt.outcome, attempt.total_us, attempt.address) for attempt in attempts(run)} == {
        ("delivered", 250_000, "192.0.2.1:80")
    }
    exchange = exchanges(run)[0]
    assert (exchange.request_headers, exchange.response_headers) == ("X-A: 1", "X-B: 2")
    assert (exchange.response_size, exchange.response_truncated) == (99, True)
    assert list(run.tallies.values_list("slot", "state", "count")) == [(2, "delivered", 3)]


@pytest.mark.parametrize("place", ["name", "value"])
def test_long_headers_of_answers_are_masked_but_not_remembered(
    engine: Engine, run: Run, claims: Claims, place: str
) -> None:
    rows = RowMaker(engine.workspace.pk, run.pk, run.run_at, run.retention_days, ("topsecret",))
    (row,) = claims.take(1)

    def shown(number: int) -> str:
        long = b"topsecret" + b"%05d" % number * 12_000
        header = (long, b"1") if place == "name" else (b"X-Long", long)
        return str(rows.exchanges([delivered(row, headers=(header,))])[0][9])

    assert shown(0).count(MASK) == 1
    tracemalloc.start()
    lengths = [len(shown(number)) for number in range(1, 21)]
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert min(lengths) > 60_000
    assert kept < 60_000


def test_a_secret_in_one_body_of_many_is_masked(engine: Engine, run: Run, claims: Claims) -> None:
    rows = RowMaker(engine.workspace.pk, run.pk, run.run_at, run.retention_days, ("topsecret",))
    one, two, three = claims.take(3)
    Recorder(claims, 2, rows).record([delivered(one), delivered(two, b"a topsecret"), delivered(three)], [])
    assert sorted(bytes(exchange.request_body).decode() for exchange in exchanges(run)) == [f"a {MASK}", "{}", "{}"]


def test_an_attempt_is_kept_though_the_lease_was_lost(run: Run, claims: Claims, recorder: Recorder) -> None:
    rows = claims.take(2)
    Notification.objects.filter(pk=rows[0].id).update(lease_token=TOKEN + 1)
    recorder.record([delivered(row) for row in rows], [])
    assert len(attempts(run)) == 2
    assert tallies(run) == {"delivered": 1}
    assert sorted(row.state for row in notifications(run)) == ["delivered", "queued", "sending"]


def test_what_really_happened_replaces_interrupted(run: Run, claims: Claims, recorder: Recorder) -> None:
    rows = claims.take(3)
    Notification.objects.filter(pk=rows[0].id).update(lease_until=run.run_at)
    assert leases_expire() == 1
    recorder.record([delivered(row) for row in rows], [])
    assert [attempt.outcome for attempt in attempts(run)] == ["delivered"] * 3
    assert len(exchanges(run)) == 3
    # Only a state move needs the lease: this one is due again, and the receiver knows it by its webhook-id.
    assert tallies(run) == {"delivered": 2}


def test_what_was_answered_while_the_database_was_away_is_recorded_first(
    run: Run, claims: Claims, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its leases are over when it comes back: taken for interrupted at once, all these people would be asked again."""
    rows = claims.take(3)
    Notification.objects.filter(run_id=run.pk, state="sending").update(lease_until=run.run_at)
    monkeypatch.setattr("delivery.sweep.GRACE_AFTER_RESTART", timedelta(days=10_000))
    assert leases_expire() == 0
    recorder.record([delivered(row) for row in rows], [])
    assert tallies(run) == {"delivered": 3}


def test_a_real_attempt_is_never_replaced(run: Run, claims: Claims, recorder: Recorder) -> None:
    (row,) = claims.take(1)
    recorder.record([delivered(row)], [])
    recorder.record([delivered(row)], [])
    assert len(attempts(run)) == 1
    assert tallies(run) == {"delivered": 1}


def test_a_row_that_ends_without_a_request_made_no_attempt(run: Run, claims: Claims, recorder: Recorder) -> None:
    (row,) = claims.take(1)
    recorder.record([], [Ended(row, NotificationState.SKIPPED, Reason.MISSING_VARIABLE, "city\0, " + "x" * 600)])
    found = Notification.objects.get(pk=row.id)
    assert (found.state, found.reason, found.attempt_number) == ("skipped", "missing_variable", 0)
    assert found.reason_detail.startswith("city, x")
    assert (attempts(run), tallies(run)) == ([], {"skipped": 1})


def test_only_what_really_ended_is_counted(run: Run, claims: Claims, recorder: Recorder) -> None:
    rows = claims.take(2)
    Notification.objects.filter(pk=rows[0].id).update(lease_token=TOKEN + 1)
    recorder.record([], [Ended(row, NotificationState.SKIPPED, Reason.MISSING_VARIABLE, "") for row in rows])
    assert tallies(run) == {"skipped": 1}


def test_rows_given_back_are_as_if_never_claimed(run: Run, claims: Claims) -> None:
    rows = claims.take(3)
    claims.give_back(rows)
    assert {(row.state, row.attempt_number, row.lease_token, row.first_attempt_at) for row in notifications(run)} == {
        ("queued", 0, None, None)
    }


def test_nobody_gives_back_under_a_lost_lease(run: Run, claims: Claims) -> None:
    (row,) = claims.take(1)
    Notification.objects.filter(pk=row.id).update(lease_token=TOKEN + 1)
    claims.give_back([row])
    assert Notification.objects.get(pk=row.id).state == "sending"


def test_a_day_without_partition_is_made_when_it_comes(run: Run, claims: Claims, recorder: Recorder) -> None:
    from django.db import connection

    today = f"exchange_7_{datetime.now(UTC):%Y_%m_%d}"
    with connection.cursor() as cursor:
        cursor.execute(f"drop table {today}")
    recorder.record([delivered(row) for row in claims.take(1)], [])
    assert len(exchanges(run)) == 1


def test_details_fit_their_column() -> None:
    assert stored_detail("a\0b" * 400) == ("ab" * 400)[:500]
