from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Role, User, Workspace
from notifications.models import Run
from notifications.states import NotificationState, Reason, RunState
from tests.cast import api_headers
from tests.notifications.ledger import failed_made, notification_made, queries_of, run_made, skipped_made


@pytest.fixture
def run(workspace: Workspace) -> Run:
    return run_made(workspace, state=RunState.RUNNING)


@pytest.fixture
def call(client: Client, workspace: Workspace):
    headers = api_headers(workspace, role=Role.VIEWER)

    def get(address: str, status: int = 200) -> Any:
        response = client.get(f"/api/v1/{address}", headers=headers)
        assert response.status_code == status, response.content
        return response.json()

    return get


def test_runs_come_with_counts_that_add_up(call, run: Run, workspace: Workspace) -> None:
    notification_made(run, "ada")
    notification_made(run, "bob", state=NotificationState.QUEUED)
    run_made(workspace, campaign_id=8)
    (item,) = call("runs?campaign=7")["items"]
    assert item["counts"] == {"audience": 2, "delivered": 1, "failed": 0, "skipped": 0, "cancelled": 0, "pending": 1}
    assert call(f"runs/{run.pk}") == item
    assert len(call("runs")["items"]) == 2


def test_notifications_come_in_pages_and_filtered(call, run: Run) -> None:
    for n in range(3):
        notification_made(run, f"person-{n}")
    failed_made(run, "ada")
    first = call(f"runs/{run.pk}/notifications?limit=2")
    second = call(f"runs/{run.pk}/notifications?limit=2&cursor={first['next_cursor']}")
    people = [item["user_id"] for page in (first, second) for item in page["items"]]
    assert people == ["ada", "person-2", "person-1", "person-0"]
    assert second["next_cursor"] == ""
    (failed,) = call(f"runs/{run.pk}/notifications?state=failed&status=422")["items"]
    assert (failed["user_id"], failed["reason"], failed["attempts_made"]) == ("ada", "unprocessable", 1)


def test_notifications_with_one_detail(call, run: Run) -> None:
    skipped_made(run, "ada", "first_name")
    skipped_made(run, "bob", "plan")
    (found,) = call(f"runs/{run.pk}/notifications?reason=missing_variable&detail=plan")["items"]
    assert (found["user_id"], found["reason_detail"]) == ("bob", "plan")


def test_a_notification_comes_with_words_and_attempts(call, run: Run) -> None:
    row = failed_made(run, "ada")
    found = call(f"notifications/{run.pk}/{row.id}")
    assert found["explanation"]["what_happened"].endswith("“email is invalid”.")
    (attempt,) = found["attempts"]
    assert attempt["status_code"] == 422
    assert attempt["exchange"]["request_headers"][1] == ["authorization", "Bearer ••••••••"]
    assert attempt["exchange"]["response_body"] == '{"error":{"message":"email is invalid"}}'


def test_the_next_attempt_of_a_retrying_row(call, run: Run) -> None:
    row = notification_made(run, state=NotificationState.RETRYING, reason=Reason.TIMEOUT)
    found = call(f"notifications/{run.pk}/{row.id}")
    assert found["next_attempt_at"] is not None
    assert found["attempts"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [("state=banana", "state"), ("limit=0", "limit"), ("cursor=banana", "cursor"), ("status=x", "status")],
)
def test_bad_input_is_a_problem_document(call, run: Run, query: str, field: str) -> None:
    assert call(f"runs/{run.pk}/notifications?{query}", 422)["errors"][0]["field"] == field


def test_what_is_elsewhere_is_not_found(call, run: Run, outsider: User) -> None:
    elsewhere = run_made(outsider.workspaces.get())
    row = notification_made(elsewhere)
    assert call(f"runs/{elsewhere.pk}", 404)["code"] == "run_not_found"
    call(f"runs/{elsewhere.pk}/notifications", 404)
    call(f"notifications/{elsewhere.pk}/{row.id}", 404)
    assert call(f"notifications/{run.pk}/{uuid4()}", 404)["code"] == "notification_not_found"
    assert call("runs?campaign=x", 422)["errors"][0]["field"] == "campaign"


ADDRESSES = ["runs", "runs/1", "runs/1/notifications", "notifications/1/01936f00-0000-7000-8000-000000000001"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_token_and_other_methods(client: Client, workspace: Workspace, address: str) -> None:
    assert client.get(f"/api/v1/{address}").status_code == 401
    headers = api_headers(workspace)
    assert client.post(f"/api/v1/{address}", {}, "application/json", headers=headers).status_code == 405


def test_as_many_queries_for_25_rows_as_for_one(call, run: Run) -> None:
    notification_made(run, "first")
    call(f"runs/{run.pk}")  # the first use of a token is noted
    few = queries_of(lambda: call(f"runs/{run.pk}/notifications"))
    for n in range(24):
        notification_made(run, f"person-{n}")
    assert len(queries_of(lambda: call(f"runs/{run.pk}/notifications"))) == len(few) <= 4
