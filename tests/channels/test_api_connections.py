"""Connections made, changed and rotated over the API: secrets go in and never come out."""

import json
from typing import Any

import pytest
import trustme
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from channels.models import AuthKind, Connection
from channels.policy import OAuthSettings, Rate
from tests.cast import api_headers, workspace_with
from tests.channels.conftest import Call
from tests.docs.pages import ROOT, blocks
from tests.tls import issued

SECRETS = ("s3cret-token", "n3w-s3cret-token", "h3ader-secret", "client-s3cret", "PRIVATE KEY")
OAUTH = OAuthSettings(token_url="https://login.example.com/token", client_id="shop")
TENANT = {"name": "X-Tenant", "value": "7"}
PASS = {"name": "X-Pass", "value": "h3ader-secret", "secret": True}
SIGNING = "whsec_" + "A" * 32
SIGNING_2 = "whsec_" + "B" * 32


def created(call: Call, **given) -> Connection:
    values = {"name": "Orders", "origin": "https://api.example.com", **given}
    answer = call("post", "api_connections", values)
    assert answer.status_code == 201, answer.json()
    assert not [secret for secret in SECRETS if secret in answer.content.decode()]
    return Connection.objects.get(pk=answer.json()["id"])


def test_name_and_origin_are_enough(call: Call):
    made = created(call)
    assert (made.auth_kind, made.has_secret, made.revision) == (AuthKind.NONE, False, 1)
    assert [found["name"] for found in call("get", "api_connections").json()["items"]] == ["Orders"]


@pytest.mark.parametrize(
    ("given", "field"),
    [({"secrets": "s3cret-token"}, "secrets"), ({"default_headers": [{**TENANT, "hidden": True}]}, "default_headers")],
)
def test_a_field_that_does_not_exist_is_named_and_nothing_saved(call: Call, given: dict[str, Any], field: str):
    answer = call("post", "api_connections", {"name": "Orders", "origin": "https://api.example.com", **given})
    assert answer.status_code == 422
    assert field in answer.json()["errors"][0]["field"]
    assert "s3cret" not in answer.content.decode()
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    "auth",
    [
        {"auth_kind": "basic", "username": "shop", "secret": "s3cret-token"},
        {"auth_kind": "bearer", "secret": "s3cret-token"},
        {"auth_kind": "api_key_header", "key_name": "X-Key", "secret": "s3cret-token"},
        {"auth_kind": "api_key_query", "key_name": "key", "secret": "s3cret-token"},
    ],
)
def test_each_kind_of_authentication(call: Call, auth: dict[str, Any]):
    made = created(call, **auth)
    assert {name: getattr(made, name) for name in auth} == auth
    shown = call("get", "api_connection", role="viewer", connection=made.pk)
    assert (shown.json()["has_secret"], "s3cret" in shown.content.decode()) == (True, False)


def test_everything_else(call: Call):
    pair = issued(trustme.CA(), "shop.example.com")
    made = created(
        call,
        auth_kind="oauth",
        secret="client-s3cret",
        oauth=OAUTH.model_dump(),
        default_headers=[TENANT, PASS],
        client_certificate={"certificate": pair.certificate, "key": pair.key},
        policy={"rate": {"count": 5}, "success": {"statuses": [[200, 204]]}},
    )
    assert (made.secret, made.oauth.client_id, made.header_secrets) == (
        "client-s3cret",
        "shop",
        {"x-pass": "h3ader-secret"},
    )
    assert (made.client_key.strip(), made.policy.rate, made.oauth) == (pair.key.strip(), Rate(count=5), OAUTH)
    assert made.policy.success.statuses == ((200, 204),)
    shown = call("get", "api_connection", connection=made.pk).json()
    assert shown["default_headers"] == [
        {"name": "X-Tenant", "value": "7", "secret": False},
        {"name": "X-Pass", "value": "", "secret": True},
    ]


