"""Sample people: a few dozen invented profiles to try things with, gone again with one press."""

from django.db import transaction

from accounts.actors import Actor
from accounts.audit import audit
from accounts.models import Workspace
from accounts.permissions import permit
from audience.models import Profile
from audience.sample_data import people_made
from audience.services import profiles_upsert

SAMPLE_COUNT = 40
SAMPLE_TEST_USERS = 2
SAMPLE_PREFIX = "sample-"
# Known by their ids, so that somebody who was edited meanwhile is still removed.
SAMPLE_IDS = tuple(f"{SAMPLE_PREFIX}{number}" for number in range(1, SAMPLE_COUNT + 1))


def sample_people_count(workspace: Workspace) -> int:
    """How many of the sample people are in the workspace now."""
    return Profile.objects.filter(workspace=workspace, user_id__in=SAMPLE_IDS).count()


@transaction.atomic
def sample_people_load(*, workspace: Workspace, actor: Actor) -> int:
    """Adds the sample people, two of them test users, and returns how many they are.

    Loading them again puts them back as they were at first. Raises NotAllowed for a role that can't add profiles.
    """
    permit(actor, "profile.edit")
    people = people_made(SAMPLE_COUNT, first_id=1, id_prefix=SAMPLE_PREFIX, test_users=SAMPLE_TEST_USERS)
    profiles_upsert(actor=actor, items=people)
    audit(actor, "profiles.sample_loaded", workspace, count=len(people))
    return len(people)


@transaction.atomic
def sample_people_remove(*, workspace: Workspace, actor: Actor) -> int:
    """Deletes the sample people and nobody else; returns how many were there."""
    permit(actor, "profile.edit")
    removed, _ = Profile.objects.filter(workspace=workspace, user_id__in=SAMPLE_IDS).delete()
    audit(actor, "profiles.sample_removed", workspace, count=removed)
    return removed
