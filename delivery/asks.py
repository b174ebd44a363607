"""Asks workers for work. A message only says where there is some: if it is lost, the sweep asks again."""

import logging
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from celery import current_app
from kombu.exceptions import OperationalError

from delivery.slots import SlotTicket

logger = logging.getLogger(__name__)


# Redis takes 0 first and 9 last; RabbitMQ heeds priorities only in queues that are declared with some.
_LAST = {"priority": 9}


def lanes_ask(tickets: Iterable[SlotTicket], *, again: bool = False) -> None:
    """``again``: for runs that had a turn, and for what may be in the queue already. They let those pass that begin: a
    small run starts soon, however many large ones take turns."""
    for ticket in tickets:
        _ask("delivery.deliver", ticket.run_id, ticket.slot, ticket.token, options=_LAST if again else {})


def preparation_ask(run_id: int) -> None:
    _ask("delivery.prepare", run_id)


def settle_ask(run_id: int) -> None:
    _ask("delivery.settle", run_id)


def _ask(task: str, *arguments: int, options: Mapping[str, Any] = MappingProxyType({})) -> None:
    try:
        current_app.send_task(task, arguments, **options)
    except OperationalError as error:
        logger.warning("The broker can't be reached (%s): the sweep will ask for %s again.", error, task)
