import random
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from audience.importing import batches
from audience.importing.lease import import_claim, imports_unfinished
from audience.importing.report import ReasonCounter, general_words
from audience.importing.running import import_run
from audience.importing.services import drafts_forget, import_cancel, import_check_start, import_go, import_upload
from audience.models import Import, ImportStatus, Profile
from webhooks_platform.base.errors import StaleState

pytestmark = pytest.mark.usefixtures("media")
OPTIONS: dict[str, Any] = {"existing_people": "update", "empty_cells": "keep", "mark_test": False}


def uploaded(actor, text):
    return import_upload(actor=actor, upload=SimpleUploadedFile("people.csv", text.encode()))


def checking(actor, text, **options):
    draft = uploaded(actor, text)
    import_check_start(actor=actor, draft=draft, columns=draft.columns, **{**OPTIONS, **options})
    return draft


def checked(actor, text, **options):
    draft = checking(actor, text, **options)
    import_run(import_id=draft.pk)
    draft.refresh_from_db()
    return draft


def counts(report):
    return (report.created, report.updated, report.unchanged, report.skipped, report.rejected)


def uneven_file():
    """New, known, changed and broken lines, and many that repeat an id near by or far away."""
    dice = random.Random(3)
    lines = ["user_id,email,points"]
    for _ in range(300):
        email = dice.choice(["a@example.com", "b@example.com", "", "broken"])
        lines.append(f"u{dice.randrange(90)},{email},{dice.choice(['1', '2', '', 'x'])}")
    return "\n".join(lines) + "\nshort\n"


@pytest.mark.parametrize("existing", ["update", "only_new", "only_update"])
@pytest.mark.parametrize("empty", ["keep", "clear"])
def test_the_import_does_what_the_check_said(editor, person, monkeypatch, existing, empty):
    monkeypatch.setattr(batches, "BATCH", 40)
    for number in range(0, 90, 2):
        person(f"u{number}", email="a@example.com", attributes={"points": 1} if number % 4 else {})
    before = list(Profile.objects.order_by("id").values())
    draft = uploaded(editor, uneven_file())
    number = draft.columns.items[2].model_copy(update={"kind": "number"})
    columns = draft.columns.model_copy(update={"items": (*draft.columns.items[:2], number)})
    options = {**OPTIONS, "existing_people": existing, "empty_cells": empty}
    import_check_start(actor=editor, draft=draft, columns=columns, **options)
    import_run(import_id=draft.pk)
    assert list(Profile.objects.order_by("id").values()) == before
    draft.refresh_from_db()
    report = draft.check_report
    assert report.total == draft.rows_total == 301
    import_go(actor=editor, checked=draft)
    import_run(import_id=draft.pk)
    draft.refresh_from_db()
    done = tuple(getattr(draft, f"{name}_count") for name in ("created", "updated", "unchanged", "skipped", "rejected"))
    assert sum(done) == 301
    # Of two like lines about somebody, batches apart, the import sees that the second changes nothing.
    assert (done[0], done[3], done[4]) == (report.created, report.skipped, report.rejected)
    assert done[1] + done[2] == report.updated + report.unchanged


def test_reasons_are_grouped_and_their_lines_can_be_fetched(editor):
    text = "user_id,email\n" + "".join(f"u{n},broken{n}\n" for n in range(3)) + ",x@example.com\n"
    report = checked(editor, text).check_report
    assert [(reason.count, reason.line) for reason in report.reasons] == [(3, 2), (1, 5)]
    assert "broken" not in report.reasons[0].words
    assert Import.objects.get().rejects.count() == 4


def test_reasons_without_values():
    assert general_words("“Zoë” in the column “n” is not 42.") == "A value in the column “n” is not 42."
    assert general_words("E-mail is 400 characters long; 320 is the limit.") == "E-mail is too long; 320 is the limit."
    counter = ReasonCounter()
    counter.add([(2, "“a” no"), (3, "“b” no"), (4, "other")])
    assert [(reason.words, reason.count, reason.line) for reason in counter.most_frequent()] == [
        ("A value no", 2, 2),
        ("other", 1, 4),
    ]


def test_checking_again_forgets_the_lines_of_the_first_check(editor):
    draft = checked(editor, "user_id,email\na,broken\n")
    import_check_start(actor=editor, draft=draft, columns=draft.columns, **OPTIONS)
    import_run(import_id=draft.pk)
    assert draft.rejects.count() == 1
    import_go(actor=editor, checked=draft)
    assert draft.rejects.count() == 0


def test_a_check_whose_worker_died_is_done_again(editor):
    draft = checking(editor, "user_id\na\nb\n")
    killed = import_claim(draft.pk)
    assert killed is not None
    import_run(import_id=draft.pk)  # the lease still runs
    assert Import.objects.get().status == ImportStatus.CHECKING
    Import.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert imports_unfinished() == [draft.pk]
    import_run(import_id=draft.pk)
    assert counts(Import.objects.get().check_report) == (2, 0, 0, 0, 0)


def test_a_check_that_nobody_took_is_announced_again(editor):
    draft = checking(editor, "user_id\na\n")
    assert imports_unfinished() == []
    Import.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert imports_unfinished() == [draft.pk]


def test_a_file_that_can_not_be_read_on_fails_its_check(editor):
    draft = checked(editor, 'user_id,x\na,1\nb,"2\n')
    assert draft.status == ImportStatus.FAILED
    assert "opens on line 3" in draft.problem


def test_a_cancelled_import_stops_at_its_next_batch(editor, media):
    draft = checked(editor, "user_id\na\nb\n")
    import_go(actor=editor, checked=draft)
    running = import_claim(draft.pk)
    assert running is not None
    import_cancel(actor=editor, unfinished=Import.objects.get())
    import_run(import_id=draft.pk)
    assert (Import.objects.get().status, Profile.objects.count()) == (ImportStatus.CANCELLED, 0)
    with pytest.raises(StaleState):
        import_go(actor=editor, checked=Import.objects.get())


def test_drafts_are_given_up_after_three_days(editor, media, django_capture_on_commit_callbacks):
    old, new = uploaded(editor, "user_id\na\n"), uploaded(editor, "user_id\nb\n")
    Import.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=4))
    with django_capture_on_commit_callbacks(execute=True):
        drafts_forget()
    assert (Import.objects.get(pk=old.pk).status, Import.objects.get(pk=new.pk).status) == ("cancelled", "draft")
    assert len([path for path in media.rglob("*") if path.is_file()]) == 1
