"""The same for many people at once: who is meant, and the changes."""

from collections.abc import Iterable
from typing import Literal

from django.db import transaction
from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.audit import audit
from accounts.models import Workspace
from accounts.permissions import permit
from audience.erasing import ERASE_LIMIT, profiles_delete
from audience.errors import ProfileInvalid
from audience.models import Profile
from audience.people_list import PeopleFilters, people_found
from audience.services import test_flag_set
from audience.upsert import profiles_lock
from webhooks_platform.base.numbers import numbers_in

Action = Literal["test_on", "test_off", "delete"]


def people_meant(workspace: Workspace, *, chosen: Iterable[str], filters: PeopleFilters | None) -> QuerySet[Profile]:
    """The chosen rows, or everybody whom ``filters`` match. Ids of other workspaces mean nobody."""
    if filters is not None:
        return people_found(workspace, filters)
    ids = numbers_in(chosen)
    return Profile.objects.filter(workspace=workspace, pk__in=ids)


@transaction.atomic
def profiles_mark_test(*, actor: Actor, people: QuerySet[Profile], is_test: bool) -> int:
    """Makes them test users, or ordinary ones; returns how many changed."""
    permit(actor, "profile.edit")
    profiles_lock(actor.workspace.pk)
    ids = people.filter(workspace=actor.workspace, is_test=not is_test).values("pk")
    changed = test_flag_set(Profile.objects.filter(pk__in=ids), is_test=is_test)
    audit(actor, "profiles.test_on" if is_test else "profiles.test_off", actor.workspace, count=changed)
    return changed


def profiles_erase(*, actor: Actor, people: QuerySet[Profile], expected: int) -> int:
    """Deletes them with proof; returns how many they were.

    Raises ProfileInvalid when they are not as many as somebody was shown and agreed to, or too many at once.
    """
    found = list(people.filter(workspace=actor.workspace).order_by("pk")[: ERASE_LIMIT + 1])
    if len(found) <= ERASE_LIMIT and len(found) != expected:
        raise ProfileInvalid(f"By now {len(found):,} people match, not {expected:,}. Look at them and choose again.")
    return len(profiles_delete(actor=actor, profiles=found))
