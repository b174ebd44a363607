from datetime import UTC, datetime

import pytest

from channels.models import SendPolicy
from channels.policy import BodyMatch
from delivery.body_match import body_mismatch
from delivery.outcomes import Delivered, Failed, outcome_of
from notifications.states import Reason
from outbound.outcomes import NO_PHASES, Answer

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OK = BodyMatch(kind="json", path="ok", value="true")


@pytest.mark.parametrize(
    ("rule", "body", "why"),
    [
        (BodyMatch(kind="contains", text="queued"), b"it is queued", ""),
        (BodyMatch(kind="contains", text="queued"), b"no", "“queued” is missing from the body."),
        (BodyMatch(kind="lacks", text="error"), b"fine", ""),
        (BodyMatch(kind="lacks", text="error"), b"an error", "“error” stands in the body."),
        (BodyMatch(kind="contains", text="Zoë"), "für Zoë".encode(), ""),
        (OK, b'{"ok": true}', ""),
        (OK, b'{"ok": "true"}', ""),
        (OK, b'{"ok": false}', "“ok” is false, not true."),
        (OK, b'{"ok": 1}', "“ok” is 1, not true."),
        (OK, b'{"fine": true}', "The body has no “ok”."),
        (OK, b"<html>", "The body is not JSON."),
        (OK, b"[" * 100_000, "The body is not JSON."),
        (OK, b'{"ok": "' + b"x" * 99 + b'"}', "“ok” is something longer, not true."),
        (BodyMatch(kind="json", path="data.0.state", value="sent"), b'{"data": [{"state": "sent"}]}', ""),
        (
            BodyMatch(kind="json", path="data.1.state", value="sent"),
            b'{"data": [{}]}',
            "The body has no “data.1.state”.",
        ),
        (BodyMatch(kind="json", path="code", value="0"), b'{"code": 0}', ""),
        (BodyMatch(kind="json", path="code", value="0"), b'{"code": false}', "“code” is false, not 0."),
    ],
)
def test_a_body_is_judged_in_words(rule: BodyMatch, body: bytes, why: str) -> None:
    assert body_mismatch(rule, body) == why


def test_of_a_cut_body_it_says_so() -> None:
    assert "was kept" in body_mismatch(BodyMatch(kind="contains", text="x"), b"yyy", truncated=True)
    assert "longer than" in body_mismatch(OK, b'{"ok": tr', truncated=True)


@pytest.mark.parametrize(
    ("retried", "guarantee", "permanent"),
    [(False, "at_least_once", True), (True, "at_least_once", False), (True, "at_most_once", True)],
)
def test_a_200_whose_body_says_no_failed(retried: bool, guarantee: str, permanent: bool) -> None:
    rule = OK.model_copy(update={"retried": retried})
    policy = SendPolicy.model_validate({"success_body": rule, "guarantee": guarantee})
    answer = Answer(200, "OK", (), b'{"ok": false}', False, 13, NO_PHASES, "")
    outcome = outcome_of(answer, policy, NOW)
    assert outcome == Failed(Reason.BODY_MISMATCH, permanent, None, 200, "“ok” is false, not true.")
    assert outcome_of(answer._replace(body=b'{"ok": true}'), policy, NOW) == Delivered(200)


def test_without_a_rule_the_status_decides() -> None:
    answer = Answer(200, "OK", (), b'{"ok": false}', False, 13, NO_PHASES, "")
    assert outcome_of(answer, SendPolicy(), NOW) == Delivered(200)
