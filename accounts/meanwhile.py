"""What the second of two editors is told: who changed the thing since, and when."""

from datetime import datetime

from django.db import models
from django.utils.timezone import localtime

from accounts.actors import Actor
from accounts.models import AuditEntry


def changed_meanwhile(actor: Actor, target: models.Model, *, changed_at: datetime) -> str:
    """The refusal in words. ``changed_at``: when the stored ``target`` was last written."""
    return (
        f"“{target}” was changed{_by_whom(actor, target, changed_at)} on {localtime(changed_at):%-d %b, %H:%M %Z}, "
        "since you opened it. Your change was not saved, and the other one was not overwritten. Reload to see it, "
        "then make your change again."
    )


def _by_whom(actor: Actor, target: models.Model, changed_at: datetime) -> str:
    """Nobody is named for what imports and other changes of many things at once did: they have no entry for each."""
    entries = AuditEntry.objects.filter(
        workspace=actor.workspace, target=target._meta.model_name, target_id=str(target.pk), at__gte=changed_at
    )
    entry = entries.select_related("user", "token").order_by("-at", "-id").first()
    if entry is None:
        return ""
    return " by you, in another window," if actor.user and entry.user == actor.user else f" by {entry.who}"
