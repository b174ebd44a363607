"""Servers that the settings name: looked at before anything starts, so that what is wrong with them is said at once."""

import warnings

import psycopg
import redis
from environ import Env

from webhooks_platform.embedded.errors import LaunchError

_CONNECT_SECONDS = 5
_OLDEST_POSTGRESQL = 15


def database_check(url: str) -> None:
    """Raises LaunchError unless ``url`` is that of a PostgreSQL that lets us in; never shows its password."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it would say of another scheme we say ourselves
        given = Env.db_url_config(url)
    if given.get("ENGINE") != "django.db.backends.postgresql":
        raise LaunchError(
            _unusable("DATABASE_URL", "write it as postgresql://user:password@host:5432/name", "PostgreSQL")
        )
    try:
        with psycopg.connect(
            dbname=given["NAME"],
            user=given["USER"] or None,
            password=given["PASSWORD"] or None,
            host=given["HOST"] or None,
            port=given["PORT"] or None,
            **{"connect_timeout": _CONNECT_SECONDS, **given.get("OPTIONS", {})},
        ) as connection:
            version = connection.info.server_version // 10_000
    except psycopg.Error as error:
        raise LaunchError(_unusable("DATABASE_URL", str(error).partition("\n")[0], "PostgreSQL")) from error
    if version < _OLDEST_POSTGRESQL:
        too_old = f"it names PostgreSQL {version}, and {_OLDEST_POSTGRESQL} is the oldest that will do"
        raise LaunchError(_unusable("DATABASE_URL", too_old, "PostgreSQL"))


def redis_check(url: str) -> None:
    """Raises LaunchError unless ``url`` is that of a Redis or Valkey that answers."""
    try:
        with redis.Redis.from_url(
            url, socket_connect_timeout=_CONNECT_SECONDS, socket_timeout=_CONNECT_SECONDS
        ) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise LaunchError(_unusable("REDIS_URL", str(error), "Valkey")) from error


def _unusable(name: str, why: str, own: str) -> str:
    return f"{name} can't be used: {why.rstrip('.')}.\nMend it, or unset it to have a {own} started here."
