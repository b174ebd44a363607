"""Every change of profiles. Each asks for the right, is one transaction and leaves an audit row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import audit
from accounts.meanwhile import changed_meanwhile
from accounts.models import Workspace
from accounts.permissions import permit
from audience.attributes import STANDARD_FIELDS, kind_of
from audience.errors import ProfileChanged, ProfileInvalid
from audience.models import Attribute, Profile
from audience.upsert import profiles_lock, upsert
from audience.values import PersonValues, combined, values_checked

BULK_LIMIT = 1_000
ATTRIBUTE_LIMIT = 500
TOO_LARGE = "The attributes of this person would pass 64 KB with these. Shorten or remove some."


@transaction.atomic
def profile_save(
    *, actor: Actor, values: PersonValues, profile: Profile | None = None, revision: int | None = None
) -> Profile:
    """Creates a profile, or changes one; ``values.attributes`` replace all earlier ones.

    Raises ProfileInvalid naming the field, also for a user_id that another profile has. ``revision``: the one that
    was edited; raises ProfileChanged when the profile was written since.
    """
    permit(actor, "profile.edit")
    values_checked(values)
    profiles_lock(actor.workspace.pk)
    saved = _profile_at(actor, profile, revision) if profile else Profile(workspace=actor.workspace)
    before = _values_of(saved)
    for name, text in {**values.fields, "user_id": values.user_id}.items():
        setattr(saved, name, text)
    saved.attributes = {name: value for name, value in values.attributes.items() if value is not None}
    if values.is_test is not None:
        saved.is_test = values.is_test
    attributes_seen(actor.workspace, [saved.attributes])
    saved.revision += 1 if profile else 0
    _save_unique(saved)
    if profile:
        audit(actor, "profile.changed", saved, changed=_changed(before, _values_of(saved)))
    else:
        audit(actor, "profile.created", saved)
    return saved


def _profile_at(actor: Actor, profile: Profile, revision: int | None) -> Profile:
    """As it is stored now, for this transaction alone."""
    profile.refresh_from_db(from_queryset=Profile.objects.select_for_update())
    if revision is not None and profile.revision != revision:
        raise ProfileChanged(changed_meanwhile(actor, profile, changed_at=profile.updated_at))
    return profile


def _values_of(profile: Profile) -> dict[str, Any]:
    return {**profile.attributes, **{name: getattr(profile, name) for name in (*STANDARD_FIELDS, "is_test")}}


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The names of what differs; the values are personal and have no place in the audit trail."""
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def _save_unique(profile: Profile) -> None:
    try:
        with transaction.atomic():
            profile.save()
    except IntegrityError as error:
        if "profile_user_id_unique" not in str(error):
            raise
        raise ProfileInvalid(
            f"There is a profile with the user ID “{profile.user_id}” already. Use another ID, or edit that profile.",
            field="user_id",
        ) from None


@transaction.atomic
def profile_mark_test(*, actor: Actor, profile: Profile, is_test: bool) -> None:
    """Makes the profile a test user, or an ordinary one."""
    permit(actor, "profile.edit")
    test_flag_set(Profile.objects.filter(pk=profile.pk), is_test=is_test)
    profile.is_test = is_test
    audit(actor, "profile.test_on" if is_test else "profile.test_off", profile)


def test_flag_set(people: QuerySet[Profile], *, is_test: bool) -> int:
    """Returns how many people were written."""
    return people.update(is_test=is_test, revision=F("revision") + 1, updated_at=timezone.now())


@dataclass(frozen=True)
class BulkItem:
    """What became of one item of a bulk upsert; ``result`` is created, updated or rejected."""

    index: int
    user_id: str
    result: str
    field: str = ""
    detail: str = ""


@transaction.atomic
def profiles_upsert(*, actor: Actor, items: Sequence[PersonValues | ProfileInvalid]) -> list[BulkItem]:
    """Creates or updates up to 1,000 people; an item that is (or is found) invalid is rejected, the others are kept.

    Values that an item does not name stay; an attribute that is None is removed. The same user_id twice: the later
    item goes over the earlier one, and both have the person's result.
    """
    permit(actor, "profile.edit")
    if len(items) > BULK_LIMIT:
        raise ProfileInvalid(f"{len(items)} profiles in one call; {BULK_LIMIT} is the limit. Split them up.")
    checked = [_checked(item) for item in items]
    people = combined(item for item in checked if isinstance(item, PersonValues))
    attributes_seen(actor.workspace, (person.attributes for person in people))
    done = upsert(actor.workspace.pk, people)
    there_before = done.updated | done.unchanged
    audit(actor, "profiles.upserted", actor.workspace, created=len(done.created), updated=len(there_before))
    outcomes = enumerate(zip(items, checked, strict=True))
    return [_bulk_item(index, posted, item, done.created, there_before) for index, (posted, item) in outcomes]


def _checked(item: PersonValues | ProfileInvalid) -> PersonValues | ProfileInvalid:
    if isinstance(item, ProfileInvalid):
        return item
    try:
        return values_checked(item)
    except ProfileInvalid as error:
        return error


def _bulk_item(
    index: int,
    posted: PersonValues | ProfileInvalid,
    item: PersonValues | ProfileInvalid,
    created: frozenset[str],
    updated: frozenset[str],
) -> BulkItem:
    if isinstance(item, ProfileInvalid):
        user_id = posted.user_id if isinstance(posted, PersonValues) else ""
        return BulkItem(index, user_id, "rejected", item.field, item.message)
    if item.user_id in created or item.user_id in updated:
        return BulkItem(index, item.user_id, "created" if item.user_id in created else "updated")
    return BulkItem(index, item.user_id, "rejected", "attributes", TOO_LARGE)


def attributes_seen(workspace: Workspace, people: Iterable[Mapping[str, Any]]) -> None:
    """Keeps the list of known attributes. One with values of several kinds becomes text.

    Raises ProfileInvalid when the workspace would pass 500 attribute names.
    """
    kinds: dict[str, str] = {}
    for attributes in people:
        for name, value in attributes.items():
            if value is not None:
                kind = kind_of(value)
                kinds[name] = kind if kinds.get(name, kind) == kind else "text"
    kinds_seen(workspace, kinds)


def kinds_seen(workspace: Workspace, kinds: Mapping[str, str]) -> None:
    """The same for kinds that are known already, by attribute name."""
    known = dict(Attribute.objects.filter(workspace=workspace, name__in=kinds).values_list("name", "kind"))
    new = [Attribute(workspace=workspace, name=name, kind=kind) for name, kind in kinds.items() if name not in known]
    if new:
        _check_room(workspace, len(new))
        Attribute.objects.bulk_create(new, ignore_conflicts=True)
    mixed = [name for name, kind in kinds.items() if known.get(name, kind) not in (kind, "text")]
    if mixed:
        Attribute.objects.filter(workspace=workspace, name__in=mixed).update(
            kind="text", revision=F("revision") + 1, updated_at=timezone.now()
        )


def _check_room(workspace: Workspace, adding: int) -> None:
    if Attribute.objects.filter(workspace=workspace).count() + adding > ATTRIBUTE_LIMIT:
        raise ProfileInvalid(
            f"The workspace would have more than {ATTRIBUTE_LIMIT} attribute names. "
            "Put values that vary in name into one list attribute.",
            field="attributes",
        )
