from dataclasses import replace

import pytest

from accounts.models import User, Workspace
from channels.credentials import connection_secrets, default_headers, headers_merged, headers_shown
from channels.errors import ConnectionInvalid
from channels.header_values import EnteredHeader
from channels.models import AuthKind, Connection
from channels.services import connection_save
from channels.values import ConnectionValues
from tests.cast import acting

PLAIN, SECRET = EnteredHeader("X-Tenant", "acme"), EnteredHeader("X-Partner", "partner-key", secret=True)
VALUES = ConnectionValues("CRM", "https://a.example", headers=(PLAIN, SECRET))


def saved(workspace: Workspace, owner: User, values: ConnectionValues, made: Connection | None = None) -> Connection:
    connection_save(actor=acting(owner, workspace), values=values, connection=made)
    return Connection.objects.get()


def test_secret_ones_are_encrypted_and_sent(workspace: Workspace, owner: User) -> None:
    made = saved(workspace, owner, VALUES)
    assert made.default_headers is not None
    assert "partner-key" not in made.default_headers.model_dump_json()
    assert b"partner-key" not in bytes(made.encrypted_header_secrets or b"")
    assert default_headers(made) == ((b"X-Tenant", b"acme"), (b"X-Partner", b"partner-key"))
    assert "partner-key" in connection_secrets(made)
    assert made.carries_secrets
    assert not made.has_secret


def test_shown_they_are_masked(workspace: Workspace, owner: User) -> None:
    made = saved(workspace, owner, replace(VALUES, auth_kind=AuthKind.BEARER, secret="s3cret-token"))
    shown = headers_shown(made, [("x-tenant", "own"), ("Authorization", "typed")], "••")
    assert shown == [("x-tenant", "own"), ("X-Partner", "••"), ("Authorization", "Bearer ••")]


def test_the_contents_own_go_first() -> None:
    merged = headers_merged(((b"x-tenant", b"own"),), ((b"X-Tenant", b"acme"), (b"X-Other", b"1")))
    assert merged == ((b"x-tenant", b"own"), (b"X-Other", b"1"))


def test_an_empty_secret_keeps_the_stored_one(workspace: Workspace, owner: User) -> None:
    made = saved(workspace, owner, VALUES)
    kept = saved(workspace, owner, replace(VALUES, headers=(replace(SECRET, name="x-partner", value=""),)), made)
    assert default_headers(kept) == ((b"x-partner", b"partner-key"),)
    gone = saved(workspace, owner, replace(VALUES, headers=()), kept)
    assert (gone.headers_shown, gone.encrypted_header_secrets) == ((), None)


@pytest.mark.parametrize("headers", [None, (PLAIN, replace(SECRET, value=""))])
def test_a_stored_secret_goes_nowhere_else(
    workspace: Workspace, owner: User, headers: tuple[EnteredHeader, ...] | None
) -> None:
    made = saved(workspace, owner, VALUES)
    with pytest.raises(ConnectionInvalid, match="again"):
        saved(workspace, owner, replace(VALUES, origin="https://evil.example", headers=headers), made)


@pytest.mark.parametrize(
    ("header", "place", "words"),
    [
        (EnteredHeader("Host", "x"), "headers.0.name", "set by the sender"),
        (EnteredHeader("A B", "x"), "headers.0.name", "letters, digits and hyphens"),
        (EnteredHeader("X-A", "line\r\nX-Evil: 1"), "headers.0.value", "visible ASCII"),
        (EnteredHeader("authorization", "x"), "headers.0.name", "set already"),
        (EnteredHeader("X-A", "short", secret=True), "secret_headers.0.value", "at least 6"),
        (EnteredHeader("X-A", "", secret=True), "secret_headers.0.value", "Enter the value"),
    ],
)
def test_what_can_not_be_sent_is_said_where(
    workspace: Workspace, owner: User, header: EnteredHeader, place: str, words: str
) -> None:
    values = ConnectionValues("CRM", "https://a.example", AuthKind.BEARER, secret="s3cret-token", headers=(header,))
    with pytest.raises(ConnectionInvalid, match=words) as refused:
        saved(workspace, owner, values)
    assert refused.value.field == place
