"""The dry run: reads a whole file as an import would, compares it with the profiles, and changes none of them."""

from collections import Counter
from dataclasses import replace
from typing import cast

from django.db import transaction

from audience.importing.batches import batches, judged, line_reader, rejects_of, rejects_store, tally
from audience.importing.lease import import_renew
from audience.importing.reading import Record, records
from audience.importing.report import CheckReport, ReasonCounter
from audience.models import Import, ImportReject, ImportStatus
from audience.upsert import Mode, compare
from audience.values import PersonValues, combined
from webhooks_platform.base.transitions import move


def import_check(checking: Import) -> None:
    """Counts what an import would do. Ends in *checked* with the report, or in *failed* with the reason.

    Raises FileRefused where the file can't be read on, ImportLost once it was cancelled.
    """
    check = _Check(checking)
    ImportReject.objects.filter(of_import=checking).delete()
    with checking.file.open("rb") as file:
        for batch in batches(records(file, checking.columns)):
            check.add(batch)
    with transaction.atomic():
        import_renew(checking)
        move(
            checking,
            ImportStatus.CHECKED,
            transitions=Import.TRANSITIONS,
            check_report=check.report,
            rows_total=check.report.total,
            rows_read=0,
            lease=None,
            lease_until=None,
            tries=0,
        )


class _Check:
    """The counts so far. It remembers whom an import would have written: later lines can't be compared with that."""

    def __init__(self, checking: Import) -> None:
        self._import = checking
        self._reader = line_reader(checking)
        self._mode = cast(Mode, checking.existing_people)
        self._written: set[str] = set()
        self._reasons = ReasonCounter()
        self._counts: Counter[str] = Counter()

    @property
    def report(self) -> CheckReport:
        return CheckReport(**self._counts, reasons=self._reasons.most_frequent())

    def add(self, batch: list[Record]) -> None:
        """Judges and compares one batch; keeps the lines that would be left out."""
        lines = judged(batch, self._reader)
        people = combined(person for _, person in lines if isinstance(person, PersonValues))
        again = frozenset(person.user_id for person in people) & self._written
        with transaction.atomic():
            import_renew(self._import)
            done = compare(self._import.workspace_id, [p for p in people if p.user_id not in again], mode=self._mode)
            rejects = list(rejects_of(lines, done.refused))
            rejects_store(self._import, rejects)
            Import.objects.filter(pk=self._import.pk).update(rows_read=self._counts.total() + len(batch))
        if self._mode == "only_new":
            done = replace(done, skipped=done.skipped | again)
        self._counts += tally(lines, done)
        self._reasons.add((record.line, reason) for record, reason in rejects)
        self._written |= done.created | done.updated
