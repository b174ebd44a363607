from datetime import timedelta

from celery import shared_task

from audience.erasing import erasures_look_again, erasures_work_off
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


@shared_task(name="audience.erasures_sweep")
def erasures_sweep() -> None:
    erasures_work_off()


@shared_task(name="audience.erasures_again")
def erasures_again() -> None:
    erasures_look_again(within=timedelta(hours=3))
