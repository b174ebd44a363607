"""What a rule can test: the standard fields, what is known of every profile, and the workspace's attributes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from accounts.models import Workspace
from audience.attributes import STANDARD_FIELDS, Kind
from audience.models import Attribute
from audience.operators import OPERATORS, SYSTEM_OPERATORS
from audience.rules import Operator

ATTRIBUTE_PREFIX = "attributes."

STANDARD_LABELS = {
    "user_id": "User ID",
    "email": "E-mail",
    "phone": "Phone",
    "first_name": "First name",
    "last_name": "Last name",
    "language": "Language",
    "country": "Country",
    "time_zone": "Time zone",
}


@dataclass(frozen=True)
class Field:
    """One thing a rule can test. ``name`` is what a rule stores, ``variable`` what a template writes.

    ``fallback``: typed text of the attribute registry, for people without a value.
    """

    name: str
    label: str
    kind: Kind
    fallback: str = ""

    @property
    def variable(self) -> str:
        return self.name.removeprefix(ATTRIBUTE_PREFIX)

    @property
    def is_attribute(self) -> bool:
        return self.name.startswith(ATTRIBUTE_PREFIX)

    @property
    def operators(self) -> tuple[Operator, ...]:
        return SYSTEM_OPERATORS.get(self.name, OPERATORS[self.kind])


STANDARD = [Field(name, STANDARD_LABELS[name], "text") for name in STANDARD_FIELDS]
# What rules can test beside them; no variables of templates.
SYSTEM = [
    Field("is_test", "Test user", "boolean"),
    Field("created_at", "Added", "datetime"),
    Field("updated_at", "Changed", "datetime"),
]
SYSTEM_FIELDS = tuple(SYSTEM_OPERATORS)
_FIXED = {field.name: field for field in (*STANDARD, *SYSTEM)}


def fields_available(workspace: Workspace) -> list[Field]:
    """What a template can write: the standard fields, then every attribute of the workspace, by name."""
    return [*STANDARD, *attribute_fields(workspace)]


def fields_testable(workspace: Workspace) -> list[Field]:
    """What a rule can test: as in ``fields_available``, and what is known of every profile."""
    return [*STANDARD, *SYSTEM, *attribute_fields(workspace)]


def attribute_fields(workspace: Workspace) -> list[Field]:
    rows = Attribute.objects.filter(workspace=workspace).order_by("name")
    return [Field(ATTRIBUTE_PREFIX + row.name, row.label, cast(Kind, row.kind), row.fallback) for row in rows]


def label_of(field: str, fields: Mapping[str, Field] | None = None) -> str:
    """What people call the field that a rule stores; ``fields`` know the display names of attributes."""
    known = (fields or _FIXED).get(field) or _FIXED.get(field)
    return known.label if known else field.removeprefix(ATTRIBUTE_PREFIX)
