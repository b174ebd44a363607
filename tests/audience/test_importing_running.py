from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from audience.errors import FileRefused, ImportLost
from audience.fields import fields_available
from audience.importing import running
from audience.importing.batches import line_reader
from audience.importing.lease import TRIES, import_claim, imports_unfinished
from audience.importing.reading import Record
from audience.importing.running import import_run, rejects_forget
from audience.importing.services import import_start
from audience.models import Import, ImportStatus, Profile
from webhooks_platform.base.errors import NotAllowed

pytestmark = pytest.mark.usefixtures("media")

FILE = """user_id,E-mail,age,zip,vip
ana,ana@example.com,30,01234,true
,nobody@example.com,1,2,false
bob,not an address,41,80331,false
cem,,,10115,
ana,,31,,
"""


def start(actor, text=FILE, **options):
    upload = SimpleUploadedFile("people.csv", text.encode())
    return import_start(actor=actor, upload=upload, **{"mark_test": False, **options})


def finished(started):
    import_run(import_id=started.pk)
    started.refresh_from_db()
    return started


def abandon(started, **changes):
    """Leaves the import as a worker that was killed does, some time after its lease ran out."""
    past = timezone.now() - timedelta(seconds=1)
    Import.objects.filter(pk=started.pk).update(status="running", lease=uuid4(), lease_until=past, **changes)


def test_people_come_in_typed_and_bad_lines_are_kept_with_their_reason(editor, shop):
    done = finished(start(editor))
    assert (done.status, done.rows_total, done.rows_read) == (ImportStatus.DONE, 5, 5)
    assert (done.created_count, done.updated_count, done.rejected_count) == (2, 1, 2)
    ana = Profile.objects.get(user_id="ana")
    assert ana.attributes == {"age": 31, "zip": "01234", "vip": True}
    assert (ana.email, ana.is_test, ana.workspace) == ("ana@example.com", False, shop)
    rejects = list(done.rejects.order_by("line").values_list("line", "cells"))
    assert rejects == [
        (3, ["", "nobody@example.com", "1", "2", "false"]),
        (4, ["bob", "not an address", "41", "80331", "false"]),
    ]
    kinds = {field.variable: field.kind for field in fields_available(shop) if field.is_attribute}
    assert kinds == {"age": "number", "zip": "text", "vip": "boolean"}


def test_the_uploaded_file_is_gone_once_the_import_ended(editor, media):
    started = start(editor)
    assert [path for path in media.rglob("*") if path.is_file()]
    finished(started)
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_importing_again_updates_and_marks_test_users(editor):
    finished(start(editor))
    done = finished(start(editor, "user_id,country\nana,DE\n", mark_test=True))
    assert (done.created_count, done.updated_count) == (0, 1)
    ana = Profile.objects.get(user_id="ana")
    assert (ana.country, ana.email, ana.is_test) == ("DE", "ana@example.com", True)


def test_a_quote_never_closed_ends_the_import_after_the_lines_before_it(editor):
    done = finished(start(editor, 'user_id,x\na,1\nb,"2\nc,3\n'))
    assert (done.status, done.created_count) == (ImportStatus.FAILED, 1)
    assert "opens on line 3" in done.problem


def test_a_file_that_can_not_be_read_is_refused_at_once(editor, onlooker):
    with pytest.raises(FileRefused, match="no column user_id"):
        start(editor, "email\na@example.com\n")
    with pytest.raises(NotAllowed):
        start(onlooker)
    assert not Import.objects.exists()


def test_a_killed_import_goes_on_after_its_last_batch(editor):
    started = start(editor, "user_id\n" + "".join(f"u{n}\n" for n in range(7)))
    killed = import_claim(started.pk)
    assert killed is not None
    running._look_through(killed)
    running._store(killed, [Record(n + 2, [f"u{n}"]) for n in range(4)], line_reader(killed))
    import_run(import_id=started.pk)  # the lease still runs: nobody else may touch it
    assert (Profile.objects.count(), imports_unfinished()) == (4, [])
    Import.objects.filter(pk=started.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert imports_unfinished() == [started.pk]
    done = finished(started)
    assert (done.status, done.created_count, done.updated_count) == (ImportStatus.DONE, 7, 0)
    assert Profile.objects.count() == 7


def test_a_worker_that_lost_its_lease_stores_nothing_more(editor):
    started = start(editor)
    mine = import_claim(started.pk)
    assert mine is not None
    Import.objects.filter(pk=started.pk).update(lease=uuid4())
    with pytest.raises(ImportLost):
        running._import(mine)
    assert not Profile.objects.exists()


def test_an_import_that_kills_every_worker_ends_as_failed(editor):
    started = start(editor)
    abandon(started, tries=TRIES)
    done = finished(started)
    assert (done.status, Profile.objects.count()) == (ImportStatus.FAILED, 0)
    assert "stopped 5 times near line 2" in done.problem


def test_a_missing_file_is_said(editor):
    started = start(editor)
    started.file.storage.delete(started.file.name)
    assert "Upload it again" in finished(started).problem


def test_a_waiting_import_that_nobody_took_is_announced_again(editor):
    started = start(editor)
    assert imports_unfinished() == []
    Import.objects.filter(pk=started.pk).update(created_at=timezone.now() - timedelta(minutes=1))
    assert imports_unfinished() == [started.pk]


def test_an_attribute_that_was_text_stays_text(editor):
    finished(start(editor, "user_id,branch\nana,007\n"))
    finished(start(editor, "user_id,branch\nbob,8\n"))
    assert Profile.objects.get(user_id="bob").attributes == {"branch": "8"}


def test_rejects_are_forgotten_after_30_days(editor):
    old, new = finished(start(editor)), finished(start(editor))
    Import.objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(days=31))
    rejects_forget()
    assert (old.rejects.count(), new.rejects.count()) == (0, 2)


def test_finished_and_unknown_imports_are_left_alone(editor):
    done = finished(start(editor))
    import_run(import_id=done.pk)
    import_run(import_id=done.pk + 1)
    assert Profile.objects.count() == 2
