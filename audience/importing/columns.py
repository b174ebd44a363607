"""What the columns of a file are, as stored with its import, and what has to be true of them."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from audience.attributes import KIND_WORDS, STANDARD_FIELDS, Kind, name_problem
from audience.errors import FileRefused
from webhooks_platform.base.typed_json import StoredModel

COLUMN_LIMIT = 200
# What a file of rejects adds in front; a corrected one may be imported as it is.
REJECT_HEADERS = ("line", "reason")
NO_USER_ID = (
    "No column goes to the user ID. Choose the column with your own ID of each person; "
    "without it nobody could be found again at the next import."
)


class Column(BaseModel):
    """One column: ``header`` as written in the file, ``name`` as stored (empty: not imported)."""

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
    """The columns of one file, in its order, and how the file is read."""

    items: tuple[Column, ...] = ()
    delimiter: str = ","
    encoding: str = "utf-8"
    # Whether the kinds of the attributes are settled: by a person, or by looking through the file.
    typed: bool = False

    @property
    def headers(self) -> tuple[str, ...]:
        return tuple(column.header for column in self.items)


def column_problems(items: Sequence[Column]) -> dict[int, str]:
    """What is wrong with the place that a column goes to, with what to do, by the column's number from 0."""
    problems: dict[int, str] = {}
    seen: dict[str, str] = {}
    for index, column in enumerate(items):
        if not column.name:
            continue
        if column.is_attribute and name_problem(column.name):
            problems[index] = name_problem(column.name)
        elif column.name in seen:
            problems[index] = (
                f"“{seen[column.name]}” goes to {column.name} already. Choose another place, or “Don't import”."
            )
        seen.setdefault(column.name, column.header)
    return problems


def columns_checked(columns: Columns) -> Columns:
    """The same columns when people can be read by them; raises FileRefused, saying what to change."""
    problems = column_problems(columns.items)
    for index, problem in problems.items():
        raise FileRefused(f"The column “{columns.items[index].header[:60]}” can't be imported like this. {problem}")
    if not any(column.name == "user_id" for column in columns.items):
        found = ", ".join(header for header in columns.headers if header)[:200] or "none"
        raise FileRefused(f"The file has no column user_id. {NO_USER_ID} Columns found: {found}.")
    return columns
