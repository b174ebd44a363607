"""One person of an API call as values, or the reason why it can't be one."""

from collections.abc import Mapping
from typing import Any

from audience.errors import ProfileInvalid
from audience.values import CHANGEABLE_FIELDS, PersonValues

KNOWN = frozenset({"user_id", "attributes", "is_test", *CHANGEABLE_FIELDS})


def person_posted(item: Any) -> PersonValues | ProfileInvalid:
    """Only the types are judged here; ``values_checked`` judges the rest."""
    problem = _shape_problem(item)
    if problem:
        return problem
    return PersonValues(
        user_id=item.get("user_id", "").strip(),
        fields={name: item[name].strip() for name in CHANGEABLE_FIELDS if name in item},
        attributes=item.get("attributes", {}),
        is_test=item.get("is_test"),
    )


def _shape_problem(item: Any) -> ProfileInvalid | None:
    if not isinstance(item, Mapping):
        return ProfileInvalid("A profile is a JSON object with a user_id.")
    unknown = next((name for name in item if name not in KNOWN), None)
    if unknown is not None:
        return ProfileInvalid(
            f"“{str(unknown)[:60]}” is not a standard field. Put your own values into attributes.",
            field=str(unknown)[:60],
        )
    for name in ("user_id", *CHANGEABLE_FIELDS):
        if name in item and not isinstance(item[name], str):
            return ProfileInvalid(f"{name} must be text in quotes.", field=name)
    if not isinstance(item.get("attributes", {}), Mapping):
        return ProfileInvalid("attributes must be a JSON object of names and values.", field="attributes")
    if not isinstance(item.get("is_test"), bool | None):
        return ProfileInvalid("is_test must be true or false.", field="is_test")
    return None
