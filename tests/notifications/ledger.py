"""Rows of the ledger made directly, without the engine: one person's line with its attempts and exchanges."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.models import Workspace
from audience.models import Profile
from notifications.models import Attempt, Exchange, Notification, Run, RunTally
from notifications.partitions import partition_by_month
from notifications.states import FINAL, AttemptOutcome, NotificationState, Reason, RunState
from templates_lib.content import WebhookContent

_uuid_count = 0


def time_ordered_id() -> UUID:
    """As the engine makes them: later rows have greater ids."""
    global _uuid_count
    _uuid_count += 1
    milliseconds = int(timezone.now().timestamp() * 1000)
    return UUID(int=(milliseconds << 80) | (7 << 76) | (2 << 62) | _uuid_count)


def run_made(workspace: Workspace, **fields: Any) -> Run:
    values: dict[str, Any] = {
        "campaign_id": 7,
        "campaign_name": "Summer sale",
        "run_at": timezone.now(),
        "state": RunState.COMPLETED,
        "content": WebhookContent(url="https://api.example.com/people"),
        "retention_days": 30,
        "slots": 4,
        "prepared_at": timezone.now(),
        **fields,
    }
    if "run_at" in fields:
        month_made(values["run_at"])
    return Run.objects.create(workspace=workspace, **values)


def profile_made(workspace: Workspace, user_id: str, **fields: Any) -> Profile:
    profile, _ = Profile.objects.get_or_create(workspace=workspace, user_id=user_id, defaults=fields)
    return profile


def notification_made(run: Run, user_id: str = "person-1", **fields: Any) -> Notification:
    """A row of the run, its profile, and its share of the run's tally."""
    profile = profile_made(run.workspace, user_id, first_name="Ada", last_name=user_id.title())
    identity = time_ordered_id()
    values: dict[str, Any] = {
        "id": identity,
        "webhook_id": identity,
        "state": NotificationState.DELIVERED,
        "due_at": run.run_at,
        "updated_at": timezone.now(),
        **fields,
    }
    row = Notification.objects.create(
        workspace_id=run.workspace_id,
        run_at=run.run_at,
        run_id=run.pk,
        campaign_id=run.campaign_id,
        profile_id=profile.pk,
        user_id=user_id,
        **values,
    )
    _counted(run, row.state)
    return row


def _counted(run: Run, state: str) -> None:
    run.audience_count += 1
    run.save(update_fields=["audience_count"])
    if state in FINAL:
        tally, _ = RunTally.objects.get_or_create(run=run, slot=0, state=state)
        tally.count += 1
        tally.save()


def attempt_made(row: Notification, number: int = 1, **fields: Any) -> Attempt:
    values: dict[str, Any] = {
        "started_at": timezone.now(),
        "outcome": AttemptOutcome.DELIVERED,
        "status_code": 200,
        "address": "93.184.215.14:443",
        "dns_us": 4_000,
        "connect_us": 11_000,
        "tls_us": 20_000,
        "first_byte_us": 90_000,
        "total_us": 95_000,
        "retention_days": 30,
        **fields,
    }
    return Attempt.objects.create(
        workspace_id=row.workspace_id,
        run_at=row.run_at,
        run_id=row.run_id,
        notification_id=row.id,
        number=number,
        **values,
    )


def exchange_made(attempt: Attempt, **fields: Any) -> Exchange:
    values: dict[str, Any] = {
        "method": "POST",
        "url": "https://api.example.com/people",
        "request_headers": "content-type: application/json\nauthorization: Bearer ••••••••",
        "request_body": b'{"name":"Ada"}',
        "response_headers": "content-type: application/json",
        "response_body": b'{"id":1}',
        "response_size": 8,
        **fields,
    }
    return Exchange.objects.create(
        retention_days=attempt.retention_days,
        day=attempt.started_at.astimezone(UTC).date(),
        workspace_id=attempt.workspace_id,
        notification_id=attempt.notification_id,
        number=attempt.number,
        **values,
    )


def delivered_made_many(run: Run, count: int) -> None:
    """So many people who were reached, without profiles, attempts or a share of the tally."""
    Notification.objects.bulk_create(
        Notification(
            id=(identity := time_ordered_id()),
            webhook_id=identity,
            workspace_id=run.workspace_id,
            run_at=run.run_at,
            run_id=run.pk,
            campaign_id=run.campaign_id,
            profile_id=-n,
            user_id=f"reached-{n}",
            state=NotificationState.DELIVERED,
            due_at=run.run_at,
            updated_at=timezone.now(),
        )
        for n in range(1, count + 1)
    )


def failed_made(run: Run, user_id: str, status_code: int = 422, **fields: Any) -> Notification:
    """A person whom the destination refused, with the attempt and the exchange that say so."""
    row = notification_made(
        run,
        user_id,
        state=NotificationState.FAILED,
        reason=Reason.UNPROCESSABLE,
        status_code=status_code,
        attempt_number=1,
        **fields,
    )
    attempt = attempt_made(row, outcome=AttemptOutcome.FAILED, reason=Reason.UNPROCESSABLE, status_code=status_code)
    exchange_made(attempt, response_body=b'{"error":{"message":"email is invalid"}}', response_size=40)
    return row


def skipped_made(run: Run, user_id: str, detail: str, reason: str = Reason.MISSING_VARIABLE) -> Notification:
    """A person who was left out, because of what the detail names."""
    return notification_made(run, user_id, state=NotificationState.SKIPPED, reason=reason, reason_detail=detail)


def queries_of(action: Any) -> list[str]:
    """The SQL that the action runs."""
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        action()
    return [query["sql"] for query in captured.captured_queries]


def days_ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def partition_made(parent: str, start: datetime, end: datetime, name: str) -> None:
    """A partition outside of what ``partitions_ensure`` makes: the past."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"create table if not exists {name} partition of {parent} "
            f"for values from ('{start:%Y-%m-%d}') to ('{end:%Y-%m-%d}')"
        )


def month_made(moment: datetime) -> None:
    """Where rows of a run of then go, however long ago that is by now."""
    start = moment.astimezone(UTC).replace(day=1)
    end = (start + timedelta(days=32)).replace(day=1)
    for parent in ("notification", "attempt"):
        partition_made(parent, start, end, partition_by_month(parent, moment))


def ids(rows: Iterable[Notification]) -> list[UUID]:
    return [row.id for row in rows]
