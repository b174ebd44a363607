"""When connections were last used: what their page asks of the ledger. Read from runs, so that sending pays nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import Workspace
from channels.registry import ConnectionActivity
from notifications.models import Run
from notifications.states import NotificationState


def connection_activity(workspace: Workspace, connection_ids: Sequence[int]) -> dict[int, ConnectionActivity]:
    """The latest run of each with somebody delivered, and with somebody failed, tests included; two queries."""
    delivered = {run.connection_id: run for run in _latest(workspace, connection_ids, NotificationState.DELIVERED)}
    failed = {run.connection_id: run for run in _latest(workspace, connection_ids, NotificationState.FAILED)}
    return {
        number: ConnectionActivity(
            *_place(workspace, delivered.get(number), NotificationState.DELIVERED),
            *_place(workspace, failed.get(number), NotificationState.FAILED),
        )
        for number in connection_ids
    }


def _latest(workspace: Workspace, connection_ids: Sequence[int], state: str) -> Iterable[Run]:
    found = Run.objects.filter(
        workspace=workspace, connection_id__in=connection_ids, tallies__state=state, tallies__count__gt=0
    )
    found = found.only("id", "connection_id", "run_at", "finished_at")
    return found.order_by("connection_id", "-run_at", "-id").distinct("connection_id")


def _place(workspace: Workspace, run: Run | None, state: str) -> tuple[datetime | None, str]:
    """When, as exactly as the run says, and the run's rows in that state."""
    if run is None:
        return None, ""
    log = reverse("notifications_log", kwargs={"workspace": workspace.slug})
    return run.finished_at or run.run_at, f"{log}?{urlencode({'run': run.pk, 'state': state})}"
