"""What one click puts in behind a variable without fallback: the attribute's own from the registry, or a usual one."""

import json
from collections.abc import Mapping
from typing import Any

from audience.attributes import value_parsed
from audience.errors import ProfileInvalid
from audience.fields import Field

# What a person without the value would miss least. The text is selected once it is put in, so that one types over it.
USUAL = {"number": "0", "boolean": "false", "list": "[]", "object": "{}"}
USUAL_WORDS = {"first_name": "there"}


def fallback_for(name: str, fields: Mapping[str, Field]) -> str:
    """As written in a template. A part of an object, such as ``address.city``, has none of its own."""
    field = fields.get(name)
    if field and field.fallback:
        try:
            return written(value_parsed(field.fallback, field.kind))
        except ProfileInvalid:  # the type became text by a value of another kind: so does the fallback
            return written(field.fallback)
    return USUAL.get(field.kind if field else "text") or written(USUAL_WORDS.get(name, ""))


def label_for(name: str, fields: Mapping[str, Field]) -> str:
    """The words of the button."""
    field = fields.get(name)
    return f"Add fallback “{field.fallback}”" if field and field.fallback else "Add fallback"


def written(value: Any) -> str:
    """The value as a literal of the template language."""
    if isinstance(value, list):
        return "[" + ", ".join(written(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(key)}: {written(item)}" for key, item in value.items()) + "}"
    if value is None:
        return "none"
    return json.dumps(value, ensure_ascii=False)
