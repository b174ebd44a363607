"""How a connection's latest requests went, from the ledger."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Workspace
from channels.models import Connection
from notifications.connection_figures import connection_figures, runs_using
from notifications.models import Attempt, Run
from notifications.partitions import partitions_ensure
from notifications.states import RunState
from templates_lib.content import WebhookContent

NOW = timezone.now()


@pytest.fixture
def connection(workspace: Workspace) -> Connection:
    partitions_ensure(now=NOW)
    return Connection.objects.create(workspace=workspace, name="CRM", origin="https://a.example")


def run_of(connection: Connection, *, days_ago: int = 0, state: str = RunState.COMPLETED) -> Run:
    return Run.objects.create(
        workspace=connection.workspace,
        campaign_id=1,
        campaign_name="Spring",
        run_at=NOW - timedelta(days=days_ago, minutes=Run.objects.count()),
        content=WebhookContent(),
        retention_days=7,
        slots=1,
        state=state,
        connection_id=connection.pk,
    )


def attempts(run: Run, *kinds: tuple[str, str, int | None, int]) -> None:
    """Each kind: outcome, reason, status code and milliseconds."""
    Attempt.objects.bulk_create(
        Attempt(
            workspace_id=run.workspace_id,
            run_at=run.run_at,
            run_id=run.pk,
            notification_id=uuid.uuid4(),
            number=1,
            started_at=NOW + timedelta(seconds=number),
            outcome=outcome,
            reason=reason,
            status_code=status_code,
            total_us=ms * 1000,
            retention_days=7,
        )
        for number, (outcome, reason, status_code, ms) in enumerate(kinds)
    )


def test_without_requests_there_is_nothing(connection: Connection) -> None:
    assert connection_figures(connection).requests == 0
    assert connection_figures(connection).delivered_percent is None


def test_share_and_percentiles(connection: Connection) -> None:
    delivered = [("delivered", "", 200, ms) for ms in range(1, 100)]
    attempts(run_of(connection), *delivered, ("failed", "timeout", None, 30_000))
    found = connection_figures(connection)
    assert (found.requests, found.delivered, found.delivered_percent) == (100, 99, 99.0)
    assert (found.median_ms, found.slow_ms) == (50, 95)
    assert found.since == NOW


def test_like_errors_stand_together_the_latest_first(connection: Connection) -> None:
    late, early = ("retry", "server_error", 503, 5), ("failed", "timeout", None, 9)
    attempts(run_of(connection), early, early, late)
    found = connection_figures(connection).errors
    assert [(fault.title, fault.count) for fault in found] == [
        ("The destination has an error (503)", 1),
        ("No answer in time", 2),
    ]
    assert all("/notifications/" in fault.url for fault in found)


def test_others_and_old_runs_are_left_out(connection: Connection, workspace: Workspace) -> None:
    other = Connection.objects.create(workspace=workspace, name="Other", origin="https://b.example")
    attempts(run_of(other), ("failed", "timeout", None, 1))
    assert connection_figures(connection).requests == 0


def test_runs_that_are_not_over_use_it(connection: Connection) -> None:
    run_of(connection)
    running = run_of(connection, state=RunState.RUNNING)
    (use,) = runs_using(connection)
    assert use.label == f"Run {running.pk} of “Spring” (running)"
    assert use.url.endswith(f"?run={running.pk}")
