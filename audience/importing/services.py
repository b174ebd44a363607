"""From an uploaded file to its import: say where the columns go, check, import; a worker does the long parts."""

from datetime import timedelta
from typing import Any

from celery import current_app
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import audit
from accounts.models import Workspace
from accounts.permissions import permit
from audience.errors import FileRefused
from audience.importing.columns import Columns, columns_checked
from audience.importing.lease import WAITING_LIMIT
from audience.importing.lines import columns_typed
from audience.importing.mapping import kinds_of_known, known_kinds, mapped_before
from audience.importing.reading import file_examined, file_read_as, first_records
from audience.models import EmptyCells, ExistingPeople, Import, ImportReject, ImportStatus
from audience.services import ATTRIBUTE_LIMIT
from webhooks_platform.base.transitions import move

SIZE_LIMIT = 200 * 1024 * 1024
# Lines that the kinds of new attributes are guessed from; the check reads them all.
LOOKED_AT = 1_000
DRAFTS_KEPT = timedelta(days=3)
UNFINISHED = (ImportStatus.DRAFT, ImportStatus.CHECKED)


def import_upload(*, actor: Actor, upload: "UploadedFile[bytes]") -> Import:
    """Keeps the uploaded CSV file as a draft, its columns placed as those of the last file with the same headers.

    Where there was none, they are guessed by their names and first values. Raises FileRefused, saying what to change,
    for a file that can't be read; nothing is kept then.
    """
    permit(actor, "profile.edit")
    columns = _examined(actor.workspace, upload)
    before = mapped_before(actor.workspace, columns)
    if before:
        columns = columns.model_copy(update={"items": before.columns.items})
    options = {"existing_people": before.existing_people, "empty_cells": before.empty_cells} if before else {}
    return _kept(actor, upload, columns.model_copy(update={"typed": True}), ImportStatus.DRAFT, **options)


def import_start(*, actor: Actor, upload: "UploadedFile[bytes]", mark_test: bool) -> Import:
    """Imports a file at once, each column where its name says; the kinds are found by looking through the whole file.

    Raises FileRefused, saying what to change, for a file that can't be read or names no user_id.
    """
    permit(actor, "profile.edit")
    columns = columns_checked(_examined(actor.workspace, upload).model_copy(update={"typed": False}))
    return _kept(actor, upload, columns, ImportStatus.WAITING, mark_test=mark_test)


def _examined(workspace: Workspace, upload: "UploadedFile[bytes]") -> Columns:
    if upload.size and upload.size > SIZE_LIMIT:
        raise FileRefused(f"The file has {upload.size // 1024 // 1024} MB; 200 MB is the limit. Split it.")
    known = known_kinds(workspace)
    columns = _guessed(upload, file_examined(upload, known=known), known)
    upload.seek(0)
    return columns


def _guessed(file: Any, columns: Columns, known: dict[str, str]) -> Columns:
    """The columns with the kinds that their first values speak for."""
    file.seek(0)
    typed, _ = columns_typed(columns, first_records(file, columns, LOOKED_AT), known)
    return kinds_of_known(typed, known)


def _kept(actor: Actor, upload: "UploadedFile[bytes]", columns: Columns, status: str, **options: Any) -> Import:
    with transaction.atomic():
        kept = Import.objects.create(
            workspace=actor.workspace,
            file=upload,
            file_name=(upload.name or "profiles.csv")[:200],
            bytes_total=upload.size or 0,
            columns=columns,
            status=status,
            created_by=actor.user,
            **options,
        )
        if status == ImportStatus.WAITING:
            audit(actor, "import.started", kept, test_users=kept.mark_test)
            _announce_on_commit(kept)
    return kept


@transaction.atomic
def import_reread(*, actor: Actor, draft: Import, encoding: str, delimiter: str) -> None:
    """Reads the file in another encoding or with another separator, and guesses its columns anew.

    Raises FileRefused where it can't be read like this.
    """
    permit(actor, "profile.edit")
    known = known_kinds(actor.workspace)
    with draft.file.open("rb") as file:
        read = file_read_as(file, encoding=encoding, delimiter=delimiter, known=known)
        columns = _guessed(file, read, known).model_copy(update={"typed": True})
    Import.objects.filter(pk=draft.pk, status__in=UNFINISHED).update(columns=columns)


@transaction.atomic
def import_check_start(
    *, actor: Actor, draft: Import, columns: Columns, existing_people: str, empty_cells: str, mark_test: bool
) -> None:
    """Keeps where the columns go and what is to happen, and asks a worker for the dry run.

    Raises FileRefused for columns that nobody can be read by, StaleState when the import has begun meanwhile.
    """
    permit(actor, "profile.edit")
    _check_room(actor.workspace, columns)
    move(
        draft,
        ImportStatus.CHECKING,
        transitions=Import.TRANSITIONS,
        columns=columns_checked(columns),
        existing_people=ExistingPeople(existing_people),
        empty_cells=EmptyCells(empty_cells),
        mark_test=mark_test,
        rows_total=None,
        rows_read=0,
        check_report=None,
        lease=None,
        lease_until=timezone.now() + WAITING_LIMIT,
    )
    _announce_on_commit(draft)


def _check_room(workspace: Workspace, columns: Columns) -> None:
    known = known_kinds(workspace)
    new = {column.name for column in columns.items if column.is_attribute} - known.keys()
    if len(known) + len(new) > ATTRIBUTE_LIMIT:
        raise FileRefused(
            f"With these {len(new)} new attributes the workspace would have more than {ATTRIBUTE_LIMIT}. "
            "Choose “Don't import” for some columns."
        )


@transaction.atomic
def import_go(*, actor: Actor, checked: Import) -> None:
    """Imports a file whose check is done. Raises StaleState when it was begun or cancelled meanwhile."""
    permit(actor, "profile.edit")
    ImportReject.objects.filter(of_import=checked).delete()
    move(checked, ImportStatus.WAITING, transitions=Import.TRANSITIONS, rows_read=0)
    audit(actor, "import.started", checked, test_users=checked.mark_test)
    _announce_on_commit(checked)


@transaction.atomic
def import_cancel(*, actor: Actor, unfinished: Import) -> None:
    """Stops an import, or gives a draft up: what is stored by then stays, and the file is deleted.

    Raises StaleState when it has ended meanwhile.
    """
    permit(actor, "profile.edit")
    _cancelled(unfinished)
    audit(actor, "import.cancelled", unfinished, rows=unfinished.rows_read)


def _cancelled(unfinished: Import) -> None:
    move(
        unfinished,
        ImportStatus.CANCELLED,
        transitions=Import.TRANSITIONS,
        finished_at=timezone.now(),
        lease=None,
        lease_until=None,
    )
    transaction.on_commit(lambda: unfinished.file.delete(save=False), robust=True)


def drafts_forget() -> None:
    """Gives up files that nobody went on with for three days: they hold people's data."""
    for draft in Import.objects.filter(status__in=UNFINISHED, created_at__lt=timezone.now() - DRAFTS_KEPT)[:500]:
        with transaction.atomic():
            _cancelled(draft)


def _announce_on_commit(announced: Import) -> None:
    """Where the broker can't be reached, the sweep announces it later."""
    transaction.on_commit(lambda: import_announce(announced.pk), robust=True)


def import_announce(import_id: int) -> None:
    """Tells the bulk workers that there is an import to check or to run."""
    current_app.send_task("audience.import_run", [import_id])