def test_the_example_of_the_documentation(call: Call):
    examples = [block for block in blocks(ROOT / "docs" / "api.md", "sh") if "/api/v1/connections" in block]
    first, second = (json.loads(example.split("'")[1]) for example in examples)
    made = created(call, **first)
    assert (made.secret, made.header_secrets) == ("a-token-of-the-crm", {"x-pass": "a-secret-value"})
    assert call("put", "api_connection_secret", second, connection=made.pk).status_code == 204


def test_what_is_left_out_stays(call: Call):
    made = created(call, auth_kind="bearer", secret="s3cret-token", default_headers=[PASS])
    changed = {"revision": 1, "default_headers": [{"name": "X-Pass", "secret": True}, TENANT]}
    assert call("patch", "api_connection", changed, connection=made.pk).status_code == 200
    assert call("patch", "api_connection", {"revision": 2, "name": "Orders 2"}, connection=made.pk).status_code == 200
    made.refresh_from_db()
    assert (made.name, made.secret, made.header_secrets) == ("Orders 2", "s3cret-token", {"x-pass": "h3ader-secret"})
    assert [header.name for header in made.headers_shown] == ["X-Pass", "X-Tenant"]


def test_a_certificate_is_removed_by_null(call: Call):
    pair = issued(trustme.CA(), "shop.example.com")
    made = created(call, client_certificate={"certificate": pair.certificate, "key": pair.key})
    call("patch", "api_connection", {"revision": 1, "client_certificate": None}, connection=made.pk)
    made.refresh_from_db()
    assert (made.client_certificate, made.encrypted_client_key) == ("", None)


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "https://elsewhere.example.com"},
        {"auth_kind": "basic", "username": "shop"},
    ],
)
def test_a_stored_secret_is_not_led_elsewhere(call: Call, connection: Connection, change: dict[str, Any]):
    answer = call("patch", "api_connection", {"revision": 1, **change}, connection=connection.pk)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "secret")
    connection.refresh_from_db()
    assert (connection.origin, connection.secret) == ("https://api.example.com", "s3cret-token")


def test_a_secret_is_rotated(call: Call, connection: Connection):
    answer = call("put", "api_connection_secret", {"secret": "n3w-s3cret-token"}, connection=connection.pk)
    assert (answer.status_code, answer.content) == (204, b"")
    connection.refresh_from_db()
    assert connection.secret == "n3w-s3cret-token"
    assert AuditEntry.objects.filter(action="connection.secret_replaced").exists()


def test_signing_begins_rotates_and_ends(call: Call, connection: Connection):
    place = {"connection": connection.pk}
    for secret in (SIGNING, SIGNING_2):
        answer = call("put", "api_connection_signing", {"secret": secret}, **place)
        assert (answer.status_code, answer.content) == (204, b"")
    connection.refresh_from_db()
    assert connection.previous_signing_secret_until is not None
    assert call("get", "api_connection", **place).json()["is_signed"]
    assert call("delete", "api_connection_signing_previous", **place).status_code == 204
    connection.refresh_from_db()
    assert connection.previous_signing_secret_until is None
    assert call("delete", "api_connection_signing", **place).status_code == 204
    assert not call("get", "api_connection", **place).json()["is_signed"]


def test_it_is_archived(call: Call, connection: Connection):
    assert call("delete", "api_connection", connection=connection.pk).status_code == 204
    assert call("get", "api_connection", connection=connection.pk).status_code == 404
    connection.refresh_from_db()
    assert connection.encrypted_secret is None


