from html import unescape
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User, Workspace
from notifications.models import Notification
from notifications.states import AttemptOutcome, NotificationState, Reason, RunKind
from tests.cast import signed_in
from tests.notifications.ledger import (
    attempt_made,
    days_ago,
    exchange_made,
    failed_made,
    notification_made,
    profile_made,
    run_made,
)


@pytest.fixture
def reader(client: Client, viewer: User) -> Client:
    return signed_in(client, viewer)


def address(row: Notification, rest: str = "") -> str:
    return f"/w/acme/runs/{row.run_id}/notifications/{row.id}/{rest}"


def text(reader: Client, url: str, status: int = 200) -> str:
    response = reader.get(url)
    assert response.status_code == status, response.content.decode()
    return response.content.decode()


def test_details_say_what_happened_and_what_to_do(reader: Client, workspace: Workspace) -> None:
    row = failed_made(run_made(workspace), "ada")
    html = text(reader, address(row))
    assert "The destination said: “email is invalid”." in html
    assert "correct it in Content, then use Resend failed" in html
    assert str(row.webhook_id) in html
    assert "Bearer ••••••••" in html
    assert "First byte" in html
    assert "Copy as cURL" in html
    assert "style=" not in html.split("</head>")[1]


def test_details_of_a_test_say_to_send_it_again(reader: Client, workspace: Workspace) -> None:
    row = failed_made(run_made(workspace, kind=RunKind.TEST), "ada")
    for url in (address(row), f"/w/acme/notifications/?run={row.run_id}"):
        html = text(reader, url)
        assert "correct it in Content, then send the test again." in html
        assert "Resend failed" not in html


def test_times_are_told_in_one_precision(reader: Client, workspace: Workspace) -> None:
    row = notification_made(run_made(workspace))
    attempt_made(row, total_us=300, first_byte_us=250, dns_us=0, connect_us=0, tls_us=0)
    html = text(reader, address(row))
    assert '<span class="number">0.3 ms</span>' in html
    assert ">0 ms<" not in html


def test_the_campaign_leads_to_all_its_runs(reader: Client, workspace: Workspace) -> None:
    row = notification_made(run_made(workspace))
    assert '<a href="/w/acme/notifications/?campaign=7">Summer sale</a>' in text(reader, address(row))


def test_attempts_stand_latest_first(reader: Client, workspace: Workspace) -> None:
    row = notification_made(run_made(workspace))
    attempt_made(row, 1, outcome=AttemptOutcome.RETRY, reason=Reason.TIMEOUT, status_code=None, retry_at=row.due_at)
    attempt_made(row, 2)
    html = text(reader, address(row))
    assert html.index("Attempt 2") < html.index("Attempt 1")
    assert "no complete answer came within the time allowed" in html


def test_a_cut_answer_says_so(reader: Client, workspace: Workspace) -> None:
    row = notification_made(run_made(workspace))
    exchange_made(attempt_made(row), response_body=b"x" * 16384, response_size=2_000_000, response_truncated=True)
    assert "Cut: the first 16.0" in text(reader, address(row))


def test_an_expired_exchange_says_so(reader: Client, workspace: Workspace) -> None:
    run = run_made(workspace, retention_days=7)
    row = notification_made(run)
    attempt_made(row, started_at=days_ago(9), retention_days=7)
    assert "Headers and bodies were kept for 7 days" in text(reader, address(row))


def test_an_interrupted_attempt_says_that_nothing_was_recorded(reader: Client, workspace: Workspace) -> None:
    row = notification_made(run_made(workspace), state=NotificationState.FAILED, reason=Reason.INTERRUPTED)
    attempt_made(row, outcome=AttemptOutcome.INTERRUPTED, reason=Reason.INTERRUPTED, status_code=None, total_us=0)
    html = text(reader, address(row))
    assert "The worker stopped before it could record what was sent." in html


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (NotificationState.QUEUED, "Waiting for its turn"),
        (NotificationState.SENDING, "on its way"),
        (NotificationState.RETRYING, "Next try:"),
        (NotificationState.CANCELLED, "Launch the campaign again"),
        (NotificationState.SKIPPED, "nothing to do if that was meant"),
    ],
)
def test_each_state_has_words(reader: Client, workspace: Workspace, state: str, words: str) -> None:
    reasons = {"retrying": Reason.SERVER_ERROR, "cancelled": Reason.STOPPED, "skipped": Reason.SKIPPED_BY_TEMPLATE}
    row = notification_made(run_made(workspace), state=state, reason=reasons.get(state, ""))
    assert words.lower() in text(reader, address(row)).lower()


