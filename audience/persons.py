"""A person as rendering sees them: a snapshot of the profile, and the variables made from it."""

from collections.abc import Mapping
from typing import Any

from audience.models import Profile

# The same snapshot for a whole batch, set-wise, inside the claim statement; `p` is audience_profile.
SNAPSHOT_SQL = (
    "jsonb_build_object("
    + ", ".join(f"'{field}', p.{field}" for field in Profile.STANDARD_FIELDS)
    + ", 'attributes', p.attributes)"
)


def snapshot(profile: Profile) -> dict[str, Any]:
    """The profile's data at this moment, as JSON."""
    fields: dict[str, Any] = {field: getattr(profile, field) for field in Profile.STANDARD_FIELDS}
    return {**fields, "attributes": profile.attributes}


def variables(person: Mapping[str, Any]) -> dict[str, Any]:
    """Template variables of a snapshot: attributes and standard fields at top level, and all of them as `profile`.

    An empty standard field is left out, so that it counts as missing. A standard field wins over an attribute.
    """
    standard = {name: value for name, value in person.items() if name != "attributes" and value != ""}
    merged = {**person["attributes"], **standard}
    return {**merged, "profile": merged}
