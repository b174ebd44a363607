"""What a check and an import have in common: the file in batches, each line judged, what was left out kept."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from django.db import connection
from psycopg.types.json import Jsonb

from audience.errors import FileRefused, ProfileInvalid
from audience.importing.lines import LineReader
from audience.importing.reading import Record
from audience.models import EmptyCells, Import
from audience.upsert import UpsertResult
from audience.values import PersonValues

BATCH = 5_000
TOO_LARGE = "The attributes of this person would pass 64 KB with these. Shorten or remove some."
Judged = tuple[Record, PersonValues | ProfileInvalid]
Reject = tuple[Record, str]


def line_reader(of_import: Import) -> LineReader:
    """Reads lines as the import's columns and options say."""
    clear = of_import.empty_cells == EmptyCells.CLEAR
    return LineReader(of_import.columns, mark_test=of_import.mark_test, clear_empty=clear)


def batches(found: Iterator[Record]) -> Iterator[list[Record]]:
    """Full batches; where the file can't be read on, the lines before that come first, then FileRefused."""
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


def renewing(found: Iterator[Record], renew: Callable[[], None]) -> Iterator[Record]:
    """Keeps the lease on the way. Where the file can't be read on it ends: the import says so when it gets there."""
    try:
        for number, record in enumerate(found, start=1):
            if number % (BATCH * 4) == 0:
                renew()
            yield record
    except FileRefused:
        return


def judged(batch: Iterable[Record], reader: LineReader) -> list[Judged]:
    """Each line as a person, or why it can't be one."""
    return [(record, _judged(record, reader)) for record in batch]


def _judged(record: Record, reader: LineReader) -> PersonValues | ProfileInvalid:
    try:
        return reader.person(record)
    except ProfileInvalid as error:
        return error


def tally(lines: Iterable[Judged], done: UpsertResult) -> Counter[str]:
    """How many of a batch's lines were, or would be, created, updated, unchanged, skipped and rejected.

    A later line about somebody who was created or updated counts as an update.
    """
    counts: Counter[str] = Counter()
    seen: set[str] = set()
    for _, person in lines:
        counts[_verdict(person, done, seen)] += 1
        if isinstance(person, PersonValues):
            seen.add(person.user_id)
    return counts


def _verdict(person: PersonValues | ProfileInvalid, done: UpsertResult, seen: set[str]) -> str:
    if isinstance(person, ProfileInvalid) or person.user_id in done.refused:
        return "rejected"
    if person.user_id in done.skipped:
        return "skipped"
    if person.user_id in done.unchanged:
        return "unchanged"
    return "created" if person.user_id in done.created and person.user_id not in seen else "updated"


def rejects_of(lines: Iterable[Judged], refused: frozenset[str]) -> Iterator[Reject]:
    """The lines that are left out, each with its reason."""
    for record, person in lines:
        if isinstance(person, ProfileInvalid):
            yield record, person.message
        elif person.user_id in refused:
            yield record, TOO_LARGE


def rejects_store(of_import: Import, rejects: Iterable[Reject]) -> None:
    """Keeps lines that are left out, to be looked at and downloaded."""
    statement = "COPY audience_importreject (of_import_id, line, reason, cells) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["bigint", "integer", "text", "jsonb"])
        for record, reason in rejects:
            # JSON in PostgreSQL has no NUL.
            cells = [cell.replace("\x00", "�") for cell in record.cells]
            copy.write_row((of_import.pk, record.line, reason.replace("\x00", "�")[:300], Jsonb(cells)))
