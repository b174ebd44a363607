"""Asks workers for work. A message only says where there is some: if it is lost, the sweep asks again."""

import logging
from collections.abc import Iterable
from typing import Any

from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError

from delivery.slots import SlotTicket
from webhooks_platform.celery_broker import priorities

logger = logging.getLogger(__name__)


def lanes_ask(tickets: Iterable[SlotTicket], *, again: bool = False) -> None:
    """``again``: for runs that had a turn, and for what may be in the queue already. They let those pass that begin: a
    small run starts soon, however many large ones take turns."""
    order = priorities(settings.CELERY_BROKER_URL)
    priority = order.last if again else order.first
    for ticket in tickets:
        _ask("delivery.deliver", ticket.run_id, ticket.slot, ticket.token, priority=priority)


def preparation_ask(run_id: int) -> None:
    _ask("delivery.prepare", run_id)


def settle_ask(run_id: int) -> None:
    _ask("delivery.settle", run_id)


def _ask(task: str, *arguments: int, **options: Any) -> None:
    try:
        current_app.send_task(task, arguments, **options)
    except OperationalError as error:
        logger.warning("The broker can't be reached (%s): the sweep will ask for %s again.", error, task)
