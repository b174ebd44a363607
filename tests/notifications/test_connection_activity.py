from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import Workspace
from channels.models import Connection
from channels.registry import ConnectionActivity, connections_activity
from notifications.connection_activity import connection_activity
from notifications.models import Run, RunTally
from notifications.states import NotificationState
from templates_lib.content import WebhookContent

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def connection_of(workspace: Workspace, name: str) -> Connection:
    return Connection.objects.create(workspace=workspace, name=name, origin="https://a.example")


def run_at(connection: Connection, hours: int, **counts: int) -> Run:
    run = Run.objects.create(
        workspace=connection.workspace,
        campaign_id=1,
        campaign_name="Spring",
        run_at=NOON + timedelta(hours=hours),
        content=WebhookContent(),
        connection_id=connection.pk,
        retention_days=30,
        slots=1,
    )
    RunTally.objects.bulk_create(
        RunTally(run=run, slot=slot, state=state, count=count) for slot in (0, 1) for state, count in counts.items()
    )
    return run


def test_the_latest_run_of_each_counts(workspace: Workspace, django_assert_num_queries: Any) -> None:
    crm, chat, idle = (connection_of(workspace, name) for name in ("CRM", "Chat", "Idle"))
    run_at(crm, 0, delivered=5, failed=1)
    latest = run_at(crm, 1, delivered=5, failed=0)
    run_at(chat, 2, failed=3)
    with django_assert_num_queries(2):
        found = connection_activity(workspace, [crm.pk, chat.pk, idle.pk])
    assert (found[crm.pk].success_at, found[crm.pk].failure_at) == (latest.run_at, NOON)
    assert found[crm.pk].success_url == f"/w/acme/notifications/?run={latest.pk}&state={NotificationState.DELIVERED}"
    assert (found[chat.pk].success_at, found[chat.pk].failure_at) == (None, NOON + timedelta(hours=2))
    assert found[idle.pk] == ConnectionActivity()


def test_a_run_that_ended_says_when(workspace: Workspace) -> None:
    crm = connection_of(workspace, "CRM")
    run_at(crm, 0, delivered=1)
    Run.objects.update(finished_at=NOON + timedelta(minutes=3))
    assert connections_activity(workspace, [crm])[crm.pk].success_at == NOON + timedelta(minutes=3)


def test_runs_of_another_workspace_say_nothing(workspace: Workspace) -> None:
    crm = connection_of(workspace, "CRM")
    run_at(crm, 0, delivered=1)
    elsewhere = Workspace.objects.create(name="Globex", slug="globex")
    assert connection_activity(elsewhere, [crm.pk])[crm.pk] == ConnectionActivity()
