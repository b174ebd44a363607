from collections.abc import Iterator

import pytest
from celery import current_app

from accounts.models import Workspace
from delivery import gate
from delivery.destination import KEY_PREFIX
from delivery.keeper import Keeper
from delivery.shared import shared_redis
from outbound.addresses import AddressPolicy, parse_allowed
from outbound.loop import HttpLoop
from outbound.transport import CurlTransport
from tests.delivery.engine import Engine
from tests.receiver import Receiver


@pytest.fixture(autouse=True)
def open_gates() -> None:
    """What an earlier test (or the last session's, whose workspaces had the same numbers) left in Redis."""
    gate._seen.clear()
    gate._shut.clear()
    for key in shared_redis().scan_iter(match=f"{KEY_PREFIX}*", count=1000):
        shared_redis().delete(key)


@pytest.fixture
def shop(transactional_db: None) -> Workspace:
    return Workspace.objects.create(name="Shop", slug="shop")


@pytest.fixture(scope="session")
def http(receiver_process: Receiver) -> Iterator[HttpLoop]:
    """A loop that may dial the receiver and nothing else."""
    allowed = AddressPolicy(allowed=parse_allowed([receiver_process.address]), ports=frozenset((80, 443)))
    loop = HttpLoop(CurlTransport(addresses=allowed))
    yield loop
    loop.close()


@pytest.fixture
def engine(shop: Workspace, receiver: Receiver, http: HttpLoop, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Its broker is a list: what is asked for waits until the test works it off."""
    engine = Engine(shop, receiver, http)
    monkeypatch.setattr(current_app, "send_task", engine.ask)
    return engine


@pytest.fixture
def keeper(engine: Engine) -> Iterator[Keeper]:
    keeper = Keeper()
    yield keeper
    engine.watch.shut_down()
    assert keeper.drain(30.0)
    engine.watch.rest()
