from celery import shared_task

from audience.importing.lease import imports_unfinished
from audience.importing.running import import_run as run
from audience.importing.running import rejects_forget
from audience.importing.services import drafts_forget, import_announce


@shared_task(name="audience.import_run")
def import_run(import_id: int) -> None:
    run(import_id=import_id)


@shared_task(name="audience.imports_sweep")
def imports_sweep() -> None:
    for import_id in imports_unfinished():
        import_announce(import_id)


@shared_task(name="audience.rejects_retention")
def rejects_retention() -> None:
    rejects_forget()
    drafts_forget()
