"""What the columns of a file are. Standard fields are found by usual names; every other column is an attribute."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

from pydantic import BaseModel, ConfigDict

from audience.attributes import KIND_WORDS, STANDARD_FIELDS, Kind, name_problem
from audience.errors import FileRefused
from webhooks_platform.base.typed_json import StoredModel

# Usual spellings, after lower-casing and turning everything but letters and digits into "_".
SPELLINGS = {
    "userid": "user_id",
    "e_mail": "email",
    "email_address": "email",
    "e_mail_address": "email",
    "phone_number": "phone",
    "firstname": "first_name",
    "given_name": "first_name",
    "lastname": "last_name",
    "surname": "last_name",
    "family_name": "last_name",
    "timezone": "time_zone",
}
ID_LIKE = ("id", "customer_id", "external_id", "contact_id", "profile_id", "uid")
COLUMN_LIMIT = 200
# What a file of rejects adds in front; a corrected one may be imported as it is.
REJECT_HEADERS = ("line", "reason")


class Column(BaseModel):
    """One column: ``header`` as written in the file, ``name`` as stored (empty: ignored)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    header: str
    name: str
    kind: Kind = "text"

    @property
    def is_attribute(self) -> bool:
        return bool(self.name) and self.name not in STANDARD_FIELDS

    @property
    def kind_words(self) -> str:
        return KIND_WORDS.get(self.kind, self.kind)


class Columns(StoredModel):
    """The columns of one file, in its order."""

    items: tuple[Column, ...] = ()
    delimiter: str = ","
    # Whether the kinds of the attributes have been found by looking through the file.
    typed: bool = False


def columns_from(headers: Sequence[str], delimiter: str) -> Columns:
    """The columns that a header row names. Raises FileRefused, saying what to change in the file."""
    if len(headers) > COLUMN_LIMIT:
        raise FileRefused(f"The file has {len(headers)} columns; {COLUMN_LIMIT} is the limit. Remove some.")
    names = [_name(header.strip()) for header in headers]
    if tuple(names[:2]) == REJECT_HEADERS:
        names[:2] = ["", ""]
    items = tuple(Column(header=header.strip(), name=name) for header, name in zip(headers, names, strict=True))
    _check_user_id(items)
    _check_names(items)
    return Columns(items=items, delimiter=delimiter)


def _name(header: str) -> str:
    """The stored name: a standard field, the header itself where it can be a name, else its nearest legal form."""
    plain = re.sub(r"\W+", "_", header.casefold()).strip("_")
    standard = SPELLINGS.get(plain, plain)
    if standard in STANDARD_FIELDS:
        return standard
    if not name_problem(header):
        return header
    return f"_{plain}" if plain[:1].isdigit() else plain


def _check_user_id(columns: Sequence[Column]) -> None:
    names = [column.name for column in columns]
    if "user_id" in names:
        return
    near = next((column.header for column in columns if column.name.casefold() in ID_LIKE), "")
    near = near or next(iter(get_close_matches("user_id", [column.header for column in columns], 1, 0.7)), "")
    what = f"Rename the column “{near}” to user_id" if near else "Add a column user_id with your own id of each person"
    found = ", ".join(column.header for column in columns if column.header)[:200] or "none"
    raise FileRefused(f"The file has no column user_id. {what}, then upload it again. Columns found: {found}.")


def _check_names(columns: Sequence[Column]) -> None:
    seen: dict[str, str] = {}
    for column in columns:
        if not column.name:
            continue
        if column.name in seen:
            raise FileRefused(
                f"The columns “{seen[column.name]}” and “{column.header}” would both be {column.name}. "
                "Rename or remove one of them."
            )
        problem = name_problem(column.name) if column.is_attribute else ""
        if problem:
            raise FileRefused(f"The column “{column.header[:60]}” can't be an attribute. {problem}")
        seen[column.name] = column.header
