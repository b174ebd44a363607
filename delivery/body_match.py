"""Whether the body of an answer says what the connection's success rule asks for. Pure."""

import json
from typing import Any

from channels.policy import BodyMatch

_MISSING = object()
SHOWN = 80


def body_mismatch(rule: BodyMatch, body: bytes, *, truncated: bool = False) -> str:
    """Why the body doesn't do, in words; empty when it does. Of a long body only the beginning is known."""
    if rule.kind == "json":
        return _json_mismatch(rule, body, truncated)
    found = rule.text in body.decode(errors="replace")
    if found == (rule.kind == "contains"):
        return ""
    where = "the part of the body that was kept" if truncated else "the body"
    return f"“{_cut(rule.text)}” stands in {where}." if found else f"“{_cut(rule.text)}” is missing from {where}."


def _json_mismatch(rule: BodyMatch, body: bytes, truncated: bool) -> str:
    try:
        stands = value_at(json.loads(body), rule.path)
    except (ValueError, RecursionError):
        return "The body is longer than what is kept of it." if truncated else "The body is not JSON."
    if stands is _MISSING:
        return f"The body has no “{rule.path}”."
    if _equal(stands, rule.value):
        return ""
    return f"“{rule.path}” is {_shown(stands)}, not {_cut(rule.value)}."


def value_at(value: Any, path: str) -> Any:
    """What stands at ``data.0.ok``; _MISSING when nothing does."""
    for part in path.split("."):
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return _MISSING
    return value


def _equal(stands: Any, expected: str) -> bool:
    """As JSON, or as words: ``true`` is the boolean, ``success`` the text. True is not 1."""
    if stands == expected:
        return True
    try:
        wanted = json.loads(expected)
    except ValueError:
        return False
    return bool(stands == wanted) and isinstance(stands, bool) == isinstance(wanted, bool)


def _shown(value: Any) -> str:
    """Whole or not at all: secrets are masked afterwards, and half of one would not be recognised."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN else "something longer"


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
