"""A CSV file as a stream of records with their line numbers; its separator and its header row."""

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import IO, TYPE_CHECKING

from audience.errors import FileRefused
from audience.importing.columns import Columns
from audience.importing.encodings import encoding_found, stream_encoding
from audience.importing.guesses import columns_guessed

if TYPE_CHECKING:
    import _csv

# What separates cells, and what people call it.
DELIMITERS = {",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Vertical bar"}
HEADER_LIMIT = 100_000
PREVIEW_ROWS = 3
NO_PEOPLE = "The file has a header but no people below it. Add at least one line."
NOT_IN_ENCODING = "This line has bytes that are no letters in the chosen encoding. Choose the one that the file is in."


@dataclass(frozen=True)
class Record:
    """The cells that start at a line of the file; ``problem`` says why they could not be told apart."""

    line: int
    cells: list[str]
    problem: str = ""


def file_examined(file: IO[bytes], *, known: Collection[str] = ()) -> Columns:
    """Looks through a whole uploaded file without keeping it; returns how it is read and where its columns likely go.

    ``known`` are the workspace's attributes. Raises FileRefused for a file that is no text, or has no people in it.
    """
    encoding = encoding_found(file)
    return file_read_as(file, encoding=encoding, delimiter="", known=known)


def file_read_as(file: IO[bytes], *, encoding: str, delimiter: str, known: Collection[str] = ()) -> Columns:
    """The same for an encoding and a separator that somebody chose; without one, the separator is found."""
    file.seek(0)
    text = _text(file, encoding)
    try:
        header = _header_line(text)
        delimiter = delimiter or _delimiter(header)
        if not any(line.strip() for line in text):
            raise FileRefused(NO_PEOPLE)
    except UnicodeError:
        raise FileRefused(f"The file can't be read as {encoding}. Choose another encoding.") from None
    finally:
        text.detach()
    columns = columns_guessed(_split(header, delimiter), delimiter, known=known)
    return columns.model_copy(update={"encoding": encoding})


def _text(file: IO[bytes], encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(file, encoding=stream_encoding(encoding), errors="replace", newline="")


def _header_line(text: io.TextIOBase) -> str:
    first = text.readline(HEADER_LIMIT)
    while first and not first.strip():
        first = text.readline(HEADER_LIMIT)
    return first


def _delimiter(header: str) -> str:
    """The separator that splits the header row into the most columns."""
    return max(DELIMITERS, key=lambda delimiter: len(_split(header, delimiter)))


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def twin_headers(columns: Columns) -> list[str]:
    """Headers that more than one column has."""
    counts = Counter(header.casefold() for header in columns.headers if header)
    return list(dict.fromkeys(header for header in columns.headers if counts[header.casefold()] > 1))


def first_records(file: IO[bytes], columns: Columns, count: int) -> list[Record]:
    """Up to ``count`` records from the start, for looking at; fewer where the file can't be read on."""
    found: list[Record] = []
    with suppress(FileRefused):
        found.extend(islice(records(file, columns), count))
    return found


def records(file: IO[bytes], columns: Columns) -> Iterator[Record]:
    """The records below the header, read as they are needed; lines without a value are left out.

    A line whose quotes don't match, or that is not in the encoding, comes with a problem. Raises FileRefused when a
    quote swallows the rest of the file.
    """
    text = _text(file, columns.encoding)
    try:
        reader = csv.reader(text, delimiter=columns.delimiter, strict=True)
        found = _records(reader) if columns.encoding == "utf-8" else _decoded(_records(reader))
        yield from _below_header(record for record in found if record.problem or any(map(str.strip, record.cells)))
    finally:
        if not file.closed:  # else it would be closed with the text, once nobody reads on
            text.detach()


def _below_header(found: Iterator[Record]) -> Iterator[Record]:
    next(found, None)
    yield from found


def _decoded(found: Iterator[Record]) -> Iterator[Record]:
    """UTF-8 was judged when the file was uploaded; in another encoding, bad bytes show up only here."""
    for record in found:
        bad = any("\N{REPLACEMENT CHARACTER}" in cell for cell in record.cells)
        yield Record(record.line, record.cells, NOT_IN_ENCODING) if bad else record


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
                    f"A quote that opens on line {line} is never closed, so nothing from there on can be read. "
                    "Correct the line and upload the file again: people who are in already are only updated."
                ) from None
            yield Record(line, [], "The quotes on this line don't match. Write a quote inside quotes twice.")
        else:
            yield Record(line, cells)
