"""The audit trail: one row for each change, in the transaction of the change."""

from typing import Any

from django.db import models

from accounts.actors import Actor
from accounts.models import AuditEntry


def audit(actor: Actor, action: str, target: models.Model, **detail: Any) -> None:
    """Records that the actor did ``action`` to ``target``. ``detail`` must be JSON and free of secrets."""
    AuditEntry.objects.create(
        workspace=actor.workspace,
        user=actor.user,
        token=actor.token,
        action=action,
        target=target._meta.model_name or "",
        target_id=str(target.pk),
        target_label=str(target)[:200],
        detail=detail,
    )
