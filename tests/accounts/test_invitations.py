from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import InvitationInvalid, InvitationUnusable
from accounts.invitations import (
    invitation_accept,
    invitation_create,
    invitation_find,
    invitation_key,
    invitation_withdraw,
)
from accounts.models import Invitation, Role, User, Workspace
from tests.cast import acting, joined, person, signed_in
from webhooks_platform.base.errors import NotAllowed


@pytest.fixture
def invitation(workspace: Workspace, owner: User) -> Invitation:
    """For Nina, to be a marketer."""
    return invitation_create(actor=acting(owner, workspace), email=" Nina@Example.com ", role=Role.MARKETER)


def test_a_link_makes_its_person_a_member_once(invitation: Invitation, workspace: Workspace) -> None:
    key = invitation_key(invitation)
    nina = person("Nina")
    found = invitation_find(key)
    assert found == invitation
    assert invitation_accept(user=nina, invitation=found).role == Role.MARKETER
    assert invitation_find(key) is None
    with pytest.raises(InvitationUnusable):
        invitation_accept(user=nina, invitation=found)


def test_a_link_is_no_good_for_anybody_else(invitation: Invitation, outsider: User) -> None:
    with pytest.raises(InvitationUnusable, match="Nina|nina"):
        invitation_accept(user=outsider, invitation=invitation)


def test_links_expire(invitation: Invitation) -> None:
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert invitation_find(invitation_key(invitation)) is None


def test_links_can_be_withdrawn(invitation: Invitation, workspace: Workspace, owner: User) -> None:
    invitation_withdraw(actor=acting(owner, workspace), invitation=invitation)
    assert invitation_find(invitation_key(invitation)) is None


@pytest.mark.parametrize("key", ["", "1", "1:forged", "x:y", "é:é"])
def test_forged_links_lead_nowhere(invitation: Invitation, key: str) -> None:
    assert invitation_find(key) is None


def test_inviting_again_replaces_the_first_link(invitation: Invitation, workspace: Workspace, owner: User) -> None:
    again = invitation_create(actor=acting(owner, workspace), email="nina@example.com", role=Role.VIEWER)
    assert invitation_find(invitation_key(invitation)) is None
    assert invitation_find(invitation_key(again)) == again


@pytest.mark.parametrize("email", ["", "nobody", "a@b@c", "olivia@example.com"])
def test_bad_addresses_and_members_are_refused(workspace: Workspace, owner: User, email: str) -> None:
    with pytest.raises(InvitationInvalid) as refused:
        invitation_create(actor=acting(owner, workspace), email=email, role=Role.VIEWER)
    assert refused.value.field == "email"


def test_only_owners_invite_owners(workspace: Workspace, teammate: User) -> None:
    admin = joined(workspace, person("Ada"), Role.ADMIN)
    with pytest.raises(NotAllowed):
        invitation_create(actor=acting(admin, workspace), email="x@example.com", role=Role.OWNER)
    with pytest.raises(NotAllowed):
        invitation_create(actor=acting(teammate, workspace), email="x@example.com", role=Role.VIEWER)


def test_somebody_new_signs_up_by_invitation_where_sign_up_is_closed(
    client: Client, invitation: Invitation, workspace: Workspace, settings: Any
) -> None:
    settings.SIGN_UP_OPEN = False
    settings.ACCOUNT_RATE_LIMITS = False
    page = reverse("invitation", args=[invitation_key(invitation)])
    assert b"Create an account" in client.get(page).content
    new = {"name": "Nina", "email": "someone@else.example", "password1": "a-long-enough-password", "next": page}
    assert b"Your invitation is for nina@example.com" in client.post(reverse("account_signup"), new).content
    answer = client.post(reverse("account_signup"), new | {"email": "nina@example.com"})
    assert answer.headers["Location"] == page
    assert client.post(page).headers["Location"] == reverse("workspace_home", args=[workspace.slug])
    assert workspace.memberships.filter(user__email="nina@example.com").exists()


def test_home_leads_to_an_invitation_that_waits(client: Client, invitation: Invitation) -> None:
    page = reverse("invitation", args=[invitation_key(invitation)])
    client.get(page)
    assert signed_in(client, person("Nina")).get(reverse("home")).headers["Location"] == page


def test_the_page_says_so_when_the_wrong_person_opens_it(
    client: Client, invitation: Invitation, outsider: User
) -> None:
    page = reverse("invitation", args=[invitation_key(invitation)])
    assert b"You are signed in as otto@example.com" in signed_in(client, outsider).get(page).content
    assert client.post(page).status_code == 409
    assert client.delete(page).status_code == 405


def test_a_dead_link_is_explained(client: Client, db: None) -> None:
    answer = client.get(reverse("invitation", args=["1:forged"]))
    assert answer.status_code == 404
    assert "This invitation doesn" in answer.content.decode()
