import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User, Workspace
from channels.models import AuthKind, Connection
from channels.secrets import connection_secret_replace
from channels.services import connection_save
from channels.values import ConnectionValues
from tests.cast import acting, signed_in
from webhooks_platform.base.errors import NotAllowed

OLD, NEW = "old-s3cret-token", "new-s3cret-token"


@pytest.fixture
def connection(workspace: Workspace, owner: User) -> Connection:
    values = ConnectionValues("CRM", "https://api.example.com", AuthKind.BEARER, secret=OLD)
    return connection_save(actor=acting(owner, workspace), values=values)


@pytest.fixture
def url(workspace: Workspace, connection: Connection) -> str:
    return reverse("connection_secret", kwargs={"workspace": workspace.slug, "connection": connection.pk})


def test_a_secret_is_replaced_from_the_list(
    client: Client, owner: User, workspace: Workspace, connection: Connection, url: str
) -> None:
    signed_in(client, owner)
    assert f'href="{url}"' in client.get(reverse("connections", kwargs={"workspace": workspace.slug})).content.decode()
    assert OLD not in client.get(url).content.decode()
    answer = client.post(url, {"secret": NEW})
    assert answer.status_code == 302
    stored = Connection.objects.get()
    assert (stored.secret, stored.origin) == (NEW, connection.origin)
    assert stored.secret_changed_at
    assert connection.secret_changed_at
    assert stored.secret_changed_at > connection.secret_changed_at
    assert NEW not in str(AuditEntry.objects.get(action="connection.secret_replaced").detail)


@pytest.mark.parametrize(("secret", "words"), [("", "Enter the new secret"), ("two words", "has no spaces")])
def test_a_bad_secret_is_refused(
    client: Client, owner: User, connection: Connection, url: str, secret: str, words: str
) -> None:
    answer = signed_in(client, owner).post(url, {"secret": secret})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Connection.objects.get().secret == OLD


def test_a_connection_without_authentication_has_none(
    client: Client, owner: User, connection: Connection, url: str
) -> None:
    Connection.objects.update(auth_kind=AuthKind.NONE)
    assert signed_in(client, owner).post(url, {"secret": NEW}).status_code == 422


def test_a_marketer_may_not(
    client: Client, workspace: Workspace, teammate: User, connection: Connection, url: str
) -> None:
    assert signed_in(client, teammate).post(url, {"secret": NEW}).status_code == 403
    with pytest.raises(NotAllowed):
        connection_secret_replace(actor=acting(teammate, workspace), connection=connection, secret=NEW)
    assert Connection.objects.get().secret == OLD
