import json
import re
from collections import Counter

import pytest

from notifications.reasons import MESSAGE_LENGTH, answer_message, explain
from notifications.states import Reason


@pytest.mark.parametrize("reason", Reason.values)
def test_every_reason_says_what_happened_and_what_to_do(reason: str) -> None:
    words = explain(reason, 418, "the detail")
    assert words.title
    assert words.what_happened.endswith((".", "”."))
    assert words.next_step.endswith(".")
    assert "{status}" not in words.title + words.what_happened + words.next_step
    assert "{detail}" not in words.what_happened


@pytest.mark.parametrize("part", ["title", "what_happened", "next_step"])
def test_no_two_reasons_read_the_same(part: str) -> None:
    texts = Counter(getattr(explain(reason), part) for reason in Reason.values)
    assert [text for text, count in texts.items() if count > 1] == []


@pytest.mark.parametrize("reason", Reason.values)
def test_a_test_is_neither_resent_nor_launched(reason: str) -> None:
    step = explain(reason, 418, is_of_test=True).next_step
    assert not re.search("Resend|[Ll]aunch", step)
    assert step.count("Content") <= 1


def test_a_test_is_sent_again_from_content() -> None:
    assert explain(Reason.NAME_NOT_FOUND, is_of_test=True).next_step.endswith("correct it, then send the test again.")
    assert explain(Reason.SERVER_ERROR, 503, is_of_test=True).next_step.endswith(
        "; then send the test again from Content."
    )


def test_status_and_detail_are_woven_in() -> None:
    words = explain(Reason.UNPROCESSABLE, 422, "email is invalid.")
    assert words.title == "The destination refused the data (422)"
    assert "answered 422" in words.what_happened
    assert words.what_happened.endswith("The destination said: “email is invalid”.")


def test_a_delivered_row_names_its_status() -> None:
    assert explain(Reason.NONE, 201).what_happened == "The destination answered 201."


def test_braces_in_a_detail_stay_as_they_are() -> None:
    assert "{status}" in explain(Reason.BAD_TEMPLATE, None, "unknown {status}").what_happened


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"message": "No such list"}, "No such list"),
        ({"error": "bad_request"}, "bad_request"),
        ({"error": {"code": 7, "message": "Too\n long"}}, "Too long"),
        ({"type": "about:blank", "title": "Invalid", "detail": "Name is missing"}, "Name is missing"),
        ({"errors": [{"code": 1, "message": "First"}, {"message": "Second"}]}, "First"),
        ({"errors": {"email": ["is invalid"]}}, "email: is invalid"),
        ([{"message": "In a list"}], "In a list"),
        ({"id": 4, "state": "done"}, ""),
        ({}, ""),
        ("text", ""),
    ],
)
def test_the_message_of_a_json_error(body: object, message: str) -> None:
    assert answer_message(json.dumps(body)) == message


@pytest.mark.parametrize("body", ["", "<html>", "{", "[" * 5000])
def test_no_message_in_other_answers(body: str) -> None:
    assert answer_message(body) == ""


def test_a_long_message_is_cut() -> None:
    cut = answer_message(json.dumps({"message": "x" * 1000}))
    assert len(cut) == MESSAGE_LENGTH
    assert cut.endswith("…")
