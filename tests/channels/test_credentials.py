import base64

import pytest
from django.utils import timezone

from channels.credentials import Headers, connection_auth_apply, connection_secrets
from channels.errors import ConnectionUnusable
from channels.models import AuthKind, Connection

URL = "https://api.example.com/v1/people?x=1"
SENT: Headers = ((b"content-type", b"application/json"), (b"AUTHORIZATION", b"typed by hand"))


def connection(auth_kind: str, *, secret: str = "s3cret", origin: str = "https://api.example.com", **more: str):
    made = Connection(name="CRM", origin=origin, auth_kind=auth_kind, **more)
    made.secret = secret
    return made


@pytest.mark.parametrize(
    ("made", "url", "header"),
    [
        (connection(AuthKind.NONE, secret=""), URL, (b"AUTHORIZATION", b"typed by hand")),
        (connection(AuthKind.BEARER), URL, (b"Authorization", b"Bearer s3cret")),
        (
            connection(AuthKind.BASIC, username="zoë"),
            URL,
            (b"Authorization", b"Basic " + base64.b64encode("zoë:s3cret".encode())),
        ),
        (connection(AuthKind.API_KEY_HEADER, key_name="X-Api-Key"), URL, (b"X-Api-Key", b"s3cret")),
        (
            connection(AuthKind.API_KEY_QUERY, key_name="api key", secret="a&b=c#ü"),
            f"{URL}&api%20key=a%26b%3Dc%23%C3%BC",
            (b"AUTHORIZATION", b"typed by hand"),
        ),
    ],
    ids=lambda value: value.auth_kind if isinstance(value, Connection) else "",
)
def test_each_kind_of_authentication_lands_where_it_belongs(
    made: Connection, url: str, header: tuple[bytes, bytes]
) -> None:
    applied_url, headers = connection_auth_apply(made, URL, SENT)
    assert applied_url == url
    assert headers[-1] == header
    assert headers[0] == SENT[0]


def test_the_connection_replaces_an_authorization_typed_by_hand() -> None:
    _, headers = connection_auth_apply(connection(AuthKind.BEARER), URL, SENT)
    assert [value for name, value in headers if name.lower() == b"authorization"] == [b"Bearer s3cret"]


def test_a_key_in_the_query_goes_before_the_fragment_and_starts_the_query() -> None:
    made = connection(AuthKind.API_KEY_QUERY, key_name="key")
    assert connection_auth_apply(made, "https://api.example.com/a#b", ())[0] == "https://api.example.com/a?key=s3cret"


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com/",
        "https://api.example.com:8443/",
        "https://api.example.com.evil.example/",
        "https://evil.example/?https://api.example.com",
        "https://api.example.com@evil.example/",
        "https://user@api.example.com/",
        "https://api.example.com\\@evil.example/",
        "https://api.example.co/",
        "//api.example.com/",
        "/relative",
        "",
    ],
)
@pytest.mark.parametrize("kind", [AuthKind.BEARER, AuthKind.NONE])
def test_nothing_is_applied_to_another_origin(url: str, kind: str) -> None:
    with pytest.raises(ConnectionUnusable) as refused:
        connection_auth_apply(connection(kind), url, ())
    assert refused.value.code == "connection_origin"
    assert "s3cret" not in str(refused.value)


def test_the_same_origin_in_another_spelling_is_fine() -> None:
    url = "HTTPS://API.example.com:443/v1"
    assert connection_auth_apply(connection(AuthKind.BEARER), url, ())[0] == url


def test_an_archived_connection_is_unusable() -> None:
    made = connection(AuthKind.BEARER)
    made.archived_at = timezone.now()
    with pytest.raises(ConnectionUnusable, match="archived"):
        connection_auth_apply(made, URL, ())


def test_a_connection_without_its_secret_is_unusable() -> None:
    with pytest.raises(ConnectionUnusable) as refused:
        connection_auth_apply(connection(AuthKind.BEARER, secret=""), URL, ())
    assert refused.value.code == "connection_secret_missing"


def test_every_form_of_the_secret_is_known_for_masking() -> None:
    made = connection(AuthKind.BASIC, username="zoë", secret="a b&c/ü")
    forms = connection_secrets(made)
    assert {"a b&c/ü", "a%20b%26c%2F%C3%BC", "a+b%26c%2F%C3%BC"} <= set(forms)
    assert base64.b64encode("zoë:a b&c/ü".encode()).decode() in forms
    assert list(forms) == sorted(forms, key=lambda form: (-len(form), form))
    assert connection_secrets(connection(AuthKind.NONE, secret="")) == ()
