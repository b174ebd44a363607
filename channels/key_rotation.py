"""Every stored secret under the newest encryption key, so that the one before can be thrown away."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models

from webhooks_platform.base.encryption import SecretUnreadable, is_newest, reencrypt

# Every column of an encrypted secret is called so; a test holds all of them to it.
PREFIX = "encrypted_"
ROWS_AT_ONCE = 500


@dataclass
class Rotation:
    """``unreadable``: which secrets no configured key can read, as ``channels.Connection 7 encrypted_secret``."""

    rotated: int = 0
    newest: int = 0
    unreadable: tuple[str, ...] = ()


def encrypted_columns() -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.BinaryField) and field.name.startswith(PREFIX):
                yield model, field.name


def keys_rotate() -> Rotation:
    """Goes through all rows of all workspaces, archived ones too. Safe beside running workers, and to run again:
    a secret that is replaced meanwhile is left as it is, under the newest key already."""
    done = Rotation()
    for model, column in encrypted_columns():
        rows = model._default_manager.exclude(**{column: None}).order_by("pk").values_list("pk", column)
        for pk, stored in rows.iterator(ROWS_AT_ONCE):
            _rotate(done, model, column, pk, bytes(stored))
    return done


def _rotate(done: Rotation, model: type[models.Model], column: str, pk: object, stored: bytes) -> None:
    if is_newest(stored):
        done.newest += 1
        return
    try:
        renewed = reencrypt(stored)
    except SecretUnreadable:
        done.unreadable += (f"{model._meta.label} {pk} {column}",)
        return
    done.rotated += model._default_manager.filter(pk=pk, **{column: stored}).update(**{column: renewed})
