"""The engine's Celery tasks: five lines each, ids in, one call."""

import gc
from typing import Any

from celery import shared_task
from celery.signals import worker_init, worker_ready, worker_shutdown, worker_shutting_down

from delivery import deliver as lanes
from delivery import preparation
from delivery import sweep as sweeping
from delivery.crew import process_crew
from delivery.keeper import process_keeper
from delivery.runs import run_settle
from delivery.slots import SlotTicket
from delivery.watch import process_watch
from webhooks_platform.base.collecting import imported_stays

# A request may take as long (SendPolicy.total_seconds), and its outcome must be recorded (seconds).
SHUTDOWN_WAITS = 130.0


@shared_task(name="delivery.deliver")
def deliver(run_id: int, slot: int, token: int) -> None:
    lanes.deliver(SlotTicket(run_id, slot, token), keeper=process_keeper)


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
    gc.set_threshold(50_000, 20, 100)


@worker_shutting_down.connect
def give_back_on_shutdown(**_signal: Any) -> None:
    """A worker that is asked to end gives back what has not left; what is on its way is waited for and recorded."""
    process_watch.shut_down()


@worker_ready.connect
def collect_what_comes_from_now_on(**_signal: Any) -> None:
    imported_stays()


@worker_ready.connect
def learn_own_size(sender: Any = None, **_signal: Any) -> None:
    process_crew.size = int(getattr(sender.controller, "concurrency", 0) or 0)


@worker_shutdown.connect
def wait_for_kept_lanes(**_signal: Any) -> None:
    """Lanes without a thread end as the others do: what is on its way is waited for and recorded."""
    process_watch.shut_down()
    process_keeper.drain(SHUTDOWN_WAITS)
