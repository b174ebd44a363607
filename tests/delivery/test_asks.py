"""Asking for work: who begins passes who goes on, whichever broker carries it."""

from typing import Any

import pytest
from celery import current_app

from delivery.asks import lanes_ask
from delivery.slots import SlotTicket
from webhooks_platform.celery import app


@pytest.mark.parametrize(
    ("broker_url", "begins", "goes_on"),
    [
        # Redis hands out the lowest number first, RabbitMQ the highest.
        ("redis://127.0.0.1:6379/0", 0, 9),
        ("rediss://127.0.0.1:6379/0", 0, 9),
        ("amqp://guest:guest@127.0.0.1:5672//", 9, 0),
        ("amqps://guest:guest@127.0.0.1:5671//", 9, 0),
    ],
)
def test_a_run_that_begins_passes_those_that_go_on(
    monkeypatch: pytest.MonkeyPatch, settings: Any, broker_url: str, begins: int, goes_on: int
) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(
        current_app, "send_task", lambda task, arguments, priority: asked.append((arguments[0], priority))
    )
    settings.CELERY_BROKER_URL = broker_url
    lanes_ask([SlotTicket(run_id=1, slot=0, token=1)], again=True)
    lanes_ask([SlotTicket(run_id=2, slot=0, token=1)])
    assert asked == [(1, goes_on), (2, begins)]


def test_rabbitmq_is_told_that_the_queue_has_priorities() -> None:
    assert app.amqp.queues["lanes"].queue_arguments == {"x-max-priority": 9}
    assert set(app.amqp.queues) == {"lanes", "control", "bulk"}
