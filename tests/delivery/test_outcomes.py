from datetime import UTC, datetime

import pytest

from channels.models import RetryPolicy, SendPolicy, SuccessRule
from delivery.breaker import counts
from delivery.outcomes import Delivered, Failed, outcome_of, retry_after_seconds
from notifications.states import Reason
from outbound.outcomes import NO_PHASES, Answer, BreakKind, Broken

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
POLICY = SendPolicy()
AT_MOST_ONCE = SendPolicy(guarantee="at_most_once")


def answer(status: int, **headers: str) -> Answer:
    raw = tuple((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items())
    return Answer(status, "", raw, b"", False, 0, NO_PHASES, "192.0.2.1:443")


def broken(kind: BreakKind, *, nothing_sent: bool = False) -> Broken:
    return Broken(kind, "what happened", nothing_sent, NO_PHASES, "")


def failure(result: Answer | Broken, policy: SendPolicy = POLICY) -> Failed:
    outcome = outcome_of(result, policy, NOW)
    assert isinstance(outcome, Failed)
    return outcome


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_20x_is_delivered(status: int) -> None:
    assert outcome_of(answer(status), POLICY, NOW) == Delivered(status)


@pytest.mark.parametrize(
    ("status", "reason", "permanent"),
    [
        (301, Reason.REDIRECT, True),
        (302, Reason.REDIRECT, True),
        (304, Reason.REDIRECT, True),
        (400, Reason.UNPROCESSABLE, True),
        (401, Reason.UNAUTHORIZED, True),
        (403, Reason.UNAUTHORIZED, True),
        (404, Reason.NOT_FOUND, True),
        (408, Reason.CLIENT_ERROR, False),
        (410, Reason.CLIENT_ERROR, True),
        (422, Reason.UNPROCESSABLE, True),
        (425, Reason.CLIENT_ERROR, False),
        (429, Reason.RATE_LIMITED, False),
        (500, Reason.SERVER_ERROR, False),
        (503, Reason.SERVER_ERROR, False),
        (599, Reason.SERVER_ERROR, False),
        (600, Reason.UNEXPECTED_STATUS, True),
    ],
)
def test_what_an_answer_means(status: int, reason: Reason, permanent: bool) -> None:
    failed = failure(answer(status))
    assert (failed.reason, failed.permanent, failed.status_code) == (reason, permanent, status)


@pytest.mark.parametrize(
    ("kind", "permanent"),
    [
        (BreakKind.INVALID_REQUEST, True),
        (BreakKind.NAME_NOT_FOUND, False),
        (BreakKind.BLOCKED_ADDRESS, True),
        (BreakKind.BLOCKED_PORT, True),
        (BreakKind.REFUSED, False),
        (BreakKind.CONNECT_TIMEOUT, False),
        (BreakKind.TLS, True),
        (BreakKind.TLS_HANDSHAKE, False),
        (BreakKind.CLIENT_CERTIFICATE, True),
        (BreakKind.TIMEOUT, False),
        (BreakKind.DROPPED, False),
        (BreakKind.GARBAGE, False),
        (BreakKind.HEADERS_TOO_LARGE, True),
        (BreakKind.NETWORK, False),
        (BreakKind.UNEXPECTED, False),
    ],
)
def test_what_a_break_means(kind: BreakKind, permanent: bool) -> None:
    failed = failure(broken(kind))
    assert (failed.permanent, failed.detail, failed.status_code) == (permanent, "what happened", None)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [(BreakKind.TLS_HANDSHAKE, "tls_handshake"), (BreakKind.CLIENT_CERTIFICATE, "client_certificate")],
)
def test_a_failure_of_tls_that_is_not_the_destinations_certificate(kind: BreakKind, reason: str) -> None:
    failed = failure(broken(kind))
    assert failed.reason == reason
    assert counts(failed) == (1, 1)  # the breaker spares those who wait


def test_every_kind_of_break_has_a_meaning() -> None:
    assert all(failure(broken(kind)).reason in Reason.values for kind in BreakKind)


def test_the_connections_rule_decides_what_success_is() -> None:
    only_created = SendPolicy(success=SuccessRule(statuses=((201, 201),)))
    assert outcome_of(answer(201), only_created, NOW) == Delivered(201)
    assert failure(answer(200), only_created).reason == Reason.UNEXPECTED_STATUS


def test_the_policy_decides_which_statuses_are_repeated() -> None:
    conflict = SendPolicy(retry=RetryPolicy(statuses=((409, 409),)))
    assert not failure(answer(409), conflict).permanent
    assert failure(answer(503), conflict).permanent


def test_at_most_once_repeats_only_what_never_left() -> None:
    assert failure(answer(503), AT_MOST_ONCE).permanent
    assert failure(broken(BreakKind.TIMEOUT), AT_MOST_ONCE).permanent
    assert not failure(broken(BreakKind.REFUSED, nothing_sent=True), AT_MOST_ONCE).permanent
    assert failure(broken(BreakKind.TLS, nothing_sent=True), AT_MOST_ONCE).permanent


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("Tue, 24 Nov 2026 12:00:30 GMT", 30.0),
        ("Tuesday, 24-Nov-26 12:00:30 GMT", 30.0),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0.0),
        ("9" * 400, 999_999_999.0),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
        ("²", None),
        ("", None),
        ("Tue, 99 Nov 2026 12:00:30 GMT", None),
    ],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    assert retry_after_seconds(text, NOW) == seconds


def test_retry_after_is_read_from_any_answer() -> None:
    assert failure(answer(503, Retry_After="7")).retry_after == 7.0
    assert failure(answer(503)).retry_after is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1 Jan 99999999999999999999 0:0:0 GMT", None),
        ("Mon, 01 Jan 2020 00:00:00 +99999999999999999999", None),
        ("Mon, 31 Dec 9999 23:59:59 -2359", 999_999_999.0),
    ],
)
def test_a_date_that_can_not_be_reckoned_with(text: str, seconds: float | None) -> None:
    assert retry_after_seconds(text, datetime(2026, 11, 24, tzinfo=UTC)) == seconds
