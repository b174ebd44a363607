"""How the latest requests of a connection went, and which runs need it now. Read from its latest runs when asked for,
so that sending pays nothing; the cost is bounded whatever was sent."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from channels.models import Connection
from channels.registry import ConnectionFault, ConnectionFigures, ConnectionUse
from notifications.models import Attempt, Run
from notifications.reasons import explain
from notifications.states import RUN_OPEN, AttemptOutcome

# The latest requests of the latest runs: enough for a percentile, few enough to be read in milliseconds.
RUNS_READ, ATTEMPTS_READ = 10, 2_000
WITHIN = timedelta(days=30)
FAULTS_SHOWN = 5


def connection_figures(connection: Connection) -> ConnectionFigures:
    """Tests included. One query for the runs, and one for each of those that are read."""
    attempts = _latest_attempts(connection)
    if not attempts:
        return ConnectionFigures()
    answered = sorted(attempt.total_us for attempt in attempts if attempt.status_code is not None)
    return ConnectionFigures(
        requests=len(attempts),
        delivered=sum(attempt.outcome == AttemptOutcome.DELIVERED for attempt in attempts),
        since=min(attempt.started_at for attempt in attempts),
        median_ms=_percentile(answered, 50),
        slow_ms=_percentile(answered, 95),
        errors=_faults(connection, attempts),
    )


def runs_using(connection: Connection) -> list[ConnectionUse]:
    """Runs that are not over and send with it."""
    workspace = connection.workspace
    runs = Run.objects.filter(workspace=workspace, connection_id=connection.pk, state__in=sorted(RUN_OPEN))
    log = reverse("notifications_log", kwargs={"workspace": workspace.slug})
    return [ConnectionUse(_run_words(run), f"{log}?run={run.pk}") for run in runs.order_by("-run_at")]


def _run_words(run: Run) -> str:
    return f"Run {run.pk} of “{run.campaign_name}” ({run.get_state_display().lower()})"


def _latest_attempts(connection: Connection) -> list[Attempt]:
    found: list[Attempt] = []
    for run in _latest_runs(connection):
        # Ids are ordered by time, and their index is the primary key's: the end of it is read and nothing else.
        rows = Attempt.objects.filter(workspace_id=run.workspace_id, run_at=run.run_at, run_id=run.pk)
        found += rows.order_by("-notification_id", "-number")[: ATTEMPTS_READ - len(found)]
        if len(found) >= ATTEMPTS_READ:
            break
    return found


def _latest_runs(connection: Connection) -> QuerySet[Run]:
    runs = Run.objects.filter(
        workspace=connection.workspace_id, connection_id=connection.pk, run_at__gte=timezone.now() - WITHIN
    )
    return runs.only("id", "workspace_id", "run_at").order_by("-run_at")[:RUNS_READ]


def _percentile(ascending: Sequence[int], percent: int) -> int | None:
    """Milliseconds, by the nearest rank."""
    if not ascending:
        return None
    rank = -(-len(ascending) * percent // 100)
    return round(ascending[rank - 1] / 1000)


def _faults(connection: Connection, attempts: Sequence[Attempt]) -> tuple[ConnectionFault, ...]:
    groups: dict[tuple[str, int | None], list[Attempt]] = {}
    for attempt in attempts:
        if attempt.outcome != AttemptOutcome.DELIVERED:
            groups.setdefault((attempt.reason, attempt.status_code), []).append(attempt)
    faults = [_fault(connection, group) for group in groups.values()]
    return tuple(sorted(faults, key=lambda fault: fault.at, reverse=True)[:FAULTS_SHOWN])


def _fault(connection: Connection, group: Sequence[Attempt]) -> ConnectionFault:
    latest = max(group, key=lambda attempt: attempt.started_at)
    place = {"workspace": connection.workspace.slug, "run": latest.run_id, "notification": latest.notification_id}
    title = explain(latest.reason, latest.status_code).title
    return ConnectionFault(title, len(group), latest.started_at, reverse("notification_detail", kwargs=place))
