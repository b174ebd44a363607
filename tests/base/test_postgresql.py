"""The pool of connections, with a cable between it and the server that can be cut."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connections
from psycopg_pool import ConnectionPool

from tests.chaos.cable import Cable
from tests.chaos.fleet import database_url
from webhooks_platform.base.postgresql.pool import check_with_others, recovering_pool

SIZE = 8


@pytest.fixture
def cable() -> Iterator[Cable]:
    parts = urlsplit(database_url())
    cable = Cable(parts.hostname or "", parts.port or 5432)
    yield cable
    cable.close()


@pytest.fixture
def pool(cable: Cable) -> Iterator[ConnectionPool]:
    """Full of connections, none of which is in use."""
    parts = urlsplit(database_url())
    url = urlunsplit(parts._replace(netloc=f"{parts.netloc.rpartition('@')[0]}@127.0.0.1:{cable.port}"))
    with recovering_pool(conninfo=url, min_size=1, max_size=SIZE, timeout=20) as pool:
        with ExitStack() as used:
            for _ in range(SIZE):
                used.enter_context(pool.connection())
        yield pool


def seconds_for_a_connection(pool: ConnectionPool) -> float:
    started = time.monotonic()
    with pool.connection() as drawn:
        drawn.execute("select 1")
    return time.monotonic() - started


def test_django_uses_it() -> None:
    pool: Any = connections["default"].pool  # type: ignore[attr-defined]
    assert pool._check is check_with_others


def test_a_caller_does_not_draw_one_dead_connection_after_the_other(cable: Cable, pool: ConnectionPool) -> None:
    assert cable.cut() == SIZE
    assert seconds_for_a_connection(pool) < 5.0
    assert min(seconds_for_a_connection(pool) for _ in range(3)) < 0.5


def test_a_server_that_was_away_is_noticed_soon_after_its_return(cable: Cable, pool: ConnectionPool) -> None:
    """Away for so long that psycopg's own pool, which tries after 1, 3, 7 and 15 seconds, is seven seconds late."""
    cable.down()
    waited: list[float] = []
    callers = [threading.Thread(target=lambda: waited.append(seconds_for_a_connection(pool))) for _ in range(SIZE)]
    for caller in callers:
        caller.start()
    time.sleep(8.0)
    cable.up()
    for caller in callers:
        caller.join(20)
    assert len(waited) == SIZE
    assert max(waited) < 13.0


def test_a_pool_that_found_nobody_for_long_still_looks(cable: Cable, pool: ConnectionPool) -> None:
    """Nobody asks while the server is away, and no try is left when it is back."""
    cable.down()
    with pytest.raises(Exception, match="couldn't get a connection"), pool.connection(timeout=3.0):
        pass
    cable.up()
    assert seconds_for_a_connection(pool) < 10.0