def test_a_removed_profile_leaves_the_row_readable(reader: Client, workspace: Workspace) -> None:
    row = failed_made(run_made(workspace), "ada")
    workspace.profiles.all().delete()
    assert "(profile removed)" in text(reader, address(row))


def test_an_open_page_is_told_only_what_is_new(reader: Client, workspace: Workspace) -> None:
    row = notification_made(run_made(workspace), state=NotificationState.QUEUED)
    assert reader.get(address(row, "?part=1&seen=queued.0")).status_code == 204
    html = text(reader, address(row, "?part=1&seen=sending.1"))
    assert html.strip().startswith('<div id="notification"')


def test_the_curl_command_is_masked(reader: Client, workspace: Workspace) -> None:
    row = failed_made(run_made(workspace), "ada")
    response = reader.get(address(row, "attempts/1/curl/"))
    assert response["Content-Type"].startswith("text/plain")
    assert "-H 'authorization: Bearer ••••••••'" in response.content.decode()
    assert """--data-raw '{"name":"Ada"}'""" in response.content.decode()


def test_no_curl_command_without_an_exchange(reader: Client, workspace: Workspace) -> None:
    row = notification_made(run_made(workspace))
    attempt_made(row)
    assert "not kept any more" in text(reader, address(row, "attempts/1/curl/"), 404)
    text(reader, address(row, "attempts/2/curl/"), 404)


def test_unknown_rows_and_runs_are_not_found(reader: Client, workspace: Workspace) -> None:
    run = run_made(workspace)
    assert "not in this run" in text(reader, f"/w/acme/runs/{run.pk}/notifications/{uuid4()}/", 404)
    assert "This run does not exist" in text(reader, f"/w/acme/runs/999999/notifications/{uuid4()}/", 404)
    assert reader.get(f"/w/acme/runs/{run.pk}/notifications/banana/").status_code == 404


@pytest.mark.parametrize("rest", ["", "attempts/1/curl/"])
def test_outsiders_and_other_methods(client: Client, outsider: User, viewer: User, workspace: Workspace, rest) -> None:
    row = failed_made(run_made(workspace), "ada")
    assert signed_in(client, outsider).get(address(row, rest)).status_code == 404
    assert signed_in(client, viewer).post(address(row, rest)).status_code == 405


def test_over_the_log_they_are_a_drawer_that_leads_back_to_it(reader: Client, workspace: Workspace) -> None:
    row = failed_made(run_made(workspace), "ada")
    asked = {"HX-Request": "true", "HX-Target": "drawer-place"}
    html = reader.get(address(row), {"log": "run=7&state=failed"}, headers=asked).content.decode()
    assert html.lstrip().startswith('<dialog id="details-drawer"')
    assert 'data-close-href="/w/acme/notifications/?run=7&amp;state=failed"' in html
    assert "email is invalid" in html
    strange = reader.get(address(row), {"log": '//evil.example/"><script>'}, headers=asked).content.decode()
    assert 'data-close-href="/w/acme/notifications/?%2F%2Fevil.example' in strange
    assert "<script>" not in strange


def test_a_name_with_quotes_and_markup_is_written_as_it_is(reader: Client, workspace: Workspace) -> None:
    profile_made(workspace, "zoe", first_name='Zoë "Z" \\', last_name="<b>O'Neil")
    row = notification_made(run_made(workspace), "zoe")
    asked = {"HX-Request": "true", "HX-Target": "drawer-place"}
    html = reader.get(address(row), headers=asked).content.decode()
    heading = html.partition('id="details-drawer-title"')[2].partition(">")[2].partition("</h2>")[0]
    assert unescape(heading) == 'Zoë "Z" \\ <b>O\'Neil'
    assert "<b>" not in heading
