import pytest
from django.test import Client
from django.urls import reverse

from accounts.errors import TokenInvalid
from accounts.models import ApiToken, AuditEntry, Role, User, Workspace
from accounts.tokens import api_token_create, api_token_revoke
from tests.cast import acting, joined, person
from webhooks_platform.base.errors import NotAllowed


def ask(client: Client, text: str) -> int:
    return client.get(reverse("api_me"), headers={"Authorization": f"Bearer {text}"}).status_code


def test_a_token_works_until_it_is_revoked(client: Client, workspace: Workspace, owner: User) -> None:
    token, text = api_token_create(actor=acting(owner, workspace), name="Sync", role=Role.VIEWER)
    answer = client.get(reverse("api_me"), headers={"Authorization": f"Bearer {text}"})
    assert answer.json() == {
        "workspace": {"slug": "acme", "name": "Acme", "time_zone": "UTC", "retention_days": 30},
        "role": "viewer",
        "token": "Sync",
    }
    assert ApiToken.objects.get().last_used_at is not None
    api_token_revoke(actor=acting(owner, workspace), token=token)
    assert ask(client, text) == 401


def test_the_text_is_kept_nowhere(workspace: Workspace, owner: User) -> None:
    token, text = api_token_create(actor=acting(owner, workspace), name="Sync", role=Role.VIEWER)
    stored = ApiToken.objects.filter(pk=token.pk).values().get()
    trail = AuditEntry.objects.values().get()
    assert text not in str(stored) + str(trail) + repr(token)
    assert text.startswith(stored["prefix"])


@pytest.mark.parametrize("text", ["", "whp_", "whp_unknown", "é"])
def test_other_texts_are_refused(client: Client, db: None, text: str) -> None:
    assert ask(client, text) == 401


def test_names_are_unique_among_tokens_that_work(workspace: Workspace, owner: User) -> None:
    actor = acting(owner, workspace)
    token, _ = api_token_create(actor=actor, name="Sync", role=Role.VIEWER)
    with pytest.raises(TokenInvalid, match="already"):
        api_token_create(actor=actor, name="Sync", role=Role.VIEWER)
    api_token_revoke(actor=actor, token=token)
    api_token_create(actor=actor, name="Sync", role=Role.VIEWER)


@pytest.mark.parametrize(("name", "role", "field"), [("", "viewer", "name"), ("Sync", "king", "role")])
def test_bad_values_name_their_field(workspace: Workspace, owner: User, name: str, role: str, field: str) -> None:
    with pytest.raises(TokenInvalid) as refused:
        api_token_create(actor=acting(owner, workspace), name=name, role=role)
    assert refused.value.field == field


def test_nobody_makes_a_token_that_may_more_than_they_do(workspace: Workspace, teammate: User) -> None:
    admin = joined(workspace, person("Ada"), Role.ADMIN)
    with pytest.raises(NotAllowed):
        api_token_create(actor=acting(admin, workspace), name="Sync", role=Role.OWNER)
    with pytest.raises(NotAllowed):
        api_token_create(actor=acting(teammate, workspace), name="Sync", role=Role.VIEWER)
