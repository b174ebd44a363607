"""Who works on an import: one worker at a time, under a lease that it renews with each batch."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from audience.errors import ImportLost
from audience.models import Import, ImportStatus
from webhooks_platform.base.errors import StaleState
from webhooks_platform.base.transitions import move

# Far above the time of a batch: 0.5 s, measured with 12 columns on 2 shared cores.
LEASE = timedelta(seconds=30)
# A waiting import that no worker took by then was perhaps never announced.
WAITING_LIMIT = timedelta(seconds=20)
TRIES = 5


def imports_unfinished() -> list[int]:
    """Imports that nobody works on: never started, or their worker's lease has run out."""
    now = timezone.now()
    forgotten = Q(status=ImportStatus.WAITING, created_at__lt=now - WAITING_LIMIT)
    abandoned = Q(status__in=[ImportStatus.CHECKING, ImportStatus.RUNNING], lease_until__lt=now)
    return list(Import.objects.filter(forgotten | abandoned).order_by("id").values_list("pk", flat=True)[:100])


def import_claim(import_id: int) -> Import | None:
    """Takes the import for this worker, or returns None when it is finished or another worker has it."""
    claimed = Import.objects.select_related("workspace").filter(pk=import_id).first()
    if claimed is None:
        return None
    lease: dict[str, Any] = {"lease": uuid4(), "lease_until": timezone.now() + LEASE}
    if claimed.status == ImportStatus.WAITING:
        try:
            move(claimed, ImportStatus.RUNNING, transitions=Import.TRANSITIONS, started_at=timezone.now(), **lease)
        except StaleState:
            return None
        return claimed
    return _taken(claimed, lease) if claimed.status in (ImportStatus.CHECKING, ImportStatus.RUNNING) else None


def _taken(found: Import, lease: dict[str, Any]) -> Import | None:
    """A check that nobody began, or work whose lease ran out; work that kills its worker each time is given up."""
    free = Q(lease=None) | Q(lease_until__lt=timezone.now())
    rows = Import.objects.filter(free, pk=found.pk, status=found.status)
    if not rows.update(**lease, tries=F("tries") + (1 if found.lease else 0)):
        return None
    found.refresh_from_db()
    if found.tries <= TRIES:
        return found
    line = f"near line {found.rows_read + 2}"
    import_finish(found, ImportStatus.FAILED, f"The import stopped {TRIES} times {line}. Split the file and try again.")
    return None


def import_renew(running: Import) -> None:
    """Keeps the lease, and the row locked until the transaction ends.

    Raises ImportLost when another worker has it, or somebody cancelled it.
    """
    mine = Import.objects.filter(pk=running.pk, lease=running.lease, status=running.status)
    if not mine.update(lease_until=timezone.now() + LEASE):
        raise ImportLost("This import was cancelled, or another worker goes on with it.")


def import_finish(running: Import, status: ImportStatus, problem: str = "", **changes: Any) -> None:
    """Ends the import and deletes the uploaded file, which holds people's data."""
    with transaction.atomic():
        import_renew(running)
        ended: dict[str, Any] = {
            "problem": problem[:500],
            "finished_at": timezone.now(),
            "lease": None,
            "lease_until": None,
        }
        move(running, status, transitions=Import.TRANSITIONS, **ended, **changes)
    running.file.delete(save=False)
