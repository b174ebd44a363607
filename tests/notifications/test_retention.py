from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from accounts.models import Workspace
from notifications.models import Attempt, Exchange, Notification
from notifications.retention import retention_enforce
from notifications.states import NotificationState, RunState
from tests.notifications.ledger import attempt_made, exchange_made, notification_made, partition_made, run_made

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LONG_AGO = datetime(2025, 8, 15, tzinfo=UTC)
JUST_KEPT = datetime(2025, 10, 31, tzinfo=UTC)


def day_made(retention_days: int, day: datetime) -> None:
    parent = f"exchange_{retention_days}"
    partition_made(parent, day, day + timedelta(days=1), f"{parent}_{day:%Y_%m_%d}")


def exists(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass(%s) is not null", [name])
        return bool(cursor.fetchone()[0])


@pytest.fixture
def old_row(workspace: Workspace) -> Notification:
    """A final notification of a month that is not kept any more, and one of the last month that is."""
    for moment in (LONG_AGO, JUST_KEPT):
        row = notification_made(run_made(workspace, run_at=moment), f"{moment:%B}")
        attempt_made(row, started_at=moment)
    return Notification.objects.earliest("run_at")


def test_whole_months_go_after_their_retention(old_row: Notification) -> None:
    assert retention_enforce(now=NOW) == ["notification_2025_08", "attempt_2025_08"]
    assert [row.run_at for row in Notification.objects.all()] == [JUST_KEPT]
    assert Attempt.objects.count() == 1
    assert retention_enforce(now=NOW) == []


@pytest.mark.parametrize("state", [NotificationState.QUEUED, NotificationState.RETRYING, NotificationState.SENDING])
def test_a_month_with_a_row_that_is_not_final_stays(old_row: Notification, workspace: Workspace, state: str) -> None:
    paused = run_made(workspace, run_at=LONG_AGO, state=RunState.PAUSED)
    notification_made(paused, "waiting", state=state)
    assert retention_enforce(now=NOW) == []
    assert exists("attempt_2025_08")


def test_attempts_left_alone_go_too(old_row: Notification) -> None:
    with connection.cursor() as cursor:
        cursor.execute("drop table notification_2025_08")
    assert retention_enforce(now=NOW) == ["attempt_2025_08"]


def test_the_number_of_months_is_a_setting(old_row: Notification, settings) -> None:
    settings.LEDGER_RETENTION_MONTHS = 24
    assert retention_enforce(now=NOW) == []


def test_headers_and_bodies_go_by_class(workspace: Workspace) -> None:
    day = NOW - timedelta(days=9)
    row = notification_made(run_made(workspace, run_at=day))
    for number, days in enumerate((7, 30), start=1):
        day_made(days, day)
        exchange_made(attempt_made(row, number, started_at=day, retention_days=days))
    assert retention_enforce(now=NOW) == [f"exchange_7_{day:%Y_%m_%d}"]
    assert [exchange.retention_days for exchange in Exchange.objects.all()] == [30]
    assert Attempt.objects.count() == 2


def test_headers_and_bodies_of_a_paused_run_stay(workspace: Workspace) -> None:
    day = NOW - timedelta(days=9)
    day_made(7, day)
    paused = run_made(workspace, run_at=day, state=RunState.PAUSED)
    row = notification_made(paused, state=NotificationState.RETRYING)
    exchange_made(attempt_made(row, started_at=day, retention_days=7))
    assert retention_enforce(now=NOW) == []
