"""One line of a file as a person, or the reason why it is left out; and what the columns' values are."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from audience.attributes import Kind, attributes_checked, is_storable
from audience.errors import ProfileInvalid
from audience.importing.cells import cell_value, fits
from audience.importing.columns import Column, Columns
from audience.importing.reading import Record
from audience.values import PersonValues, standard_problem

# Digits that are no quantity: they stay text even where no leading zero tells.
TEXT_NAMES = re.compile(
    r"zip|postal|postcode|plz|phone|mobile|fax|iban|account|card|code|number$|_no$|id$", re.IGNORECASE
)
GUESSABLE: frozenset[Kind] = frozenset({"boolean", "date", "datetime", "number", "list", "object"})
NOTHING_KNOWN: Mapping[str, str] = MappingProxyType({})
# No text of this many characters can pass the limit of 64 KB, however JSON escapes it.
SURELY_SMALL = 8_000


def columns_typed(
    columns: Columns, records: Iterable[Record], known: Mapping[str, str] = NOTHING_KNOWN
) -> tuple[Columns, int]:
    """The columns with the kind that all their values fit, and the number of records.

    Number and true/false need every value to be one; a leading zero, a plus or an unlike value makes a column text.
    ``known`` are the kinds of attributes from before: what is text stays text, so that one attribute never mixes.
    """
    candidates = {
        index: _candidates(column, known.get(column.name, ""))
        for index, column in enumerate(columns.items)
        if column.is_attribute
    }
    filled: set[int] = set()
    count = 0
    for count, record in enumerate(records, start=1):  # noqa: B007 - the number of records is wanted
        for index, kinds in candidates.items():
            cell = record.cells[index].strip() if kinds and index < len(record.cells) else ""
            if cell:
                filled.add(index)
                kinds.difference_update([kind for kind in kinds if not fits(cell, kind)])
    items = (
        _typed(column, candidates[index] if index in filled else set()) for index, column in enumerate(columns.items)
    )
    return columns.model_copy(update={"items": tuple(items), "typed": True}), count


def _candidates(column: Column, known: str) -> set[Kind]:
    if known == "text":
        return set()
    return set(GUESSABLE - {"number"}) if TEXT_NAMES.search(column.name) else set(GUESSABLE)


def _typed(column: Column, kinds: set[Kind]) -> Column:
    kind: Kind = next(iter(kinds)) if len(kinds) == 1 else "text"
    return column.model_copy(update={"kind": kind})


class LineReader:
    """Reads the lines of one file as people. An empty cell says nothing, or with ``clear_empty`` that nothing is there.

    What holds for all lines is worked out once: an import has many.
    """

    def __init__(self, columns: Columns, *, mark_test: bool, clear_empty: bool = False) -> None:
        self._width = len(columns.items)
        self._places = [
            (index, column.name, column.kind if column.is_attribute else None, column.header)
            for index, column in enumerate(columns.items)
            if column.name
        ]
        self._is_test = mark_test or None
        self._clear = clear_empty

    def person(self, record: Record) -> PersonValues:
        """Raises ProfileInvalid with the reason to leave the line out."""
        self._check_width(record)
        fields: dict[str, str] = {}
        attributes: dict[str, Any] = {}
        for index, name, kind, header in self._places:
            text = record.cells[index].strip()
            if not text and not self._clear:
                continue
            if kind is None:
                fields[name] = text
            else:
                attributes[name] = (text if kind == "text" else cell_value(text, kind, header)) if text else None
        return _checked(PersonValues(fields.pop("user_id", ""), fields, attributes, self._is_test))

    def _check_width(self, record: Record) -> None:
        if record.problem:
            raise ProfileInvalid(record.problem)
        found, cells = len(record.cells), record.cells
        if found < self._width:
            raise ProfileInvalid(
                f"The line has {found} cell{'' if found == 1 else 's'}, the header {self._width}. "
                "Add the missing separators, or put a value that contains a line break in quotes."
            )
        if found > self._width and any(cell.strip() for cell in cells[self._width :]):
            raise ProfileInvalid(
                f"The line has {found} cells, the header {self._width}. Put values that hold the separator in quotes."
            )


def _checked(person: PersonValues) -> PersonValues:
    """As ``values_checked``, but the names are known to be good, and so are the sizes of all but long values."""
    _check_standard("user_id", person.user_id)
    for name, text in person.fields.items():
        if text:
            _check_standard(name, text)
    size = 0
    for name, value in person.attributes.items():
        if isinstance(value, str):
            size += len(value)
            if not is_storable(value):
                raise ProfileInvalid(
                    f"The attribute {name} has a character that can't be stored (NUL). Remove it.",
                    field=f"attributes.{name}",
                )
        elif isinstance(value, list | dict):
            size = SURELY_SMALL
    if size >= SURELY_SMALL:
        attributes_checked(person.attributes)
    return person


def _check_standard(name: str, text: str) -> None:
    problem = standard_problem(name, text)
    if problem:
        raise ProfileInvalid(problem, field=name)
