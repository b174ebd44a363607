from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from channels import registry
from channels.models import AuthKind, ChannelKind, Connection, SendPolicy
from channels.selectors import channel_enabled
from channels.services import connection_save
from channels.values import ConnectionValues
from tests.cast import acting, api_headers, signed_in

Ask = Callable[..., str]
SECRET = "s3cret-token"  # noqa: S105
FORM = {
    "name": "CRM",
    "origin": "https://API.example.com/",
    "auth_kind": "bearer",
    "secret": SECRET,
    "connect_seconds": "5",
    "total_seconds": "30",
    "attempts": "3",
    "within_seconds": "600",
    "statuses": "2xx, 304",
    "guarantee": "at_most_once",
    "max_in_flight": "8",
}


@pytest.fixture
def url(workspace: Workspace) -> Ask:
    """The address of a page of Acme."""

    def make(name: str, **kwargs: object) -> str:
        return reverse(name, kwargs={"workspace": workspace.slug, **kwargs})

    return make


@pytest.fixture
def connection(workspace: Workspace, owner: User) -> Connection:
    values = ConnectionValues("CRM", "https://api.example.com", AuthKind.BEARER, secret=SECRET)
    return connection_save(actor=acting(owner, workspace), values=values)


def test_the_switch_is_off_and_says_what_that_means(client: Client, owner: User, url: Ask) -> None:
    page = signed_in(client, owner).get(url("manage_channels")).content.decode()
    assert "Manage Channels" in page
    assert "While Webhook is off" in page
    assert "Off since the workspace was created" in page


def test_switching_on_and_off(client: Client, owner: User, workspace: Workspace, url: Ask) -> None:
    signed_in(client, owner)
    client.post(url("channel_switch", kind="webhook"), {"enabled": "on"})
    assert channel_enabled(workspace, ChannelKind.WEBHOOK)
    assert "Switched on by Olivia" in client.get(url("manage_channels")).content.decode()
    client.post(url("channel_switch", kind="webhook"))
    assert not channel_enabled(workspace, ChannelKind.WEBHOOK)


def test_with_runs_in_flight_the_page_asks(
    client: Client, owner: User, workspace: Workspace, url: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused: list[str] = []
    monkeypatch.setattr(registry, "_runs", [])
    registry.register_runs_in_flight(lambda workspace, kind: 2, lambda actor, kind: paused.append(kind))
    signed_in(client, owner)
    client.post(url("channel_switch", kind="webhook"), {"enabled": "on"})
    answer = client.post(url("channel_switch", kind="webhook"))
    assert answer.status_code == 422
    assert "2 runs of Webhook are in flight" in answer.content.decode()
    client.post(url("channel_switch", kind="webhook"), {"in_flight": "pause"})
    assert paused == ["webhook"]
    assert not channel_enabled(workspace, ChannelKind.WEBHOOK)


def test_a_viewer_sees_the_switch_and_can_not_move_it(client: Client, viewer: User, url: Ask) -> None:
    page = signed_in(client, viewer).get(url("manage_channels")).content.decode()
    assert "Owners and admins can change this" in page
    assert client.post(url("channel_switch", kind="webhook"), {"enabled": "on"}).status_code == 403


def test_an_unknown_channel_is_not_found(client: Client, owner: User, url: Ask) -> None:
    assert signed_in(client, owner).post(url("channel_switch", kind="pigeon")).status_code == 404


def test_creating_a_connection(client: Client, owner: User, workspace: Workspace, url: Ask) -> None:
    answer = signed_in(client, owner).post(url("connection_new"), FORM)
    assert answer.headers["Location"] == url("connections")
    made = Connection.objects.get()
    assert (made.origin, made.secret) == ("https://api.example.com", SECRET)
    assert made.policy.success.statuses == ((200, 299), (304, 304))
    assert (made.policy.retry.attempts, made.policy.retry.within_seconds) == (3, 600)
    assert (made.policy.guarantee, made.policy.max_in_flight) == ("at_most_once", 8)


def test_saving_what_the_form_shows_changes_nothing(
    client: Client, owner: User, connection: Connection, url: Ask
) -> None:
    page = signed_in(client, owner).get(url("connection_edit", connection=connection.pk))
    values = {name: value for name, value in page.context["values"].items() if value is not None}
    assert client.post(url("connection_edit", connection=connection.pk), values).status_code == 302
    stored = Connection.objects.get()
    assert stored.policy == connection.policy == SendPolicy()
    assert (stored.secret, stored.origin) == (SECRET, connection.origin)


def test_the_secret_is_shown_nowhere(
    client: Client, owner: User, workspace: Workspace, connection: Connection, url: Ask, caplog: Any
) -> None:
    signed_in(client, owner)
    edit = url("connection_edit", connection=connection.pk)
    answers = [
        client.get(edit),
        client.get(url("connections")),
        client.get(url("audit_trail")),
        client.post(edit, FORM | {"origin": "not an origin"}),
        client.post(url("connection_new"), FORM),
        client.get(reverse("api_connections"), headers=api_headers(workspace)),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 422, 422, 200]
    for answer in answers:
        assert SECRET not in answer.content.decode()
        assert SECRET not in str(answer.headers)
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"origin": "api.example.com"}, "Begin with https://"),
        ({"secret": ""}, "Enter the secret"),
        ({"statuses": "20x"}, "is not a status"),
        ({"connect_seconds": "31"}, "less than or equal to 30"),
        ({"connect_seconds": "20", "total_seconds": "10"}, "longer than the whole request"),
        ({"attempts": "0"}, "greater than or equal to 1"),
        ({"within_seconds": "x"}, "whole number"),
        ({"guarantee": "maybe"}, "Select a valid choice"),
        ({"max_in_flight": "1001"}, "less than or equal to 1000"),
    ],
)
def test_bad_values_are_marked(client: Client, owner: User, url: Ask, change: dict[str, str], words: str) -> None:
    answer = signed_in(client, owner).post(url("connection_new"), FORM | change)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Connection.objects.exists()


