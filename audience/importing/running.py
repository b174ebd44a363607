"""An import under way: claimed under a lease, read from where the last batch ended, stored batch by batch.

A batch's people, rejects and progress are one transaction. So a worker may die at any instant: the sweep hands the
import to another one, which goes on after the last stored batch.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from itertools import islice
from typing import cast

from django.db import transaction
from django.utils import timezone

from audience.errors import FileRefused, ImportLost, ProfileInvalid
from audience.importing.batches import batches, judged, line_reader, rejects_of, rejects_store, renewing, tally
from audience.importing.checking import import_check
from audience.importing.lease import import_claim, import_finish, import_renew
from audience.importing.lines import LineReader, columns_typed
from audience.importing.mapping import known_kinds
from audience.importing.reading import Record, records
from audience.models import Import, ImportReject, ImportStatus
from audience.services import kinds_seen
from audience.upsert import Mode, upsert
from audience.values import PersonValues, combined
from webhooks_platform.base.errors import StaleState

logger = logging.getLogger(__name__)

COUNTED = ("created", "updated", "unchanged", "skipped", "rejected")
REJECTS_KEPT = timedelta(days=30)


def import_run(*, import_id: int) -> None:
    """Checks a file or imports it, or goes on where a worker died. Does nothing when there is nothing to do."""
    claimed = import_claim(import_id)
    if claimed is None:
        return
    work = import_check if claimed.status == ImportStatus.CHECKING else _import
    try:
        work(claimed)
    except (FileRefused, ProfileInvalid) as error:
        import_finish(claimed, ImportStatus.FAILED, error.message)
    except FileNotFoundError:
        import_finish(claimed, ImportStatus.FAILED, "The uploaded file is no longer there. Upload it again.")
    except (ImportLost, StaleState):
        logger.info("import %s was cancelled or taken over by another worker", import_id)


def rejects_forget() -> None:
    """Deletes the left-out lines of imports that ended more than 30 days ago: they hold people's data."""
    ImportReject.objects.filter(of_import__finished_at__lt=timezone.now() - REJECTS_KEPT).delete()


def _import(running: Import) -> None:
    if not running.columns.typed:
        _look_through(running)
    _attributes_keep(running)
    reader = line_reader(running)
    with running.file.open("rb") as file:
        rest = islice(records(file, running.columns), running.rows_read, None)
        for batch in batches(rest):
            _store(running, batch, reader)
    import_finish(running, ImportStatus.DONE)


def _look_through(running: Import) -> None:
    """Finds the attributes' kinds and the number of lines, for a file that nobody mapped or checked."""
    with running.file.open("rb") as file:
        found = renewing(records(file, running.columns), lambda: import_renew(running))
        columns, count = columns_typed(running.columns, found, known_kinds(running.workspace))
    with transaction.atomic():
        import_renew(running)
        Import.objects.filter(pk=running.pk).update(columns=columns, rows_total=count)
    running.columns = columns


def _attributes_keep(running: Import) -> None:
    """The workspace's list of attributes learns of the file's."""
    with transaction.atomic():
        import_renew(running)
        kinds_seen(
            running.workspace, {column.name: column.kind for column in running.columns.items if column.is_attribute}
        )


def _store(running: Import, batch: Sequence[Record], reader: LineReader) -> None:
    lines = judged(batch, reader)
    people = [person for _, person in lines if isinstance(person, PersonValues)]
    with transaction.atomic():
        import_renew(running)
        done = upsert(running.workspace_id, combined(people), mode=cast(Mode, running.existing_people))
        rejects_store(running, rejects_of(lines, done.refused))
        counts = tally(lines, done)
        progress = {f"{name}_count": getattr(running, f"{name}_count") + counts[name] for name in COUNTED}
        progress["rows_read"] = running.rows_read + len(batch)
        Import.objects.filter(pk=running.pk).update(**progress, tries=0)
    for name, value in progress.items():
        setattr(running, name, value)
