import json

import pytest

from accounts.models import AuditEntry, User, Workspace
from channels import registry
from channels.errors import ChannelChoiceMissing, ChannelNotFound, ConnectionInvalid, ConnectionNotFound
from channels.models import AuthKind, ChannelKind, ChannelSwitch, Connection, RetryPolicy, SendPolicy
from channels.selectors import (
    channel_enabled,
    connection_find,
    connection_get,
    connections_available,
    send_policy,
)
from channels.services import (
    InFlight,
    channel_switch,
    connection_archive,
    connection_save,
    connection_save_for_campaign,
)
from channels.values import ConnectionValues
from tests.cast import acting
from webhooks_platform.base.errors import NotAllowed

WEBHOOK = ChannelKind.WEBHOOK
VALUES = ConnectionValues("CRM", "https://api.example.com", AuthKind.BEARER, secret="s3cret-token")


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two runs in flight; the list fills with what was asked of them."""
    asked: list[str] = []
    monkeypatch.setattr(registry, "_runs", [])
    registry.register_runs_in_flight(lambda workspace, kind: 2, lambda actor, kind: asked.append(f"pause {kind}"))
    return asked


def switch(workspace: Workspace, user: User, *, enabled: bool, in_flight: InFlight = "") -> ChannelSwitch:
    return channel_switch(
        workspace=workspace, actor=acting(user, workspace), kind=WEBHOOK, enabled=enabled, in_flight=in_flight
    )


def test_a_channel_is_off_until_it_is_switched_on(workspace: Workspace, owner: User) -> None:
    assert not channel_enabled(workspace, WEBHOOK)
    switch(workspace, owner, enabled=True)
    assert channel_enabled(workspace, WEBHOOK)
    assert ChannelSwitch.objects.get().changed_by == owner
    assert AuditEntry.objects.get().action == "channel.switched_on"


def test_switching_twice_is_recorded_once(workspace: Workspace, owner: User) -> None:
    switch(workspace, owner, enabled=True)
    switch(workspace, owner, enabled=True)
    assert AuditEntry.objects.count() == 1


def test_runs_in_flight_need_a_choice(workspace: Workspace, owner: User, runs: list[str]) -> None:
    switch(workspace, owner, enabled=True)
    with pytest.raises(ChannelChoiceMissing):
        switch(workspace, owner, enabled=False)
    assert channel_enabled(workspace, WEBHOOK)


@pytest.mark.parametrize(("choice", "asked"), [("finish", []), ("pause", ["pause webhook"])])
def test_runs_in_flight_finish_or_pause(
    workspace: Workspace, owner: User, runs: list[str], choice: InFlight, asked: list[str]
) -> None:
    switch(workspace, owner, enabled=True)
    switch(workspace, owner, enabled=False, in_flight=choice)
    assert runs == asked
    assert not channel_enabled(workspace, WEBHOOK)
    assert AuditEntry.objects.latest("id").detail == {"runs_in_flight": 2, "choice": choice}


def test_a_marketer_can_not_switch(workspace: Workspace, teammate: User) -> None:
    with pytest.raises(NotAllowed):
        switch(workspace, teammate, enabled=True)


def test_an_unknown_channel_is_refused(workspace: Workspace, owner: User) -> None:
    with pytest.raises(ChannelNotFound):
        channel_switch(workspace=workspace, actor=acting(owner, workspace), kind="pigeon", enabled=True)


def test_a_connection_keeps_its_secret_encrypted(workspace: Workspace, owner: User) -> None:
    made = connection_save(actor=acting(owner, workspace), values=VALUES)
    stored = Connection.objects.get(pk=made.pk)
    assert stored.secret == "s3cret-token"
    assert stored.encrypted_secret is not None
    assert b"s3cret" not in bytes(stored.encrypted_secret)
    assert stored.secret_changed_at is not None


def test_the_secret_is_in_no_representation_and_no_audit_row(workspace: Workspace, owner: User) -> None:
    made = connection_save(actor=acting(owner, workspace), values=VALUES)
    connection_save(actor=acting(owner, workspace), values=VALUES, connection=made)
    entries = [json.dumps(entry.detail) + entry.target_label for entry in AuditEntry.objects.all()]
    assert len(entries) == 2
    assert "s3cret" not in "".join([*entries, repr(made), str(made), repr(VALUES)])


def test_without_a_new_secret_the_stored_one_stays(workspace: Workspace, owner: User) -> None:
    made = connection_save(actor=acting(owner, workspace), values=VALUES)
    values = ConnectionValues("CRM 2", "https://api.example.com/", AuthKind.BEARER)
    connection_save(actor=acting(owner, workspace), values=values, connection=made)
    stored = Connection.objects.get(pk=made.pk)
    assert (stored.name, stored.secret) == ("CRM 2", "s3cret-token")
    assert AuditEntry.objects.latest("id").detail == {"changed": ["name"]}


@pytest.mark.parametrize(
    "values",
    [
        ConnectionValues("CRM", "https://evil.example", AuthKind.BEARER),
        ConnectionValues("CRM", "http://api.example.com", AuthKind.BEARER),
        ConnectionValues("CRM", "https://api.example.com", AuthKind.API_KEY_QUERY, key_name="key"),
    ],
)
def test_a_stored_secret_can_not_be_led_elsewhere(workspace: Workspace, owner: User, values: ConnectionValues) -> None:
    made = connection_save(actor=acting(owner, workspace), values=VALUES)
    with pytest.raises(ConnectionInvalid) as refused:
        connection_save(actor=acting(owner, workspace), values=values, connection=made)
    assert refused.value.field == "secret"
    assert Connection.objects.get(pk=made.pk).origin == "https://api.example.com"


def test_no_authentication_forgets_the_secret(workspace: Workspace, owner: User) -> None:
    made = connection_save(actor=acting(owner, workspace), values=VALUES)
    values = ConnectionValues("CRM", "https://api.example.com", AuthKind.NONE)
    connection_save(actor=acting(owner, workspace), values=values, connection=made)
    stored = Connection.objects.get(pk=made.pk)
    assert (stored.has_secret, stored.secret_changed_at) == (False, None)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (ConnectionValues("", "https://a.example"), "name"),
        (ConnectionValues("x" * 81, "https://a.example"), "name"),
        (ConnectionValues("CRM", "a.example"), "origin"),
        (ConnectionValues("CRM", "https://a.example", "oauth9"), "auth_kind"),
        (ConnectionValues("CRM", "https://a.example", AuthKind.BEARER), "secret"),
        (ConnectionValues("CRM", "https://a.example", AuthKind.BEARER, secret="two words"), "secret"),
        (ConnectionValues("CRM", "https://a.example", AuthKind.BEARER, secret="a\r\nX-Evil: 1"), "secret"),
        (ConnectionValues("CRM", "https://a.example", AuthKind.BASIC, secret="x"), "username"),
        (ConnectionValues("CRM", "https://a.example", AuthKind.BASIC, username="a:b", secret="x"), "username"),
        (ConnectionValues("CRM", "https://a.example", AuthKind.API_KEY_HEADER, secret="x"), "key_name"),
        (ConnectionValues("CRM", "https://a.example", AuthKind.API_KEY_HEADER, key_name="A B", secret="x"), "key_name"),
        (
            ConnectionValues("CRM", "https://a.example", AuthKind.API_KEY_HEADER, key_name="Host", secret="x"),
            "key_name",
        ),
        (ConnectionValues("CRM", "https://a.example", AuthKind.API_KEY_HEADER, key_name="K", secret="ü"), "secret"),
        (ConnectionValues("CRM", "https://a.example", AuthKind.API_KEY_QUERY, secret="x"), "key_name"),
        (
            ConnectionValues("CRM", "https://a.example", policy=SendPolicy(connect_seconds=20, total_seconds=10)),
            "connect_seconds",
        ),
    ],
)
def test_bad_values_name_their_field(workspace: Workspace, owner: User, values: ConnectionValues, field: str) -> None:
    with pytest.raises(ConnectionInvalid) as refused:
        connection_save(actor=acting(owner, workspace), values=values)
    assert refused.value.field == field
    assert not Connection.objects.exists()


def test_two_connections_can_not_share_a_name(workspace: Workspace, owner: User) -> None:
    connection_save(actor=acting(owner, workspace), values=VALUES)
    with pytest.raises(ConnectionInvalid, match="already") as refused:
        connection_save(actor=acting(owner, workspace), values=VALUES)
    assert refused.value.field == "name"


def test_archiving_forgets_the_secret_and_frees_the_name(workspace: Workspace, owner: User) -> None:
    made = connection_save(actor=acting(owner, workspace), values=VALUES)
    connection_archive(actor=acting(owner, workspace), connection=made)
    assert not Connection.objects.get(pk=made.pk).has_secret
    assert connection_find(workspace, made.pk) is None
    with pytest.raises(ConnectionNotFound):
        connection_get(workspace, made.pk)
    connection_save(actor=acting(owner, workspace), values=VALUES)


def test_a_viewer_can_not_touch_connections(workspace: Workspace, owner: User, viewer: User) -> None:
    made = connection_save(actor=acting(owner, workspace), values=VALUES)
    with pytest.raises(NotAllowed):
        connection_save(actor=acting(viewer, workspace), values=VALUES)
    with pytest.raises(NotAllowed):
        connection_archive(actor=acting(viewer, workspace), connection=made)


def test_authentication_of_a_campaign_is_kept_but_not_listed(workspace: Workspace, teammate: User) -> None:
    made = connection_save_for_campaign(
        actor=acting(teammate, workspace),
        name="Spring sale",
        url="https://API.example.com/v1/{{ user_id }}?a=1",
        auth_kind=AuthKind.BEARER,
        secret="s3cret-token",
    )
    assert made.origin == "https://api.example.com"
    assert connection_find(workspace, made.pk) == made
    assert list(connections_available(workspace)) == []


@pytest.mark.parametrize(
    ("url", "auth_kind", "field"), [("", AuthKind.BEARER, "origin"), ("https://a.example", "none", "auth_kind")]
)
def test_authentication_of_a_campaign_needs_an_address_and_a_kind(
    workspace: Workspace, teammate: User, url: str, auth_kind: str, field: str
) -> None:
    with pytest.raises(ConnectionInvalid) as refused:
        connection_save_for_campaign(
            actor=acting(teammate, workspace), name="x", url=url, auth_kind=auth_kind, secret="s"
        )
    assert refused.value.field == field


def test_another_workspaces_connection_is_not_found(workspace: Workspace, owner: User, outsider: User) -> None:
    made = connection_save(actor=acting(owner, workspace), values=VALUES)
    elsewhere = outsider.workspaces.get()
    assert connection_find(elsewhere, made.pk) is None
    with pytest.raises(ConnectionNotFound):
        connection_get(elsewhere, made.pk)


def test_the_policy_of_a_connection_or_the_defaults(workspace: Workspace, owner: User) -> None:
    policy = SendPolicy(total_seconds=60, max_in_flight=2, retry=RetryPolicy(attempts=1))
    values = ConnectionValues("CRM", "https://api.example.com", policy=policy)
    made = connection_save(actor=acting(owner, workspace), values=values)
    assert send_policy(workspace, made.pk) == policy
    assert send_policy(workspace, None) == SendPolicy()
