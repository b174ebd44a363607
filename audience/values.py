"""The values of one person, checked in one place for the form, the API and imports."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from re import compile as pattern
from typing import Any

from audience.attributes import STANDARD_FIELDS, attributes_checked, is_storable
from audience.errors import ProfileInvalid
from audience.fields import STANDARD_LABELS

# The columns' sizes; RFC 5321 allows 64 + 1 + 255 characters for an address.
LENGTHS = {
    "user_id": 200,
    "email": 320,
    "phone": 40,
    "first_name": 200,
    "last_name": 200,
    "language": 35,
    "country": 60,
    "time_zone": 64,
}
EMAIL = pattern(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True)
class PersonValues:
    """What a form, an API call or a line of a file says about one person; what it does not name stays as it is.

    ``attributes`` that are None are removed. ``is_test`` None leaves the flag alone.
    """

    user_id: str
    fields: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    is_test: bool | None = None

    def over(self, earlier: "PersonValues") -> "PersonValues":
        """Both applied, these values last."""
        return PersonValues(
            user_id=self.user_id,
            fields={**earlier.fields, **self.fields},
            attributes={**earlier.attributes, **self.attributes},
            is_test=earlier.is_test if self.is_test is None else self.is_test,
        )


def standard_problem(name: str, text: str) -> str:
    """Why a standard field can't hold the text, with what to do; empty when it can."""
    if name == "user_id" and not text:
        return "The user_id is missing. Give every person the id that your own systems know them by."
    if len(text) > LENGTHS[name]:
        return f"{STANDARD_LABELS[name]} is {len(text)} characters long; {LENGTHS[name]} is the limit."
    if not is_storable(text) or not text.isprintable():
        return f"{STANDARD_LABELS[name]} has a line break or another invisible character. Remove it."
    if name == "email" and text and not EMAIL.fullmatch(text):
        return f"“{text[:80]}” is not an e-mail address. Write it like ana@example.com, or leave it empty."
    return ""


def values_checked(values: PersonValues) -> PersonValues:
    """The same values when all of them can be stored; raises ProfileInvalid naming the first field that can't."""
    for name, text in [("user_id", values.user_id), *values.fields.items()]:
        problem = standard_problem(name, text)
        if problem:
            raise ProfileInvalid(problem, field=name)
    attributes_checked(values.attributes)
    return values


def combined(rows: Iterable[PersonValues]) -> list[PersonValues]:
    """One entry a person: where a user_id comes twice, the later values go over the earlier ones."""
    people: dict[str, PersonValues] = {}
    for row in rows:
        earlier = people.get(row.user_id)
        people[row.user_id] = row.over(earlier) if earlier else row
    return list(people.values())


CHANGEABLE_FIELDS = tuple(name for name in STANDARD_FIELDS if name != "user_id")
