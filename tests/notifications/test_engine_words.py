"""What the engine wrote down about real answers, as Details reads it back."""

import pytest
from django.test import Client

from accounts.models import Member, Role, User
from channels.models import AuthKind, Connection, RetryPolicy, SendPolicy
from notifications.selectors import notification_of_run
from tests.cast import person, signed_in
from tests.delivery.conftest import engine, http, shop  # noqa: F401
from tests.delivery.engine import Engine

ONCE = SendPolicy(connect_seconds=30.0, total_seconds=60.0, retry=RetryPolicy(attempts=1))


@pytest.fixture
def reader(engine: Engine, client: Client) -> Client:  # noqa: F811
    user: User = person("Rita")
    Member.objects.create(workspace=engine.workspace, user=user, role=Role.VIEWER)
    engine.people(1)
    return signed_in(client, user)


def details(reader: Client, engine: Engine, **options: object) -> str:  # noqa: F811
    run = engine.run(**{"policy": ONCE, **options})  # type: ignore[arg-type]
    row = notification_of_run(run)
    assert row is not None
    response = reader.get(f"/w/shop/runs/{run.pk}/notifications/{row.id}/")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/200", "The destination answered 200."),
        ("/302", "it points to another URL"),
        ("/401", "does not accept our credentials"),
        ("/404", "there is nothing at this URL"),
        ("/422", "The destination said: “"),
        ("/429", "requests come faster than it allows"),
        ("/500", "the fault is on its side"),
        ("/garbage", "not in HTTP"),
        ("/drop", "closed the connection before its answer was complete"),
        ("/huge", "Cut: the first 16.0"),
    ],
)
def test_answers(reader: Client, engine: Engine, path: str, words: str) -> None:  # noqa: F811
    assert words in details(reader, engine, path=path)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://no-such-host.invalid/", "No server goes by the host name"),
        ("http://127.0.0.1:{closed}/", "We never connect to those"),
        ("http://169.254.169.254/latest/", "We never connect to those"),
        ("{receiver}/{{{{ nickname }}}}", "Missing: nickname"),
        ("{receiver}/{{{{ first_name | int(", "could not be made for this person"),
    ],
)
def test_what_never_arrives(reader: Client, engine: Engine, url: str, words: str) -> None:  # noqa: F811
    address = url.format(receiver=engine.receiver.url, closed=9)
    html = details(reader, engine, content=engine.content().model_copy(update={"url": address}))
    assert words in html


def test_a_secret_shows_nowhere(reader: Client, engine: Engine) -> None:  # noqa: F811
    secret = "correct-horse-battery"
    connection = Connection(
        workspace=engine.workspace, name="Echo", origin=engine.receiver.url, auth_kind=AuthKind.BASIC, username="ada"
    )
    connection.secret = secret
    connection.save()
    html = details(reader, engine, path="/echo", connection_id=connection.pk)
    assert "Basic ••••••••" in html
    assert secret not in html
    assert "YWRhOmNvcnJlY3QtaG9yc2UtYmF0dGVyeQ" not in html
