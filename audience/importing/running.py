"""An import under way: claimed under a lease, read from where the last batch ended, stored batch by batch.

A batch's people, rejects and progress are one transaction. So a worker may die at any instant: the sweep hands the
import to another one, which goes on after the last stored batch.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from psycopg.types.json import Jsonb

from audience.errors import FileRefused, ImportLost, ProfileInvalid
from audience.importing.lines import columns_typed, person_from
from audience.importing.reading import Record, records
from audience.models import Attribute, Import, ImportReject, ImportStatus
from audience.services import TOO_LARGE, kinds_seen
from audience.upsert import upsert
from audience.values import PersonValues, combined
from webhooks_platform.base.errors import StaleState
from webhooks_platform.base.transitions import move

logger = logging.getLogger(__name__)

BATCH = 5_000
# Far above the time of a batch: 0.5 s, measured with 12 columns on 2 shared cores.
LEASE = timedelta(seconds=30)
# A waiting import that no worker took by then was perhaps never announced.
WAITING_LIMIT = timedelta(seconds=20)
TRIES = 5
REJECTS_KEPT = timedelta(days=30)

Judged = tuple[Record, PersonValues | ProfileInvalid]


def import_run(*, import_id: int) -> None:
    """Runs an import to its end, or goes on with one whose worker died. Does nothing when there is nothing to do."""
    claimed = _claim(import_id)
    if claimed is None:
        return
    try:
        _import(claimed)
    except (FileRefused, ProfileInvalid) as error:
        _finish(claimed, ImportStatus.FAILED, error.message)
    except FileNotFoundError:
        _finish(claimed, ImportStatus.FAILED, "The uploaded file is no longer there. Upload it again.")
    except (ImportLost, StaleState):
        logger.info("import %s was taken over by another worker", import_id)


def imports_unfinished() -> list[int]:
    """Imports that nobody works on: never started, or their worker's lease has run out."""
    now = timezone.now()
    forgotten = Q(status=ImportStatus.WAITING, created_at__lt=now - WAITING_LIMIT)
    abandoned = Q(status=ImportStatus.RUNNING, lease_until__lt=now)
    return list(Import.objects.filter(forgotten | abandoned).order_by("id").values_list("pk", flat=True)[:100])


def rejects_forget() -> None:
    """Deletes the left-out lines of imports that ended more than 30 days ago: they hold people's data."""
    ImportReject.objects.filter(of_import__finished_at__lt=timezone.now() - REJECTS_KEPT).delete()


def _claim(import_id: int) -> Import | None:
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
    return _taken_over(claimed, lease) if claimed.status == ImportStatus.RUNNING else None


def _taken_over(abandoned: Import, lease: dict[str, Any]) -> Import | None:
    free = Import.objects.filter(pk=abandoned.pk, status=ImportStatus.RUNNING, lease_until__lt=timezone.now())
    if not free.update(**lease, tries=F("tries") + 1):
        return None
    abandoned.refresh_from_db()
    if abandoned.tries <= TRIES:
        return abandoned
    line = f"near line {abandoned.rows_read + 2}"
    _finish(abandoned, ImportStatus.FAILED, f"The import stopped {TRIES} times {line}. Split the file and try again.")
    return None


def _import(running: Import) -> None:
    if not running.columns.typed:
        _look_through(running)
    with running.file.open("rb") as file:
        rest = islice(records(file, running.columns), running.rows_read, None)
        for batch in _batches(rest):
            _store(running, batch)
    _finish(running, ImportStatus.DONE)


def _look_through(running: Import) -> None:
    """Finds the attributes' kinds and the number of lines, which the page shows progress against."""
    with running.file.open("rb") as file:
        found = _renewing(running, records(file, running.columns))
        columns, count = columns_typed(running.columns, found, _known_kinds(running))
    with transaction.atomic():
        _renew(running)
        kinds_seen(running.workspace, {column.name: column.kind for column in columns.items if column.is_attribute})
        Import.objects.filter(pk=running.pk).update(columns=columns, rows_total=count)
    running.columns = columns


def _known_kinds(running: Import) -> dict[str, str]:
    return dict(Attribute.objects.filter(workspace=running.workspace).values_list("name", "kind"))


def _renewing(running: Import, found: Iterator[Record]) -> Iterator[Record]:
    """Keeps the lease on the way. Where the file can't be read on it ends: the import says so when it gets there."""
    try:
        for number, record in enumerate(found, start=1):
            if number % (BATCH * 4) == 0:
                _renew(running)
            yield record
    except FileRefused:
        return


def _batches(found: Iterator[Record]) -> Iterator[list[Record]]:
    """Full batches; where the file can't be read on, the lines before that are stored first."""
    problem: FileRefused | None = None
    while problem is None:
        batch: list[Record] = []
        try:
            batch.extend(islice(found, BATCH))
        except FileRefused as error:
            problem = error
        if batch:
            yield batch
        elif problem is None:
            return
    raise problem


def _store(running: Import, batch: Sequence[Record]) -> None:
    judged = [(record, _judged(record, running)) for record in batch]
    people = [person for _, person in judged if isinstance(person, PersonValues)]
    with transaction.atomic():
        _renew(running)
        done = upsert(running.workspace.pk, combined(people))
        rejects = list(_rejects(judged, done.refused))
        _store_rejects(running, rejects)
        progress = {
            "rows_read": running.rows_read + len(batch),
            "created_count": running.created_count + len(done.created),
            "rejected_count": running.rejected_count + len(rejects),
            # A second line about a person counts as an update, also when both came in one batch.
            "updated_count": running.updated_count + len(batch) - len(rejects) - len(done.created),
        }
        Import.objects.filter(pk=running.pk).update(**progress, tries=0)
    for name, value in progress.items():
        setattr(running, name, value)


def _judged(record: Record, running: Import) -> PersonValues | ProfileInvalid:
    try:
        return person_from(record, running.columns, mark_test=running.mark_test)
    except ProfileInvalid as error:
        return error


def _rejects(judged: Iterable[Judged], refused: frozenset[str]) -> Iterator[tuple[Record, str]]:
    for record, person in judged:
        if isinstance(person, ProfileInvalid):
            yield record, person.message
        elif person.user_id in refused:
            yield record, TOO_LARGE


def _store_rejects(running: Import, rejects: Iterable[tuple[Record, str]]) -> None:
    statement = "COPY audience_importreject (of_import_id, line, reason, cells) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["bigint", "integer", "text", "jsonb"])
        for record, reason in rejects:
            # JSON in PostgreSQL has no NUL.
            cells = [cell.replace("\x00", "�") for cell in record.cells]
            copy.write_row((running.pk, record.line, reason.replace("\x00", "�")[:300], Jsonb(cells)))


def _renew(running: Import) -> None:
    """Keeps the lease, and the row locked until the transaction ends; raises ImportLost when another worker has it."""
    mine = Import.objects.filter(pk=running.pk, lease=running.lease, status=ImportStatus.RUNNING)
    if not mine.update(lease_until=timezone.now() + LEASE):
        raise ImportLost("Another worker goes on with this import.")


def _finish(running: Import, status: ImportStatus, problem: str = "") -> None:
    """Ends the import and deletes the uploaded file, which holds people's data."""
    with transaction.atomic():
        _renew(running)
        move(
            running,
            status,
            transitions=Import.TRANSITIONS,
            problem=problem[:500],
            finished_at=timezone.now(),
            lease=None,
            lease_until=None,
        )
    running.file.delete(save=False)
