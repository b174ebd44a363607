"""Invitations: a signed link that makes one person, known by e-mail address, a member. No mail is needed."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import audit
from accounts.checks import role_checked
from accounts.errors import InvitationInvalid, InvitationUnusable
from accounts.models import Invitation, Member, User
from accounts.permissions import permit

LIFETIME = timedelta(days=7)
_signer = Signer(salt="invitation")


def invitation_key(invitation: Invitation) -> str:
    """What its link carries."""
    return _signer.sign(str(invitation.pk))


def invitation_find(key: str) -> Invitation | None:
    """The open invitation of that link; None for a forged, used, withdrawn or expired one."""
    try:
        pk = int(_signer.unsign(key))
    except (BadSignature, ValueError):
        return None
    found = Invitation.objects.select_related("workspace", "created_by")
    return found.filter(pk=pk, closed_at=None, expires_at__gt=timezone.now()).first()


@transaction.atomic
def invitation_create(*, actor: Actor, email: str, role: str) -> Invitation:
    """Invites the owner of that address for seven days; an earlier invitation of theirs is withdrawn.

    Raises InvitationInvalid for a bad address or somebody who is a member already.
    """
    permit(actor, "member.edit")
    role_checked(actor, role, InvitationInvalid)
    email = _email_checked(actor, email)
    now = timezone.now()
    Invitation.objects.filter(workspace=actor.workspace, email__iexact=email, closed_at=None).update(closed_at=now)
    invitation = Invitation.objects.create(
        workspace=actor.workspace, email=email, role=role, created_by=actor.user, expires_at=now + LIFETIME
    )
    audit(actor, "invitation.created", invitation, role=role)
    return invitation


@transaction.atomic
def invitation_withdraw(*, actor: Actor, invitation: Invitation) -> None:
    """Its link stops working."""
    permit(actor, "member.edit")
    invitation.closed_at = timezone.now()
    invitation.save(update_fields=["closed_at"])
    audit(actor, "invitation.withdrawn", invitation)


@transaction.atomic
def invitation_accept(*, user: User, invitation: Invitation) -> Member:
    """Makes ``user`` a member, once. Raises InvitationUnusable when it is meant for another address or is used up."""
    if user.email.lower() != invitation.email.lower():
        raise InvitationUnusable(
            f"This invitation is for {invitation.email}, but you are signed in as {user.email}. "
            "Sign out, and sign in with that address."
        )
    open_now = Invitation.objects.filter(pk=invitation.pk, closed_at=None, expires_at__gt=timezone.now())
    if not open_now.update(closed_at=timezone.now()):
        raise InvitationUnusable("This invitation was used or withdrawn meanwhile. Ask for a new one.")
    member, _ = Member.objects.get_or_create(
        workspace=invitation.workspace, user=user, defaults={"role": invitation.role}
    )
    actor = Actor(workspace=invitation.workspace, role=member.role, user=user)
    audit(actor, "member.joined", member, role=member.role)
    return member


def _email_checked(actor: Actor, email: str) -> str:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise InvitationInvalid("Enter an e-mail address, such as ana@example.com.", field="email") from None
    if Member.objects.filter(workspace=actor.workspace, user__email__iexact=email).exists():
        raise InvitationInvalid(f"{email} is a member already. Change their role in the list.", field="email")
    return email
