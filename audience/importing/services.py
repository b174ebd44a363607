"""Starting an import: the file is looked through and kept, a worker does the rest."""

from celery import current_app
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.actors import Actor
from accounts.audit import audit
from accounts.permissions import permit
from audience.errors import FileRefused
from audience.importing.reading import file_examined
from audience.models import Import

SIZE_LIMIT = 200 * 1024 * 1024


def import_start(*, actor: Actor, upload: "UploadedFile[bytes]", mark_test: bool) -> Import:
    """Keeps the uploaded CSV file and asks a worker to import it.

    Raises FileRefused, saying what to change, for a file that can't be read as profiles; nothing is kept then.
    """
    permit(actor, "profile.edit")
    if upload.size and upload.size > SIZE_LIMIT:
        raise FileRefused(f"The file has {upload.size // 1024 // 1024} MB; 200 MB is the limit. Split it.")
    columns = file_examined(upload)
    upload.seek(0)
    with transaction.atomic():
        started = Import.objects.create(
            workspace=actor.workspace,
            file=upload,
            file_name=(upload.name or "profiles.csv")[:200],
            bytes_total=upload.size or 0,
            columns=columns,
            mark_test=mark_test,
            created_by=actor.user,
        )
        audit(actor, "import.started", started, test_users=mark_test)
        # Where the broker can't be reached the sweep announces it later.
        transaction.on_commit(lambda: import_announce(started.pk), robust=True)
    return started


def import_announce(import_id: int) -> None:
    """Tells the bulk workers that there is an import to run."""
    current_app.send_task("audience.import_run", args=[import_id])