def test_archiving(client: Client, owner: User, connection: Connection, url: Ask) -> None:
    signed_in(client, owner)
    assert client.get(url("connection_archive", connection=connection.pk)).status_code == 405
    client.post(url("connection_archive", connection=connection.pk))
    assert client.get(url("connection_edit", connection=connection.pk)).status_code == 404
    assert b"No connections yet" in client.get(url("connections")).content


def test_a_marketer_sees_connections_and_can_not_change_them(
    client: Client, teammate: User, connection: Connection, url: Ask
) -> None:
    signed_in(client, teammate)
    page = client.get(url("connections")).content.decode()
    assert "api.example.com" in page
    assert "New connection" not in page
    closed = [url("connection_new"), url("connection_edit", connection=connection.pk)]
    assert {client.get(page).status_code for page in closed} == {403}
    assert client.post(url("connection_archive", connection=connection.pk)).status_code == 403


def test_what_uses_a_connection_is_listed(
    client: Client, owner: User, connection: Connection, url: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_uses", [])
    registry.register_connection_uses(lambda found: [registry.ConnectionUse(f"Campaign on {found}", "/somewhere")])
    page = signed_in(client, owner).get(url("connection_health", connection=connection.pk)).content.decode()
    assert '<a href="/somewhere">Campaign on CRM</a>' in page


@pytest.mark.parametrize("name", ["manage_channels", "connections", "connection_new"])
def test_a_wrong_method_is_refused(client: Client, owner: User, url: Ask, name: str) -> None:
    assert signed_in(client, owner).delete(url(name)).status_code == 405


@pytest.mark.parametrize("count", [1, 25])
def test_the_list_asks_no_more_for_more_rows(
    client: Client, owner: User, workspace: Workspace, url: Ask, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        Connection.objects.create(workspace=workspace, name=f"no. {number}", origin="https://a.example")
    signed_in(client, owner)
    # user, membership, connections, their last success and failure, workspaces of the switcher
    with django_assert_num_queries(6):
        client.get(url("connections"))


def test_the_api_lists_connections(client: Client, workspace: Workspace, connection: Connection) -> None:
    answer = client.get(reverse("api_connections"), headers=api_headers(workspace, role="viewer"))
    (found,) = answer.json()["items"]
    assert (found["name"], found["origin"], found["has_secret"]) == ("CRM", "https://api.example.com", True)
    assert found["policy"]["retry"]["attempts"] == 5
    assert not {"secret", "encrypted_secret"} & found.keys()


def test_the_api_refuses_a_bad_page_size(client: Client, workspace: Workspace) -> None:
    answer = client.get(reverse("api_connections"), {"limit": "x"}, headers=api_headers(workspace))
    assert answer.status_code == 422
    assert client.put(reverse("api_connections"), headers=api_headers(workspace, name="2")).status_code == 405
