"""What the editors complete behind ``{{``: the variables of a person, each with that person's value."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from audience.models import Profile
from audience.persons import snapshot, variables

EXAMPLE_LENGTH = 40
DEPTH = 3
TYPE_WORDS = {"str": "text", "bool": "true or false", "int": "number", "float": "number", "dict": "object"}
OTHERS = (
    {"path": "message", "type": "text", "example": "the message text"},
    {"path": "campaign.name", "type": "text", "example": "this campaign's name"},
    {"path": "campaign.id", "type": "number", "example": ""},
    {"path": "run.id", "type": "number", "example": ""},
    {"path": "run.at", "type": "text", "example": "when the run began"},
    {"path": "now", "type": "text", "example": "when the person's turn came"},
)


def completions(person: Profile | None) -> list[dict[str, str]]:
    """Standard fields first, also those that the person lacks; then attributes; then what every person has."""
    known = variables(snapshot(person)) if person else {}
    known.pop("profile", None)
    values = {**dict.fromkeys(Profile.STANDARD_FIELDS, ""), **known}
    return [*(entry for name, value in values.items() for entry in _entries(name, value)), *OTHERS]


def completions_json(person: Profile | None) -> str:
    """For the editors of a page (#template-variables)."""
    return json.dumps(completions(person), ensure_ascii=False)


def _entries(path: str, value: Any, depth: int = DEPTH) -> Iterator[dict[str, str]]:
    if isinstance(value, Mapping) and value and depth:
        for name, inner in value.items():
            if str(name).isidentifier():
                yield from _entries(f"{path}.{name}", inner, depth - 1)
        return
    kind = type(value).__name__
    yield {"path": path, "type": TYPE_WORDS.get(kind, kind), "example": str(value)[:EXAMPLE_LENGTH]}
