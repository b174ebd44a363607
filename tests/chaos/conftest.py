from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import current_app

from accounts.models import Workspace
from outbound.loop import HttpLoop
from tests.chaos.fleet import Fleet, running_fleet
from tests.delivery.conftest import http, open_gates, shop
from tests.delivery.engine import Engine
from tests.receiver import Receiver

__all__ = ["engine", "fleet", "http", "open_gates", "shop"]


@pytest.fixture
def fleet(
    transactional_db: None, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Fleet]:
    """No workers yet; what this process asks for goes to the fleet's broker."""
    with running_fleet(tmp_path, receiver.address) as fleet:
        monkeypatch.setattr(current_app, "send_task", fleet.ask)
        yield fleet


@pytest.fixture
def engine(shop: Workspace, receiver: Receiver, http: HttpLoop, fleet: Fleet) -> Engine:
    """Launches runs; the fleet works on them."""
    return Engine(shop, receiver, http)
