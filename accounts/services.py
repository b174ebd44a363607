"""Every change of workspaces and members. Each asks for the right, is one transaction and leaves an audit row."""

import unicodedata

from django.db import transaction
from django.utils.text import slugify

from accounts.actors import Actor
from accounts.audit import audit
from accounts.checks import name_checked, role_checked, time_zones
from accounts.errors import AccountInvalid, LastOwner, MemberInvalid, WorkspaceChanged, WorkspaceInvalid
from accounts.meanwhile import part_changed_meanwhile
from accounts.models import Member, Role, User, Workspace
from accounts.permissions import permit

NAME_LIMIT, SLUG_LIMIT, USER_NAME_LIMIT = 80, 50, 120
CHANGED = "workspace.changed"


@transaction.atomic
def workspace_create(*, user: User, name: str, time_zone: str = "UTC") -> Workspace:
    """A new workspace that ``user`` owns; its address follows from its name. Raises WorkspaceInvalid."""
    name = name_checked(name, limit=NAME_LIMIT, error=WorkspaceInvalid, what="the workspace")
    _check_time_zone(time_zone)
    workspace = Workspace.objects.create(name=name, slug=_free_slug(name), time_zone=time_zone)
    Member.objects.create(workspace=workspace, user=user, role=Role.OWNER)
    audit(Actor(workspace=workspace, role=Role.OWNER, user=user), "workspace.created", workspace)
    return workspace


@transaction.atomic
def workspace_update(
    *, actor: Actor, name: str, time_zone: str, retention_days: int, revision: int | None = None
) -> Workspace:
    """Changes name, time zone and retention; the address stays, so that links go on working.

    ``revision``: the one that was edited; raises WorkspaceChanged when somebody else saved since.
    """
    permit(actor, "workspace.edit")
    workspace = _workspace_at(actor, revision)
    new = {
        "name": name_checked(name, limit=NAME_LIMIT, error=WorkspaceInvalid, what="the workspace"),
        "time_zone": time_zone,
        "retention_days": retention_days,
    }
    _check_time_zone(time_zone)
    if retention_days not in Workspace.RetentionClass.values:
        raise WorkspaceInvalid("Choose one of the offered retention times.", field="retention_days")
    changed = {field: value for field, value in new.items() if getattr(workspace, field) != value}
    for field, value in changed.items():
        setattr(workspace, field, value)
    if changed:
        workspace.revision += 1
        workspace.save(update_fields=[*changed, "revision"])
        audit(actor, CHANGED, workspace, **changed)
    return workspace


def _workspace_at(actor: Actor, revision: int | None) -> Workspace:
    """As it is stored now, for this transaction alone."""
    workspace = actor.workspace
    workspace.refresh_from_db(from_queryset=Workspace.objects.select_for_update())
    if revision is not None and workspace.revision != revision:
        raise WorkspaceChanged(
            part_changed_meanwhile(actor, workspace, action=CHANGED, what="The workspace's settings were")
        )
    return workspace


@transaction.atomic
def member_role_change(*, actor: Actor, member: Member, role: str) -> Member:
    """Gives the member another role. Raises LastOwner when the workspace would lose its only owner."""
    permit(actor, "member.edit")
    role_checked(actor, role, MemberInvalid)
    member = _locked(actor, member)
    before = member.role
    if before == role:
        return member
    _check_owners_left(actor, member)
    member.role = role
    member.save(update_fields=["role"])
    audit(actor, "member.role_changed", member, **{"from": before, "to": role})
    return member


@transaction.atomic
def member_remove(*, actor: Actor, member: Member) -> None:
    """Takes the member out of the workspace; everybody may leave by themselves. Raises LastOwner."""
    if member.user_id != (actor.user.pk if actor.user else None):
        permit(actor, "member.edit")
    member = _locked(actor, member)
    _check_owners_left(actor, member)
    audit(actor, "member.removed", member)
    member.delete()


@transaction.atomic
def user_rename(*, user: User, name: str) -> User:
    """The user's own name, in every workspace. Raises AccountInvalid."""
    user.name = name_checked(name, limit=USER_NAME_LIMIT, error=AccountInvalid, what="yourself")
    user.save(update_fields=["name"])
    return user


def _locked(actor: Actor, member: Member) -> Member:
    """The member as it is now. Changes of members take turns, so that two owners can't demote each other."""
    Workspace.objects.select_for_update(no_key=True).get(pk=actor.workspace.pk)
    found = Member.objects.filter(workspace=actor.workspace, pk=member.pk).select_related("user").first()
    if found is None:
        raise MemberInvalid("This member was removed meanwhile. Reload the page.")
    return found


def _check_owners_left(actor: Actor, member: Member) -> None:
    if member.role != Role.OWNER:
        return
    if actor.user is None or actor.user.pk != member.user_id:
        permit(actor, "owner.edit")
    if not Member.objects.filter(workspace=actor.workspace, role=Role.OWNER).exclude(pk=member.pk).exists():
        raise LastOwner(f"{member.user} is the only owner. Make somebody else an owner first.", field="role")


def _check_time_zone(time_zone: str) -> None:
    if time_zone not in time_zones():
        raise WorkspaceInvalid("Choose a time zone from the list.", field="time_zone")


def _free_slug(name: str) -> str:
    """Names without Latin letters get a neutral address; a taken one gets the next free number."""
    plain = unicodedata.normalize("NFKD", name)
    base = slugify(plain)[:SLUG_LIMIT].strip("-") or "workspace"
    taken = set(Workspace.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    numbered = (base if n == 1 else f"{base}-{n}" for n in range(1, len(taken) + 2))
    return next(slug for slug in numbered if slug not in taken)
