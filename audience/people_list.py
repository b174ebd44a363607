"""The list of profiles: which people it shows, in which order, and which columns; all of it from the address."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet

from accounts.models import Workspace
from audience.attributes import STANDARD_FIELDS
from audience.choice import AudienceChoice
from audience.fields import ATTRIBUTE_PREFIX, STANDARD_LABELS
from audience.models import ColumnChoice, Profile
from audience.selection import profiles_chosen
from audience.selectors import attribute_labels, profiles_found
from webhooks_platform.base.numbers import number_in

# Orders that an index has ready for a workspace of any size, and their words.
SORTS = {
    "": ("Newest first", ("-id",)),
    "oldest": ("Oldest first", ("id",)),
    "user_id": ("User ID, A to Z", ("user_id",)),
    "-user_id": ("User ID, Z to A", ("-user_id",)),
}
PRESENCE = [("yes", "With {}"), ("no", "Without {}")]
STANDARD_COLUMNS = {
    **{name: STANDARD_LABELS[name] for name in STANDARD_FIELDS if name != "user_id"},
    "created_at": "Added",
    "updated_at": "Changed",
}
TIMES = frozenset({"created_at", "updated_at"})
DEFAULT_COLUMNS = ("email", "phone", "country", "created_at")
COLUMN_LIMIT = 12


@dataclass(frozen=True)
class PeopleFilters:
    """What the list is narrowed to. ``email`` and ``phone``: "yes", "no" or empty for both."""

    q: str = ""
    test: str = ""
    segment: str = ""
    email: str = ""
    phone: str = ""
    sort: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "PeopleFilters":
        """From an address; what can't be meant is left out."""
        found = {field.name: query.get(field.name, "").strip() for field in fields(cls)}
        found["test"] = "1" if found["test"] == "1" else ""
        found["segment"] = found["segment"] if number_in(found["segment"]) is not None else ""
        found["sort"] = found["sort"] if found["sort"] in SORTS else ""
        for name in ("email", "phone"):
            found[name] = found[name] if found[name] in ("yes", "no") else ""
        return cls(**found)

    @property
    def order(self) -> tuple[str, ...]:
        return SORTS[self.sort][1]

    @property
    def are_narrow(self) -> bool:
        """Whether anybody is left out, apart from the tab of test users."""
        return bool(self.q or self.segment or self.email or self.phone)

    def query(self, **changes: str) -> str:
        """The address' query of this list; ``?view=all`` for everybody, so that no saved view opens instead."""
        values = {**{field.name: getattr(self, field.name) for field in fields(self)}, **changes}
        kept = {name: value for name, value in values.items() if value}
        return "?" + urlencode(kept or {"view": "all"})


def people_found(workspace: Workspace, filters: PeopleFilters) -> QuerySet[Profile]:
    """The people that fit, unordered. Raises SegmentRemoved, or RuleInvalid for rules that can't be tested."""
    found = profiles_found(workspace, search=filters.q, test_only=filters.test == "1")
    if filters.segment:
        choice = AudienceChoice(kind="segment", segment_id=int(filters.segment))
        found = found.filter(pk__in=profiles_chosen(workspace, choice).values("pk"))
    for name in ("email", "phone"):
        if getattr(filters, name):
            found = found.exclude(**{name: ""}) if getattr(filters, name) == "yes" else found.filter(**{name: ""})
    return found


def columns_available(workspace: Workspace) -> dict[str, str]:
    """Every column that the list can show, and its head: standard fields, times, then attributes by their labels."""
    labels = attribute_labels(workspace)
    attributes = sorted(((ATTRIBUTE_PREFIX + name, label) for name, label in labels.items()), key=lambda pair: pair[1])
    return {**STANDARD_COLUMNS, **dict(attributes)}


def columns_chosen(workspace: Workspace, user_id: int, available: Mapping[str, str]) -> list[str]:
    """The member's columns that still exist, else the usual ones."""
    stored = ColumnChoice.objects.filter(workspace=workspace, user_id=user_id).values_list("columns", flat=True).first()
    return [name for name in (DEFAULT_COLUMNS if stored is None else stored) if name in available]


def columns_choose(workspace: Workspace, user_id: int, columns: list[str]) -> None:
    """Keeps the member's columns, up to twelve, in the order in which the list offers them."""
    kept = [name for name in columns_available(workspace) if name in columns][:COLUMN_LIMIT]
    ColumnChoice.objects.update_or_create(workspace=workspace, user_id=user_id, defaults={"columns": kept})


def cell_of(profile: Profile, column: str) -> Any:
    """What the column holds for the person; None for nothing."""
    if column.startswith(ATTRIBUTE_PREFIX):
        return profile.attributes.get(column.removeprefix(ATTRIBUTE_PREFIX))
    return getattr(profile, column) or None