# -- refused -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"origin": "ftp://api.example.com"}, "origin"),
        ({"auth_kind": "magic"}, "auth_kind"),
        ({"auth_kind": "bearer"}, "secret"),
        ({"auth_kind": "bearer", "secret": "with space"}, "secret"),
        ({"auth_kind": "bearer", "secret": "s3cret-token" * 500}, "secret"),
        ({"auth_kind": "basic", "secret": "s3cret-token"}, "username"),
        ({"auth_kind": "api_key_header", "key_name": "Host", "secret": "s3cret-token"}, "key_name"),
        ({"auth_kind": "oauth", "secret": "s3cret-token"}, "token_url"),
        ({"default_headers": [{"name": "Host", "value": "x"}]}, "headers.0.name"),
        ({"default_headers": [{"name": "X-A", "value": "a\r\nX-B: b"}]}, "headers.0.value"),
        ({"client_certificate": {"certificate": "x", "key": "PRIVATE KEY"}}, "client_certificate"),
        ({"policy": {"max_in_flight": 0}}, "policy.max_in_flight"),
        ({"policy": {"success": {"statuses": [[200, 2000]]}}}, "statuses"),
        ({"policy": {"retry": {"statuses": [[599, 500]]}}}, "retry_statuses"),
    ],
)
def test_bad_input_names_its_field_and_repeats_no_secret(call: Call, given: dict[str, Any], field: str):
    answer = call("post", "api_connections", {"name": "Orders", "origin": "https://api.example.com", **given})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not [secret for secret in SECRETS if secret in answer.content.decode()]
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("name", "given", "field"),
    [
        ("api_connection_secret", {}, "secret"),
        ("api_connection_secret", {"secret": ""}, "secret"),
        ("api_connection_secret", {"secret": "two words"}, "secret"),
        ("api_connection_signing", {}, "secret"),
        ("api_connection_signing", {"secret": "n3w-s3cret-token"}, "signing_secret"),
    ],
)
def test_a_secret_that_can_not_be_used(
    call: Call, connection: Connection, name: str, given: dict[str, Any], field: str
):
    answer = call("put", name, given, connection=connection.pk)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert "n3w-s3cret-token" not in answer.content.decode()
    connection.refresh_from_db()
    assert (connection.secret, connection.is_signed) == ("s3cret-token", False)


def test_a_name_is_given_once(call: Call, connection: Connection):
    answer = call("post", "api_connections", {"name": "CRM", "origin": "https://api.example.com"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "name")


WRITES = [
    ("patch", "api_connection", {"revision": 1, "name": "Mine"}),
    ("delete", "api_connection", None),
    ("put", "api_connection_secret", {"secret": "n3w-s3cret-token"}),
    ("put", "api_connection_signing", {"secret": SIGNING}),
    ("delete", "api_connection_signing", None),
    ("delete", "api_connection_signing_previous", None),
]


@pytest.mark.parametrize(("method", "name", "given"), WRITES)
@pytest.mark.parametrize("role", ["marketer", "viewer"])
def test_who_may_not_edit_connections(
    call: Call, connection: Connection, method: str, name: str, given: dict[str, Any] | None, role: str
):  # fmt: skip
    assert call(method, name, given, role=role, connection=connection.pk).status_code == 403
    unchanged(connection)


@pytest.mark.parametrize("role", ["marketer", "viewer"])
def test_who_may_not_create_any(call: Call, role: str):
    values = {"name": "Mine", "origin": "https://api.example.com"}
    assert call("post", "api_connections", values, role=role).status_code == 403
    assert not Connection.objects.exists()


@pytest.mark.parametrize(("method", "name", "given"), WRITES)
def test_another_workspace_finds_nothing(
    client: Client, connection: Connection, outsider: User, method: str, name: str, given: dict[str, Any] | None
):  # fmt: skip
    address, headers = reverse(name, args=[connection.pk]), api_headers(workspace_with(outsider, name="Rival"))
    answer = getattr(client, method)(address, json.dumps(given), content_type="application/json", headers=headers)
    assert answer.status_code == 404
    unchanged(connection)


def unchanged(connection: Connection) -> None:
    stored = Connection.objects.get(pk=connection.pk)
    assert (stored.name, stored.secret, stored.is_signed, stored.archived_at) == ("CRM", "s3cret-token", False, None)


@pytest.mark.parametrize("name", ["api_connection_secret", "api_connection_signing"])
def test_secrets_can_not_be_read(call: Call, connection: Connection, name: str):
    assert call("get", name, connection=connection.pk).status_code == 405
    assert call("post", name, {"secret": "n3w-s3cret-token"}, connection=connection.pk).status_code == 405
