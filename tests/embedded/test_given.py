"""Servers that the settings name are looked at before anything starts."""

from pathlib import Path

import pytest
from django.conf import settings

from webhooks_platform.embedded.errors import LaunchError
from webhooks_platform.embedded.given import database_check, redis_check
from webhooks_platform.embedded.processes import Supervisor
from webhooks_platform.embedded.servers import start_servers


@pytest.fixture
def database_url() -> str:
    """Not of the tests' own database: nobody has made that where no test asks for one."""
    given = settings.DATABASES["default"]
    return f"postgresql://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}/postgres"


def test_servers_that_answer_are_taken(database_url: str) -> None:
    database_check(database_url)
    redis_check(settings.REDIS_URL)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("postgresql://ada:geheim@127.0.0.1:1/shop", "Connection refused"),
        ("postgresql://ada:geheim@nowhere.invalid/shop", "nowhere.invalid"),
        ("sqlite:///shop.db", "write it as postgresql://"),
        ("my database", "write it as postgresql://"),
    ],
)
def test_a_database_that_can_not_be_used_is_an_error_in_words(url: str, why: str) -> None:
    with pytest.raises(LaunchError) as raised:
        database_check(url)
    words = str(raised.value)
    assert words.startswith("DATABASE_URL can't be used: ")
    assert words.endswith(".\nMend it, or unset it to have a PostgreSQL started here.")
    assert why in words
    assert "geheim" not in words


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("redis://:geheim@127.0.0.1:1/0", "Connection refused"),
        ("redis://:geheim@nowhere.invalid/0", "nowhere.invalid"),
        ("127.0.0.1:6379", "redis://, rediss://"),
    ],
)
def test_a_redis_that_can_not_be_used_is_an_error_in_words(url: str, why: str) -> None:
    with pytest.raises(LaunchError) as raised:
        redis_check(url)
    words = str(raised.value)
    assert words.startswith("REDIS_URL can't be used: ")
    assert why in words
    assert "geheim" not in words


def test_an_old_postgresql_is_refused(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setattr("webhooks_platform.embedded.given._OLDEST_POSTGRESQL", 99)
    with pytest.raises(LaunchError, match="99 is the oldest that will do"):
        database_check(database_url)


def test_nothing_is_started_beside_a_server_that_can_not_be_used(tmp_path: Path) -> None:
    """Nor is a folder made for it."""
    supervisor = Supervisor(logs=tmp_path / "logs", guard=None)  # type: ignore[arg-type]
    with pytest.raises(LaunchError, match="REDIS_URL"):
        start_servers(supervisor, folder=tmp_path, environment={"REDIS_URL": "redis://127.0.0.1:1/0"}, durable=False)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    supervisor = Supervisor(logs=tmp_path / "logs", guard=None)  # type: ignore[arg-type]
    environment = {"DATABASE_URL_FILE": str(tmp_path / "missing")}
    with pytest.raises(LaunchError, match="DATABASE_URL_FILE names .*missing, which can't be read"):
        start_servers(supervisor, folder=tmp_path, environment=environment, durable=False)
