from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User, Workspace
from channels.errors import ConnectionInvalid
from channels.models import Connection
from channels.services import connection_archive
from channels.signing import OVERLAP, signing_keys, signing_previous_end, signing_secret_set, signing_stop
from channels.tasks import forget
from outbound.signing import secret_create, secret_key
from tests.cast import acting, api_headers, signed_in
from tests.channels.test_pages import FORM
from webhooks_platform.base.errors import NotAllowed

SETTINGS = FORM | {"auth_kind": "none"}


@pytest.fixture
def connection(workspace: Workspace) -> Connection:
    return Connection.objects.create(workspace=workspace, name="CRM", origin="https://api.example.com")


def page_of(connection: Connection, name: str = "connection_signing") -> str:
    return reverse(name, kwargs={"workspace": connection.workspace.slug, "connection": connection.pk})


def test_both_secrets_sign_while_they_overlap(workspace: Workspace, owner: User, connection: Connection) -> None:
    actor, own = acting(owner, workspace), secret_create()
    assert signing_keys(connection, timezone.now()) == ()
    first = signing_secret_set(actor=actor, connection=connection)
    assert signing_secret_set(actor=actor, connection=connection, secret=f" {own} ") == own
    connection.refresh_from_db()
    now, keys = timezone.now(), (secret_key(own), secret_key(first))
    assert signing_keys(connection, now) == keys
    assert signing_keys(connection, now + OVERLAP - timedelta(minutes=1)) == keys
    assert signing_keys(connection, now + OVERLAP) == keys[:1]
    signing_previous_end(actor=actor, connection=connection)
    assert signing_keys(Connection.objects.get(), now) == keys[:1]


def test_secrets_are_encrypted_and_forgotten(workspace: Workspace, owner: User, connection: Connection) -> None:
    actor = acting(owner, workspace)
    secret = signing_secret_set(actor=actor, connection=connection)
    stored = Connection.objects.get()
    assert secret.encode() not in bytes(stored.encrypted_signing_secret or b"")
    signing_stop(actor=actor, connection=stored)
    assert not Connection.objects.get().is_signed
    signing_secret_set(actor=actor, connection=connection)
    signing_secret_set(actor=actor, connection=connection)
    connection_archive(actor=actor, connection=Connection.objects.get())
    archived = Connection.objects.get()
    assert (archived.encrypted_signing_secret, archived.encrypted_previous_signing_secret) == (None, None)
    assert secret not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize(
    "secret",
    [
        "whsec_",
        "whsec_c2hvcnQ=",
        "no secret",
        pytest.param(secret_create().removeprefix("whsec_"), id="without-prefix"),
    ],
)
def test_what_is_no_signing_secret_is_refused(
    workspace: Workspace, owner: User, connection: Connection, secret: str
) -> None:
    with pytest.raises(ConnectionInvalid) as refused:
        signing_secret_set(actor=acting(owner, workspace), connection=connection, secret=secret)
    assert refused.value.field == "signing_secret"
    assert not Connection.objects.get().is_signed


def test_the_same_secret_again_would_end_the_overlap_and_is_refused(
    workspace: Workspace, owner: User, connection: Connection
) -> None:
    actor = acting(owner, workspace)
    secret = signing_secret_set(actor=actor, connection=connection)
    with pytest.raises(ConnectionInvalid, match="in use already"):
        signing_secret_set(actor=actor, connection=connection, secret=secret)


def test_a_marketer_may_not(workspace: Workspace, teammate: User, connection: Connection) -> None:
    actor = acting(teammate, workspace)
    for change in (signing_secret_set, signing_previous_end, signing_stop):
        with pytest.raises(NotAllowed):
            change(actor=actor, connection=connection)


