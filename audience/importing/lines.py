"""One line of a file as a person, or the reason why it is left out; and what the columns' values are."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from audience.attributes import BOOLEANS, Kind, is_date, number_from
from audience.errors import ProfileInvalid
from audience.importing.columns import Column, Columns
from audience.importing.reading import Record
from audience.values import PersonValues, values_checked

# Digits that are no quantity: they stay text even where no leading zero tells.
TEXT_NAMES = re.compile(
    r"zip|postal|postcode|plz|phone|mobile|fax|iban|account|card|code|number$|_no$|id$", re.IGNORECASE
)

NOTHING_KNOWN: Mapping[str, str] = MappingProxyType({})


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
    return {"boolean", "date"} if TEXT_NAMES.search(column.name) else {"boolean", "date", "number"}


def fits(cell: str, kind: Kind) -> bool:
    """Whether the text can be read as the kind without losing anything."""
    if kind == "number":
        return number_from(cell) is not None
    return cell.lower() in BOOLEANS if kind == "boolean" else is_date(cell)


def _typed(column: Column, kinds: set[Kind]) -> Column:
    kind: Kind = next(iter(kinds)) if len(kinds) == 1 else "text"
    return column.model_copy(update={"kind": kind})


def person_from(record: Record, columns: Columns, *, mark_test: bool) -> PersonValues:
    """The person of a record; an empty cell says nothing. Raises ProfileInvalid with the reason to leave it out."""
    if record.problem:
        raise ProfileInvalid(record.problem)
    if any(cell.strip() for cell in record.cells[len(columns.items) :]):
        raise ProfileInvalid(
            f"The line has {len(record.cells)} cells, the header {len(columns.items)}. "
            "Put values that contain the separator in quotes."
        )
    fields: dict[str, str] = {}
    attributes: dict[str, Any] = {}
    for column, cell in zip(columns.items, record.cells, strict=False):
        text = cell.strip()
        if text and column.is_attribute:
            attributes[column.name] = _value(text, column.kind)
        elif text and column.name:
            fields[column.name] = text
    return values_checked(PersonValues(fields.pop("user_id", ""), fields, attributes, mark_test or None))


def _value(text: str, kind: Kind) -> Any:
    if kind == "number":
        return number_from(text)
    return BOOLEANS[text.lower()] if kind == "boolean" else text
