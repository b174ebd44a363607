"""What pages read of users, members, invitations, tokens and the audit trail. The workspace always comes first."""

from typing import TypeVar

from django.db.models import Case, IntegerField, Model, QuerySet, Value, When
from django.utils import timezone

from accounts.errors import NotInWorkspace
from accounts.models import ApiToken, AuditEntry, Invitation, Member, Role, User, Workspace

M = TypeVar("M", bound=Model)


def workspaces_of(user: User) -> QuerySet[Workspace]:
    return user.workspaces.order_by("name", "id")


def members_of(workspace: Workspace) -> QuerySet[Member]:
    """Owners first, then by role and name."""
    ranks = [When(role=role, then=Value(rank)) for rank, role in enumerate(Role.values)]
    found = Member.objects.filter(workspace=workspace).select_related("user")
    return found.order_by(Case(*ranks, output_field=IntegerField()), "user__name", "user__email")


def member_get(workspace: Workspace, member_id: int) -> Member:
    return _one(Member.objects.filter(workspace=workspace).select_related("user"), member_id, "member")


def invitations_open(workspace: Workspace) -> QuerySet[Invitation]:
    found = Invitation.objects.filter(workspace=workspace, closed_at=None, expires_at__gt=timezone.now())
    return found.select_related("created_by").order_by("-created_at")


def invitation_get(workspace: Workspace, invitation_id: int) -> Invitation:
    return _one(invitations_open(workspace), invitation_id, "invitation")


def api_tokens_of(workspace: Workspace) -> QuerySet[ApiToken]:
    """The tokens that work, newest first."""
    found = ApiToken.objects.filter(workspace=workspace, revoked_at=None)
    return found.select_related("created_by").order_by("-created_at")


def api_token_get(workspace: Workspace, token_id: int) -> ApiToken:
    return _one(api_tokens_of(workspace), token_id, "API token")


def audit_trail(workspace: Workspace) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(workspace=workspace).select_related("user", "token")


def _one(found: QuerySet[M], pk: int, noun: str) -> M:
    row = found.filter(pk=pk).first()
    if row is None:
        raise NotInWorkspace(f"This {noun} does not exist in this workspace any more.")
    return row
