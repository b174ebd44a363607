"""A CSV file as a stream of lines: its encoding, its separator, its records with their line numbers."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from audience.errors import FileRefused
from audience.importing.columns import Columns, columns_from

if TYPE_CHECKING:
    import _csv

DELIMITERS = (",", ";", "\t")
CHUNK = 1 << 20
HEADER_LIMIT = 100_000
UTF8_ADVICE = "Save it as “CSV UTF-8” (in Excel: Save as, CSV UTF-8) and upload it again."


@dataclass(frozen=True)
class Record:
    """The cells that start at a line of the file; ``problem`` says why they could not be told apart."""

    line: int
    cells: list[str]
    problem: str = ""


def file_examined(file: IO[bytes]) -> Columns:
    """Looks through a whole uploaded file without keeping it, and returns its columns.

    Raises FileRefused for a file that is no CSV text in UTF-8, names no user_id, or has no people in it.
    """
    _check_encoding(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        columns = _header(text)
        if not any(line.strip() for line in text):
            raise FileRefused("The file has a header but no people below it. Add at least one line.")
        return columns
    finally:
        text.detach()


def _check_encoding(file: IO[bytes]) -> None:
    start = file.read(CHUNK)
    if not start.strip(b"\xef\xbb\xbf \t\r\n"):
        raise FileRefused("The file is empty.")
    if start.startswith(b"PK\x03\x04"):
        raise FileRefused(f"This is a workbook or ZIP file, not CSV. {UTF8_ADVICE}")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or start[:2000].count(0) > 100:
        raise FileRefused(f"The file is in UTF-16 (Excel calls it “Unicode text”). {UTF8_ADVICE}")
    line = _first_bad_line(file, start)
    if line:
        raise FileRefused(f"The file is not in UTF-8: line {line} has a byte that isn't. {UTF8_ADVICE}")


def _first_bad_line(file: IO[bytes], chunk: bytes) -> int:
    """The first line that is not UTF-8, from this chunk on to the end of the file; 0 when all of it is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    while True:
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            return line + chunk[: error.start].count(b"\n")
        if not chunk:
            return 0
        line += chunk.count(b"\n")
        chunk = file.read(CHUNK)


def _header(text: io.TextIOBase) -> Columns:
    """Reads the header row and finds the separator: the one that yields a user_id, else the most columns."""
    first = text.readline(HEADER_LIMIT)
    while first and not first.strip():
        first = text.readline(HEADER_LIMIT)
    headers = {delimiter: _split(first, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: len(headers[delimiter]))
    return columns_from(headers[best], best)


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def records(file: IO[bytes], columns: Columns) -> Iterator[Record]:
    """The records below the header, read as they are needed; lines without a value are left out.

    A line whose quotes don't match comes with a problem. Raises FileRefused when a quote swallows the rest of the file.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    reader = csv.reader(text, delimiter=columns.delimiter, strict=True)
    header_read = False
    for record in _records(reader):
        if not record.problem and not any(cell.strip() for cell in record.cells):
            continue
        if header_read:
            yield record
        header_read = True


def _records(reader: "_csv.Reader") -> Iterator[Record]:
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error) or "field limit" in str(error):
                raise FileRefused(
                    f"A quote that opens on line {line} is never closed, so nothing from there on was imported. "
                    "Correct the line and upload the file again: people who are in already are only updated."
                ) from None
            yield Record(line, [], "The quotes on this line don't match. Write a quote inside quotes twice.")
        else:
            yield Record(line, cells)
