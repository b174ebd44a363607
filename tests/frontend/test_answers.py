import json
from types import SimpleNamespace

import pytest
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.http import HttpResponse
from django.test import RequestFactory

from frontend.answers import came_from, undo_url_of, with_problems, with_toast


def test_a_toast_and_problems_travel_together() -> None:
    problem = SimpleNamespace(field="url", message="No host", line=1, column=2, severity="error")
    response = with_problems(with_toast(HttpResponse(), "Saved"), [problem])
    events = json.loads(response["HX-Trigger"])
    assert events["toast"] == {"message": "Saved", "tone": "ok"}
    assert events["problems"]["items"] == [
        {"field": "url", "message": "No host", "line": 1, "column": 2, "severity": "error", "fix": None}
    ]


def test_a_toast_can_carry_an_address_that_undoes_it() -> None:
    events = json.loads(with_toast(HttpResponse(), "Archived", undo_url="/restore/")["HX-Trigger"])
    assert events["toast"] == {"message": "Archived", "tone": "ok", "undo": "/restore/"}


def test_only_a_message_made_to_be_undone_has_an_address() -> None:
    assert undo_url_of(Message(constants.SUCCESS, "Archived", extra_tags="undo:/restore/")) == "/restore/"
    assert undo_url_of(Message(constants.SUCCESS, "Saved", extra_tags="safe")) == ""
    assert undo_url_of(Message(constants.SUCCESS, "Saved")) == ""


@pytest.mark.parametrize(
    ("sent", "page"),
    [
        ("/w/acme/campaigns/?q=a", "/w/acme/campaigns/?q=a"),
        ("https://evil.example/", "/list"),
        ("//evil.example", "/list"),
        ("", "/list"),
    ],
)
def test_a_form_leads_back_within_the_site_only(sent: str, page: str) -> None:
    assert came_from(RequestFactory().post("/", {"next": sent}), "/list") == page
