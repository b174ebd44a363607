"""Asks workers for work. A message only says where there is some: if it is lost, the sweep asks again."""

import logging
from collections.abc import Iterable

from celery import current_app
from kombu.exceptions import OperationalError

from delivery.slots import SlotTicket

logger = logging.getLogger(__name__)


def lanes_ask(tickets: Iterable[SlotTicket]) -> None:
    for ticket in tickets:
        _ask("delivery.deliver", ticket.run_id, ticket.slot, ticket.token)


def preparation_ask(run_id: int) -> None:
    _ask("delivery.prepare", run_id)


def settle_ask(run_id: int) -> None:
    _ask("delivery.settle", run_id)


def _ask(task: str, *arguments: int) -> None:
    try:
        current_app.send_task(task, arguments)
    except OperationalError as error:
        logger.warning("The broker can't be reached (%s): the sweep will ask for %s again.", error, task)
