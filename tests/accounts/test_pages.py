from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.audit import audit
from accounts.models import ApiToken, AuditEntry, Invitation, Member, Role, User, Workspace
from accounts.services import workspace_update
from accounts.tokens import api_token_create
from tests.cast import acting, joined, person, signed_in

Ask = Callable[..., str]
PAGES = ["workspace_settings", "members", "api_tokens", "audit_trail"]


@pytest.fixture
def url(workspace: Workspace) -> Ask:
    """The address of a page of Acme."""

    def make(name: str, **kwargs: object) -> str:
        return reverse(name, kwargs={"workspace": workspace.slug, **kwargs})

    return make


@pytest.mark.parametrize("name", PAGES)
def test_an_owner_sees_each_page(client: Client, owner: User, url: Ask, name: str) -> None:
    assert signed_in(client, owner).get(url(name)).status_code == 200


@pytest.mark.parametrize("name", ["workspace_settings", "api_tokens", "audit_trail"])
def test_a_viewer_is_told_whom_to_ask(client: Client, viewer: User, url: Ask, name: str) -> None:
    answer = signed_in(client, viewer).get(url(name))
    assert answer.status_code == 403
    assert b"Ask a person with the role" in answer.content


def test_a_viewer_sees_members_and_can_not_change_them(
    client: Client, viewer: User, teammate: User, workspace: Workspace, url: Ask
) -> None:
    signed_in(client, viewer)
    page = client.get(url("members")).content.decode()
    assert "Tom" in page
    assert "Invite" not in page
    member = Member.objects.get(user=teammate, workspace=workspace).pk
    assert client.post(url("members"), {"email": "x@example.com", "role": "viewer"}).status_code == 403
    assert client.post(url("member_role", member=member, role="admin")).status_code == 403
    assert client.post(url("member_remove", member=member)).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_a_wrong_method_is_refused(client: Client, owner: User, url: Ask, name: str) -> None:
    assert signed_in(client, owner).delete(url(name)).status_code == 405


def test_changes_are_only_made_by_posts(client: Client, owner: User, workspace: Workspace, url: Ask) -> None:
    signed_in(client, owner)
    pages = [
        url("member_role", member=1, role="admin"),
        url("member_remove", member=1),
        url("invitation_withdraw", invitation=1),
        url("api_token_revoke", token=1),
    ]
    assert {client.get(page).status_code for page in pages} == {405}


def test_saving_the_settings(client: Client, owner: User, workspace: Workspace, url: Ask) -> None:
    values = {"name": "Acme Ltd", "time_zone": "Asia/Tokyo", "retention_days": "7"}
    assert signed_in(client, owner).post(url("workspace_settings"), values).status_code == 302
    workspace.refresh_from_db()
    assert (workspace.name, workspace.retention_days) == ("Acme Ltd", 7)


@pytest.mark.parametrize("change", [{"name": ""}, {"time_zone": "Mars"}, {"retention_days": "31"}, {"name": "a\x07b"}])
def test_bad_settings_are_marked(client: Client, owner: User, url: Ask, change: dict[str, str]) -> None:
    values = {"name": "Acme Ltd", "time_zone": "UTC", "retention_days": "7"} | change
    answer = signed_in(client, owner).post(url("workspace_settings"), values)
    assert answer.status_code == 422
    assert b"field-error" in answer.content


def test_an_invitation_shows_its_link(client: Client, owner: User, url: Ask) -> None:
    signed_in(client, owner)
    client.post(url("members"), {"email": "nina@example.com", "role": "marketer"})
    page = client.get(url("members")).content.decode()
    assert "/invitations/" in page
    invitation = Invitation.objects.get()
    client.post(url("invitation_withdraw", invitation=invitation.pk))
    assert "/invitations/" not in client.get(url("members")).content.decode()


@pytest.mark.parametrize("data", [{"email": "nobody", "role": "viewer"}, {"email": "x@example.com", "role": "king"}])
def test_a_bad_invitation_is_refused(client: Client, owner: User, url: Ask, data: dict[str, str]) -> None:
    assert signed_in(client, owner).post(url("members"), data).status_code == 422
    assert not Invitation.objects.exists()


def test_inviting_a_member_is_refused_in_words(client: Client, owner: User, url: Ask) -> None:
    answer = signed_in(client, owner).post(url("members"), {"email": owner.email, "role": "viewer"})
    assert answer.status_code == 422
    assert b"is a member already" in answer.content


def test_changing_a_role_and_removing(
    client: Client, owner: User, teammate: User, workspace: Workspace, url: Ask
) -> None:
    signed_in(client, owner)
    member = Member.objects.get(user=teammate, workspace=workspace)
    client.post(url("member_role", member=member.pk, role="admin"))
    member.refresh_from_db()
    assert member.role == Role.ADMIN
    client.post(url("member_remove", member=member.pk))
    assert not Member.objects.filter(pk=member.pk).exists()


