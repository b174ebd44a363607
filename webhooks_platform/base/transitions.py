"""Status changes by compare-and-swap, the only way a status is ever changed."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from webhooks_platform.base.errors import StaleState

Transitions = Mapping[str, frozenset[str]]


def move(row: Model, to: str, *, transitions: Transitions, field: str = "status", **changes: Any) -> None:
    """Moves ``row`` to status ``to`` if its stored status allows that; updates ``row`` in memory.

    Raises StaleState when the stored status does not lead there (someone else was faster).
    """
    sources = sorted(source for source, targets in transitions.items() if to in targets)
    manager = type(row)._default_manager
    changed = manager.filter(pk=row.pk, **{f"{field}__in": sources}).update(**{field: to}, **changes)
    if not changed:
        noun = type(row)._meta.verbose_name
        raise StaleState(f"This {noun} can't become {to} any more: its state changed meanwhile. Reload the page.")
    for name, value in {field: to, **changes}.items():
        setattr(row, name, value)
