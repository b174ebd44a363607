"""PostgreSQL itself stopped and started, in the midst of claims, COPY and commits: real processes, a real disk."""

import random
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db import connection

from tests.chaos.agreement import assert_agreement, in_flight_now
from tests.chaos.fleet import Fleet
from tests.chaos.own_postgresql import OwnPostgresql, own_postgresql
from tests.chaos.test_faults import all_over, both, more_requests
from tests.delivery.engine import Engine


@pytest.fixture
def server() -> Iterator[OwnPostgresql]:
    with own_postgresql() as server:
        yield server


@pytest.fixture
def transactional_db(server: OwnPostgresql, django_db_blocker: Any) -> Iterator[None]:
    """In the place of pytest-django's: everything in this module happens in the server that is stopped."""
    wrapper: Any = connection
    parts, settings = urlsplit(server.url), wrapper.settings_dict
    before = {name: settings[name] for name in ("HOST", "PORT", "USER", "PASSWORD", "NAME")}
    own = (parts.hostname, parts.port, parts.username, parts.password, parts.path.strip("/"))
    with django_db_blocker.unblock():
        change(wrapper, dict(zip(before, own, strict=True)))
        call_command("migrate", verbosity=0)
        yield
        change(wrapper, before)


def change(wrapper: Any, values: dict[str, Any]) -> None:
    wrapper.close()
    wrapper.close_pool()
    wrapper.settings_dict.update(values)


def restart(server: OwnPostgresql, mode: str, gone: float) -> None:
    server.stop(mode)
    connection.close()
    time.sleep(gone)
    server.start()


@pytest.mark.parametrize("restarts", [pytest.param(2, id="short"), pytest.param(12, id="long", marks=pytest.mark.long)])
def test_a_server_that_is_stopped_and_crashes(
    engine: Engine, fleet: Fleet, server: OwnPostgresql, restarts: int
) -> None:
    """By turns as an administrator does (``fast``) and as a power cut does (``immediate``)."""
    engine.people(500 * restarts)
    fleet.start(2)
    runs, flying, caught = both(engine, "/200?ms=200"), set[str](), 0
    for number in range(restarts):
        more_requests(engine, fleet, runs, 100)
        time.sleep(random.uniform(0.0, 0.3))
        restart(server, ("immediate", "fast")[number % 2], gone=random.uniform(0.0, 2.0))
        now = in_flight_now(runs)
        flying, caught = flying | now, caught + bool(now)
    all_over(runs, fleet, 180)
    assert fleet.alive == [0, 1]
    assert caught > restarts / 2
    report = assert_agreement(engine.receiver, runs, in_flight=flying)
    print(f"{restarts} restarts, {caught} with rows on their way; {len(flying)} rows may have come twice, ", end="")  # noqa: T201
    print(f"{report.repeated} did")  # noqa: T201


@pytest.mark.long
@pytest.mark.parametrize("mode", ["immediate", "fast"])
def test_a_server_that_is_away_for_a_minute(engine: Engine, fleet: Fleet, server: OwnPostgresql, mode: str) -> None:
    engine.people(3_000)
    fleet.start(2)
    runs = both(engine, "/200?ms=200")
    more_requests(engine, fleet, runs, 500)
    restart(server, mode, gone=60.0)
    back, seen = time.monotonic(), len(engine.receiver.times())
    flying = in_flight_now(runs)
    more_requests(engine, fleet, runs, 50)
    print(f"first requests {time.monotonic() - back:.1f} s after its return, {seen} before")  # noqa: T201
    all_over(runs, fleet, 180)
    assert fleet.alive == [0, 1]
    assert_agreement(engine.receiver, runs, in_flight=flying)
