"""Status changes by compare-and-swap, the only way a status is ever changed."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from webhooks_platform.base.errors import StaleState

Transitions = Mapping[str, frozenset[str]]


def move(
    row: Model, to: str, *, transitions: Transitions, field: str = "status", passive: str = "", **changes: Any
) -> None:
    """Moves ``row`` to status ``to`` if its stored status allows that; updates ``row`` in memory.

    Raises StaleState when the stored status does not lead there (the same was done before, or something else was).
    ``passive`` says for people what is done to the row ("paused"); by default it is the words of the status.
    """
    sources = sorted(source for source, targets in transitions.items() if to in targets)
    manager = type(row)._default_manager
    changed = manager.filter(pk=row.pk, **{f"{field}__in": sources}).update(**{field: to}, **changes)
    if not changed:
        raise StaleState(_refusal(row, to, field, passive))
    for name, value in {field: to, **changes}.items():
        setattr(row, name, value)


def _refusal(row: Model, to: str, field: str, passive: str) -> str:
    noun = type(row)._meta.verbose_name
    current = type(row)._default_manager.filter(pk=row.pk).values_list(field, flat=True).first()
    if current is None:
        return f"This {noun} does not exist any more: it was deleted meanwhile."
    choices = getattr(type(row)._meta.get_field(field), "flatchoices", ())
    words = {value: str(label).lower() for value, label in choices}
    if current == to:
        return f"This {noun} is {words.get(to, to)} already. Reload the page to see it as it is now."
    done = passive or words.get(to, to)
    return f"This {noun} is {words.get(current, current)} by now, so it can't be {done}. Reload the page to see it."
