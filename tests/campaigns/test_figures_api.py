"""The figures of Home over the REST API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.figures import figures_keep
from notifications.states import RunState
from tests import cast
from tests.notifications.ledger import attempt_made, failed_made, notification_made, run_made

pytestmark = pytest.mark.django_db


@pytest.fixture
def figures(client, workspace):
    headers = cast.api_headers(workspace, role="viewer")
    return lambda **query: client.get("/api/v1/figures", query, headers=headers)


def test_they_say_what_home_says(figures, workspace):
    now = timezone.now()
    run = run_made(workspace, state=RunState.RUNNING, run_at=now - timedelta(minutes=30))
    attempt_made(notification_made(run, "a"), started_at=now - timedelta(minutes=10), total_us=100_000)
    failed_made(run, "b")
    figures_keep(now=now)
    answer = figures(period="24h").json()
    assert answer["totals"] == {"delivered": 1, "failed": 1, "skipped": 0, "cancelled": 0}
    assert len(answer["pieces"]) == 24
    assert {piece["p50_ms"] for piece in answer["pieces"]} == {None, 99}
    assert [(group["reason"], group["count"]) for group in answer["problems"]] == [("unprocessable", 1)]
    assert [(row["run"], row["audience"], row["pending"]) for row in answer["runs_under_way"]] == [(run.pk, 2, 0)]
    assert answer["campaigns"] == {"draft": 0, "scheduled": 0, "launched": 0, "archived": 0}


def test_another_period_is_refused_in_words(figures):
    answer = figures(period="1y")
    assert (answer.status_code, answer.json()["detail"]) == (422, "period must be one of: 24h, 7d, 30d.")


def test_nothing_of_another_workspace_counts(figures, outsider):
    notification_made(run_made(outsider.workspaces.get(), finished_at=timezone.now()), "x")
    figures_keep(now=timezone.now())
    assert figures().json()["totals"]["delivered"] == 0
