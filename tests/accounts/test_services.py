from typing import Any

import pytest

from accounts.errors import LastOwner, MemberInvalid, WorkspaceInvalid
from accounts.models import AuditEntry, Member, Role, User, Workspace
from accounts.services import member_remove, member_role_change, workspace_create, workspace_update
from tests.cast import acting, joined, person
from webhooks_platform.base.errors import NotAllowed


def membership(user: User, workspace: Workspace) -> Member:
    return Member.objects.get(user=user, workspace=workspace)


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Acme Inc.", "acme-inc"), ("Zoë & Söhne", "zoe-sohne"), ("株式会社", "workspace"), ("-- --", "workspace")],
)
def test_the_address_of_a_workspace_follows_from_its_name(db: None, name: str, slug: str) -> None:
    assert workspace_create(user=person("Nina"), name=name).slug == slug


def test_a_taken_address_gets_a_number(db: None) -> None:
    nina = person("Nina")
    slugs = [workspace_create(user=nina, name=name).slug for name in ("Acme", "Acme", "acme!", "Acme 2")]
    assert slugs == ["acme", "acme-2", "acme-3", "acme-2-2"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\nb"])
def test_a_workspace_needs_a_proper_name(db: None, name: str) -> None:
    with pytest.raises(WorkspaceInvalid) as refused:
        workspace_create(user=person("Nina"), name=name)
    assert refused.value.field == "name"


def test_settings_are_saved_and_the_address_stays(workspace: Workspace, owner: User) -> None:
    workspace_update(actor=acting(owner, workspace), name="Acme Ltd", time_zone="Asia/Tokyo", retention_days=90)
    stored = Workspace.objects.get(pk=workspace.pk)
    assert (stored.name, stored.slug, stored.time_zone, stored.retention_days) == ("Acme Ltd", "acme", "Asia/Tokyo", 90)
    assert AuditEntry.objects.get().detail == {"name": "Acme Ltd", "time_zone": "Asia/Tokyo", "retention_days": 90}


def test_saving_nothing_new_leaves_no_audit_row(workspace: Workspace, owner: User) -> None:
    workspace_update(actor=acting(owner, workspace), name="Acme", time_zone="UTC", retention_days=30)
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [({"name": ""}, "name"), ({"time_zone": "Mars/Base"}, "time_zone"), ({"retention_days": 31}, "retention_days")],
)
def test_bad_settings_name_their_field(
    workspace: Workspace, owner: User, change: dict[str, object], field: str
) -> None:
    values: dict[str, Any] = {"name": "Acme", "time_zone": "UTC", "retention_days": 30} | change
    with pytest.raises(WorkspaceInvalid) as refused:
        workspace_update(actor=acting(owner, workspace), **values)
    assert refused.value.field == field


def test_an_owner_gives_a_role(workspace: Workspace, owner: User, teammate: User) -> None:
    member_role_change(actor=acting(owner, workspace), member=membership(teammate, workspace), role=Role.ADMIN)
    assert membership(teammate, workspace).role == Role.ADMIN
    assert AuditEntry.objects.get().detail == {"from": "marketer", "to": "admin"}


def test_the_last_owner_can_be_neither_demoted_nor_removed(workspace: Workspace, owner: User) -> None:
    with pytest.raises(LastOwner):
        member_role_change(actor=acting(owner, workspace), member=membership(owner, workspace), role=Role.ADMIN)
    with pytest.raises(LastOwner):
        member_remove(actor=acting(owner, workspace), member=membership(owner, workspace))
    assert membership(owner, workspace).role == Role.OWNER


def test_an_owner_may_go_once_there_is_another(workspace: Workspace, owner: User, teammate: User) -> None:
    member_role_change(actor=acting(owner, workspace), member=membership(teammate, workspace), role=Role.OWNER)
    member_remove(actor=acting(owner, workspace), member=membership(owner, workspace))
    assert not workspace.memberships.filter(user=owner).exists()


def test_an_admin_can_neither_make_nor_unmake_owners(workspace: Workspace, owner: User, teammate: User) -> None:
    admin = acting(joined(workspace, person("Ada"), Role.ADMIN), workspace)
    joined(workspace, person("Owen"), Role.OWNER)
    with pytest.raises(NotAllowed):
        member_role_change(actor=admin, member=membership(teammate, workspace), role=Role.OWNER)
    with pytest.raises(NotAllowed):
        member_role_change(actor=admin, member=membership(owner, workspace), role=Role.VIEWER)
    with pytest.raises(NotAllowed):
        member_remove(actor=admin, member=membership(owner, workspace))


def test_members_may_leave_but_not_remove_others(workspace: Workspace, teammate: User, viewer: User) -> None:
    with pytest.raises(NotAllowed):
        member_remove(actor=acting(teammate, workspace), member=membership(viewer, workspace))
    member_remove(actor=acting(teammate, workspace), member=membership(teammate, workspace))
    assert not workspace.memberships.filter(user=teammate).exists()


def test_an_unknown_role_is_refused(workspace: Workspace, owner: User, teammate: User) -> None:
    with pytest.raises(MemberInvalid):
        member_role_change(actor=acting(owner, workspace), member=membership(teammate, workspace), role="king")
