"""Deleting people with proof: the profile goes, and with it all that is personal in what is kept about them.

What a person's rows counted stays counted. Requests on the wire at that moment may still be recorded afterwards, so
an erasure stays open, and is done again, until nothing about the person can follow.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from celery import current_app
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import audit
from accounts.models import AuditEntry
from accounts.permissions import permit
from audience.erasers import ErasedPerson, traces_erased
from audience.errors import ProfileInvalid
from audience.models import Erasure, ImportReject, Profile
from audience.selectors import ERASED_PREFIX
from audience.upsert import profiles_lock

ERASE_LIMIT = 10_000
CHUNK = 200
ERASED_LABEL = "An erased person"


def user_id_digest(salt: str, user_id: str) -> str:
    """SHA-256 of the salt and the user ID, in hexadecimal."""
    return hashlib.sha256(f"{salt}{user_id}".encode()).hexdigest()


def replacement_of(erasure: Erasure) -> str:
    """What stands in the log where the user ID stood."""
    return f"{ERASED_PREFIX}{erasure.pk}"


@transaction.atomic
def profile_delete(*, actor: Actor, profile: Profile) -> Erasure:
    """Removes the profile for good and erases what is kept about the person; returns the proof.

    Runs in progress skip the person from now on.
    """
    permit(actor, "profile.edit")
    [erasure] = _profiles_removed(actor, [profile])
    erasures_continue([erasure])
    audit(actor, "profile.erased", erasure, **erasure.counts)
    return erasure


@transaction.atomic
def profiles_delete(*, actor: Actor, profiles: Sequence[Profile]) -> list[Erasure]:
    """The same for up to 10,000 people at once; workers erase what is kept about them right afterwards."""
    permit(actor, "profile.edit")
    if len(profiles) > ERASE_LIMIT:
        raise ProfileInvalid(f"{len(profiles):,} people at once; {ERASE_LIMIT:,} is the limit. Narrow the filter.")
    erasures = _profiles_removed(actor, profiles)
    audit(actor, "profiles.erased", actor.workspace, count=len(erasures))
    transaction.on_commit(erasures_announce, robust=True)
    return erasures


def _profiles_removed(actor: Actor, profiles: Sequence[Profile]) -> list[Erasure]:
    profiles_lock(actor.workspace.pk)
    erasures = Erasure.objects.bulk_create([_erasure(actor, profile) for profile in profiles], batch_size=1_000)
    for start in range(0, len(profiles), CHUNK):
        _forget(actor.workspace.pk, profiles[start : start + CHUNK])
    Profile.objects.filter(workspace=actor.workspace, pk__in=[profile.pk for profile in profiles]).delete()
    return erasures


def _erasure(actor: Actor, profile: Profile) -> Erasure:
    salt = secrets.token_hex(16)
    return Erasure(
        workspace=actor.workspace,
        profile_id=profile.pk,
        salt=salt,
        digest=user_id_digest(salt, profile.user_id),
        requested_by=actor.user,
        requested_by_label=actor.label[:200],
    )


def _forget(workspace_id: int, profiles: Sequence[Profile]) -> None:
    """What this room and those below keep: names in the audit trail, cells of lines that imports left out."""
    ids = [str(profile.pk) for profile in profiles]
    trail = AuditEntry.objects.filter(workspace_id=workspace_id, target="profile", target_id__in=ids)
    trail.update(target_label=ERASED_LABEL, detail={})
    holds = Q()
    for profile in profiles:
        for known in filter(None, (profile.user_id, profile.email)):
            holds |= Q(cells__contains=[known])
    ImportReject.objects.filter(holds, of_import__workspace_id=workspace_id).delete()


def erasures_continue(erasures: Sequence[Erasure]) -> None:
    """Erases what rooms above keep of these people of one workspace; closes the erasures that are then final."""
    people = [ErasedPerson(erasure.profile_id, replacement_of(erasure)) for erasure in erasures]
    found = traces_erased(erasures[0].workspace_id, people)
    for erasure in erasures:
        traces = found[erasure.profile_id]
        erasure.counts = {**erasure.counts, **traces.counts}
        if traces.is_final and erasure.completed_at is None:
            erasure.completed_at = timezone.now()
    Erasure.objects.bulk_update(erasures, ["counts", "completed_at"])


def erasures_work_off() -> int:
    """Goes on with open erasures, in short transactions; returns how many are still open then."""
    last = 0
    while chunk := _open_after(last):
        last = chunk[-1].pk
        by_workspace: dict[int, list[Erasure]] = {}
        for erasure in chunk:
            by_workspace.setdefault(erasure.workspace_id, []).append(erasure)
        for erasures in by_workspace.values():
            with transaction.atomic():
                erasures_continue(erasures)
    return Erasure.objects.filter(completed_at=None).count()


def _open_after(last: int) -> list[Erasure]:
    return list(Erasure.objects.filter(completed_at=None, pk__gt=last).order_by("pk")[:CHUNK])


def erasures_look_again(*, within: timedelta) -> None:
    """Erases once more for those closed lately: a worker that had lost its lease may have recorded its request late."""
    lately = Erasure.objects.filter(completed_at__gt=timezone.now() - within).order_by("workspace_id", "pk")
    by_workspace: dict[int, list[Erasure]] = {}
    for erasure in lately:
        by_workspace.setdefault(erasure.workspace_id, []).append(erasure)
    for erasures in by_workspace.values():
        for start in range(0, len(erasures), CHUNK):
            with transaction.atomic():
                erasures_continue(erasures[start : start + CHUNK])


def erasures_announce() -> None:
    """Tells the bulk workers that there are people to erase; where the broker is down, the sweep finds them."""
    current_app.send_task("audience.erasures_sweep", [])
