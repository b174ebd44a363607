"""What a rule can test: the standard fields, and the attributes seen in the workspace."""

from dataclasses import dataclass
from typing import cast, get_args

from accounts.models import Workspace
from audience.attributes import STANDARD_FIELDS, Kind
from audience.models import Attribute
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

OPERATOR_LABELS: dict[str, str] = {
    "is": "is",
    "is_not": "is not",
    "contains": "contains",
    "starts_with": "starts with",
    "is_set": "has a value",
    "is_not_set": "has no value",
    "greater": "is greater than",
    "less": "is less than",
    "before": "is before",
    "after": "is after",
    "is_true": "is true",
    "is_false": "is false",
}
WITHOUT_VALUE = frozenset({"is_set", "is_not_set", "is_true", "is_false"})

_ALWAYS: tuple[Operator, ...] = ("is_set", "is_not_set")
OPERATORS: dict[str, tuple[Operator, ...]] = {
    "text": ("is", "is_not", "contains", "starts_with", *_ALWAYS),
    "number": ("is", "is_not", "greater", "less", *_ALWAYS),
    "boolean": ("is_true", "is_false", *_ALWAYS),
    "date": ("is", "is_not", "before", "after", *_ALWAYS),
    "list": ("contains", *_ALWAYS),
    "object": _ALWAYS,
}
ALL_OPERATORS: tuple[Operator, ...] = get_args(Operator)


@dataclass(frozen=True)
class Field:
    """One thing a rule can test. ``name`` is what a rule stores, ``variable`` what a template writes."""

    name: str
    label: str
    kind: Kind

    @property
    def variable(self) -> str:
        return self.name.removeprefix(ATTRIBUTE_PREFIX)

    @property
    def is_attribute(self) -> bool:
        return self.name.startswith(ATTRIBUTE_PREFIX)

    @property
    def operators(self) -> tuple[Operator, ...]:
        return OPERATORS[self.kind]


STANDARD = [Field(name, STANDARD_LABELS[name], "text") for name in STANDARD_FIELDS]


def fields_available(workspace: Workspace) -> list[Field]:
    """The standard fields, then every attribute seen in the workspace, by name."""
    seen = Attribute.objects.filter(workspace=workspace).order_by("name")
    return [*STANDARD, *(Field(ATTRIBUTE_PREFIX + row.name, row.name, cast(Kind, row.kind)) for row in seen)]


def label_of(field: str) -> str:
    """What people call the field that a rule stores."""
    return STANDARD_LABELS.get(field, field.removeprefix(ATTRIBUTE_PREFIX))
