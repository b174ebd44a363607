"""Databases and Redis numbers of a measurement's own, on the servers that the settings name; gone afterwards."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis
from psycopg import sql

from tests.bench.programs import Unmeasurable, command_of, parent_of

_NUMBERS = range(4, 15)
_CLAIM = "benchmark"


@contextmanager
def own_database(server_url: str, name: str) -> Iterator[str]:
    """The URL of a new, empty database beside the one of ``server_url``."""
    database = f"bench_{name}_{os.getpid()}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    try:
        yield urlunsplit(urlsplit(server_url)._replace(path=f"/{database}"))
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))


@contextmanager
def own_broker(server_url: str) -> Iterator[str]:
    """The URL of an empty database number of the Redis server."""
    url = _claim(server_url)
    try:
        yield url
    finally:
        with redis.Redis.from_url(url) as client:
            client.flushdb()


def server_process(connection: psycopg.Connection) -> int | None:
    """The PostgreSQL server's process, where it runs on this machine and in sight of us."""
    row = connection.execute("select pg_backend_pid()").fetchone()
    backend = int(row[0]) if row else 0
    return parent_of(backend) if command_of(backend).startswith("postgres:") else None


def _claim(server_url: str) -> str:
    for number in _NUMBERS:
        url = urlunsplit(urlsplit(server_url)._replace(path=f"/{number}"))
        with redis.Redis.from_url(url) as client:
            if client.dbsize() == 0 and client.set(_CLAIM, os.getpid(), nx=True):
                return url
    raise Unmeasurable(
        f"The Redis server has no empty database from {_NUMBERS[0]} to {_NUMBERS[-1]}: unset REDIS_URL for an own one."
    )