def test_a_made_secret_is_shown_once(client: Client, owner: User, workspace: Workspace, connection: Connection) -> None:
    signed_in(client, owner)
    made = client.post(page_of(connection)).content.decode()
    secret = Connection.objects.get().signing_secrets_at(timezone.now())[0]
    assert secret in made
    edit = page_of(connection, "connection_edit")
    listed = client.get(reverse("api_connections"), headers=api_headers(workspace))
    for answer in (client.get(edit), client.get(reverse("audit_trail", args=[workspace.slug])), listed):
        assert secret not in answer.content.decode()
    assert listed.json()["items"][0]["is_signed"] is True


def test_an_own_secret_is_never_shown(client: Client, owner: User, connection: Connection) -> None:
    secret, edit = secret_create(), page_of(connection, "connection_edit")
    assert signed_in(client, owner).post(edit, SETTINGS | {"signing_secret": f" {secret} "}).status_code == 302
    assert Connection.objects.get().signing_secrets_at(timezone.now()) == (secret,)
    page = client.get(edit).content.decode()
    assert secret not in page
    assert "whsec_••••" in page


def test_an_own_secret_with_a_mistake_in_it_saves_nothing(client: Client, owner: User, connection: Connection) -> None:
    edit = page_of(connection, "connection_edit")
    posted = SETTINGS | {"name": "Typed", "signing_secret": "whsec_typo"}
    refused = signed_in(client, owner).post(edit, posted)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "base64 of 24 to 64 bytes" in page
    assert 'value="Typed"' in page
    assert "whsec_typo" not in page
    assert Connection.objects.get().name == "CRM"


def test_an_own_secret_waits_until_all_can_be_saved(client: Client, owner: User, connection: Connection) -> None:
    posted = SETTINGS | {"origin": "nonsense", "signing_secret": secret_create()}
    page = signed_in(client, owner).post(page_of(connection, "connection_edit"), posted).content.decode()
    assert "Enter it again: it is kept only once everything can be saved." in page
    assert not Connection.objects.get().is_signed


def test_saving_without_an_own_secret_keeps_the_one_in_use(
    client: Client, workspace: Workspace, owner: User, connection: Connection
) -> None:
    secret = signing_secret_set(actor=acting(owner, workspace), connection=connection)
    edit = page_of(connection, "connection_edit")
    assert signed_in(client, owner).post(edit, SETTINGS | {"signing_secret": ""}).status_code == 302
    assert Connection.objects.get().signing_secrets_at(timezone.now()) == (secret,)


def test_the_page_ends_the_overlap_and_the_signing(client: Client, owner: User, connection: Connection) -> None:
    signed_in(client, owner)
    client.post(page_of(connection))
    assert "The previous secret also signs until" in client.post(page_of(connection)).content.decode()
    client.post(page_of(connection, "connection_signing_previous"))
    page = client.get(page_of(connection, "connection_edit")).content.decode()
    assert "The previous secret also signs until" not in page
    client.post(page_of(connection, "connection_signing_stop"))
    assert "Stop signing" not in client.get(page_of(connection, "connection_edit")).content.decode()
    assert not Connection.objects.get().is_signed


def test_a_replaced_secret_is_removed_once_its_overlap_is_over(workspace: Workspace) -> None:
    now = timezone.now()
    for name, hours in (("over", -1), ("not yet", 1)):
        Connection.objects.create(
            workspace=workspace,
            name=name,
            origin="https://a.example",
            encrypted_previous_signing_secret=b"kept",
            previous_signing_secret_until=now + timedelta(hours=hours),
        )
    forget()
    kept = Connection.objects.exclude(encrypted_previous_signing_secret=None)
    assert [connection.name for connection in kept] == ["not yet"]
    assert Connection.objects.get(name="over").previous_signing_secret_until is None


@pytest.mark.parametrize("change", [signing_stop, signing_previous_end, connection_archive])
def test_what_somebody_else_saved_meanwhile_stays(
    workspace: Workspace, owner: User, connection: Connection, change: Callable[..., None]
) -> None:
    Connection.objects.update(origin="https://new.example.com")
    change(actor=acting(owner, workspace), connection=connection)
    assert Connection.objects.get().origin == "https://new.example.com"
