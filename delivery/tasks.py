"""The engine's Celery tasks: five lines each, ids in, one call."""

import gc
from typing import Any

from celery import shared_task
from celery.signals import worker_init, worker_shutting_down

from delivery import deliver as lanes
from delivery import preparation
from delivery import sweep as sweeping
from delivery.runs import run_settle
from delivery.slots import SlotTicket
from delivery.watch import process_watch


@shared_task(name="delivery.deliver")
def deliver(run_id: int, slot: int, token: int) -> None:
    lanes.deliver(SlotTicket(run_id, slot, token))


@shared_task(name="delivery.prepare")
def prepare(run_id: int) -> None:
    preparation.prepare(run_id)


@shared_task(name="delivery.sweep")
def sweep() -> None:
    sweeping.sweep()


@shared_task(name="delivery.settle")
def settle(run_id: int) -> None:
    run_settle(run_id)


@worker_init.connect
def collect_rarely(**_signal: Any) -> None:
    """Requests leave next to no cycles, while each full collection walks all of Django: with Python's own thresholds
    that is a sixth of a lane worker's processor time (docs/benchmarks.md)."""
    gc.set_threshold(20_000, 20, 100)


@worker_shutting_down.connect
def give_back_on_shutdown(**_signal: Any) -> None:
    """A worker that is asked to end gives back what has not left; what is on its way is waited for and recorded."""
    process_watch.shut_down()
