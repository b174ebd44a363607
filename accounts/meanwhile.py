"""What the second of two editors is told: who changed the thing since, and when."""

from datetime import datetime

from django.db import models
from django.utils.timezone import localtime

from accounts.actors import Actor
from accounts.models import AuditEntry


def changed_meanwhile(actor: Actor, target: models.Model, *, changed_at: datetime) -> str:
    """The refusal in words. ``changed_at``: when the stored ``target`` was last written."""
    entry = _entries(actor, target).filter(at__gte=changed_at).first()
    return _in_words(actor, f"“{target}” was", entry, changed_at)


def part_changed_meanwhile(actor: Actor, target: models.Model, *, action: str, what: str) -> str:
    """The same for a part of the target, known by the entries of its changes. ``what``: such as "The defaults were"."""
    entry = _entries(actor, target).filter(action=action).first()
    return _in_words(actor, what, entry, entry.at if entry else None)


def _entries(actor: Actor, target: models.Model) -> models.QuerySet[AuditEntry]:
    """The latest first."""
    entries = AuditEntry.objects.filter(
        workspace=actor.workspace, target=target._meta.model_name, target_id=str(target.pk)
    )
    return entries.select_related("user", "token").order_by("-at", "-id")


def _in_words(actor: Actor, what: str, entry: AuditEntry | None, at: datetime | None) -> str:
    when = f" on {localtime(at):%-d %b, %H:%M %Z}" if at else ""
    return (
        f"{what} changed{_by_whom(actor, entry)}{when}, since you opened this page. Your change was not saved, and the "
        "other one was not overwritten. Reload to see it, then make your change again."
    )


def _by_whom(actor: Actor, entry: AuditEntry | None) -> str:
    """Nobody is named for what imports and other changes of many things at once did: they have no entry for each."""
    if entry is None:
        return ""
    return " by you, in another window," if actor.user and entry.user == actor.user else f" by {entry.who}"