def test_the_last_owner_stays_and_reads_why(client: Client, owner: User, workspace: Workspace, url: Ask) -> None:
    signed_in(client, owner)
    member = workspace.memberships.get().pk
    answer = client.post(url("member_remove", member=member), follow=True)
    assert b"is the only owner" in answer.content
    answer = client.post(url("member_role", member=member, role="viewer"), follow=True)
    assert b"is the only owner" in answer.content
    assert workspace.memberships.get().role == Role.OWNER


def test_leaving_leads_home(client: Client, teammate: User, workspace: Workspace, url: Ask) -> None:
    member = Member.objects.get(user=teammate, workspace=workspace)
    answer = signed_in(client, teammate).post(url("member_remove", member=member.pk))
    assert answer.headers["Location"] == reverse("home")
    assert client.get(url("members")).status_code == 404


def test_a_token_is_shown_once(client: Client, owner: User, url: Ask) -> None:
    signed_in(client, owner)
    answer = client.post(url("api_tokens"), {"name": "Sync", "role": "viewer"})
    assert b"whp_" in answer.content
    assert "no-store" in answer.headers["Cache-Control"]
    text = answer.content.decode().split("whp_")[1].split('"')[0].split("<")[0]
    assert text not in client.get(url("api_tokens")).content.decode()
    client.post(url("api_token_revoke", token=ApiToken.objects.get().pk))
    assert b"No API tokens yet" in client.get(url("api_tokens")).content


def test_a_bad_token_is_refused(client: Client, owner: User, workspace: Workspace, url: Ask) -> None:
    signed_in(client, owner)
    assert client.post(url("api_tokens"), {"name": "", "role": "viewer"}).status_code == 422
    api_token_create(actor=acting(owner, workspace), name="Sync", role="viewer")
    answer = client.post(url("api_tokens"), {"name": "Sync", "role": "viewer"})
    assert b"a token called" in answer.content
    assert ApiToken.objects.count() == 1


def test_the_audit_trail_leafs_through_all_of_it(client: Client, owner: User, workspace: Workspace, url: Ask) -> None:
    for number in range(60):
        AuditEntry.objects.create(
            workspace=workspace, user=owner, action="profile.created", target="profile", target_label=f"no. {number}."
        )
    first = signed_in(client, owner).get(url("audit_trail"))
    assert b"no. 59." in first.content
    assert b"no. 9." not in first.content
    older = first.context["older"]
    second = client.get(url("audit_trail") + older)
    assert b"no. 9." in second.content
    assert b"no. 59." in client.get(url("audit_trail") + second.context["newer"]).content
    assert client.get(url("audit_trail") + "?after=forged").status_code == 422


def test_the_audit_trail_says_in_words_what_was_done(
    client: Client, owner: User, workspace: Workspace, url: Ask
) -> None:
    for action in ("saved_view.saved", "api_token.created"):
        AuditEntry.objects.create(workspace=workspace, user=owner, action=action, target="x", target_label="x")
    lines = signed_in(client, owner).get(url("audit_trail")).context["lines"]
    assert [line.what for line in lines] == ["API token created", "View saved"]


@pytest.mark.parametrize("count", [1, 25])
def test_the_audit_trail_asks_no_more_for_more_rows(
    client: Client,
    owner: User,
    workspace: Workspace,
    url: Ask,
    count: int,
    django_assert_num_queries: Callable[[int], Any],
) -> None:
    for number in range(count):
        AuditEntry.objects.create(workspace=workspace, user=owner, action="a.b", target="x", target_label=str(number))
    signed_in(client, owner)
    # user, membership, entries, workspaces of the switcher
    with django_assert_num_queries(4):
        client.get(url("audit_trail"))


@pytest.mark.parametrize("count", [1, 25])
def test_the_members_page_asks_no_more_for_more_rows(
    client: Client,
    owner: User,
    workspace: Workspace,
    url: Ask,
    count: int,
    django_assert_num_queries: Callable[[int], Any],
) -> None:
    for number in range(count):
        user = User.objects.create(email=f"u{number}@example.com")
        Member.objects.create(workspace=workspace, user=user, role=Role.VIEWER)
    signed_in(client, owner)
    # user, membership, members, invitations, workspaces of the switcher
    with django_assert_num_queries(5):
        client.get(url("members"))


def test_of_two_who_change_the_settings_the_second_is_told(
    client: Client, owner: User, workspace: Workspace, url: Ask
) -> None:
    page = signed_in(client, owner).get(url("workspace_settings"))
    seen = page.context["form"]["revision"].value()
    assert f'<input type="hidden" name="revision" value="{seen}"' in page.content.decode()
    colleague = joined(workspace, person("Adam"), Role.ADMIN)
    workspace_update(actor=acting(colleague, workspace), name="First", time_zone="UTC", retention_days=30)
    audit(acting(owner, workspace), "first_steps.hidden", workspace)
    values = {"time_zone": "UTC", "retention_days": "30", "revision": seen, "name": "Second"}
    answer = client.post(url("workspace_settings"), values)
    said = answer.content.decode()
    assert (answer.status_code, "These settings were changed meanwhile" in said) == (409, True)
    assert f"settings were changed by {colleague} on " in unescape(said)
    assert 'value="Second"' in said
    workspace.refresh_from_db()
    assert workspace.name == "First"
