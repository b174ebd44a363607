"""A worker within the test's own process: threads that take messages, and a keeper for lanes that only wait."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from delivery.crew import Crew
from delivery.deliver import deliver
from delivery.keeper import Keeper
from delivery.slots import SlotTicket
from tests.delivery.engine import HANDLERS, Engine


def work(
    engine: Engine,
    keeper: Keeper,
    seconds: float,
    crew: Crew | None = None,
    *,
    until: Callable[[], bool] = lambda: False,
) -> None:
    """As a worker of four threads does: lanes that only wait go on with the keeper."""
    with ThreadPoolExecutor(4) as pool:
        deadline = time.monotonic() + seconds
        workers = [pool.submit(_work, engine, keeper, crew or Crew(), deadline, until) for _ in range(4)]
        for worker in workers:
            worker.result()


def _work(engine: Engine, keeper: Keeper, crew: Crew, deadline: float, until: Callable[[], bool]) -> None:
    while time.monotonic() < deadline:
        try:
            task, arguments = engine.messages.popleft()
        except IndexError:
            if until():
                break
            time.sleep(0.02)
            continue
        if task == "delivery.deliver":
            deliver(SlotTicket(*arguments), watch=engine.watch, http=engine.http, keeper=keeper, crew=crew)
        else:
            HANDLERS[task](*arguments)
    connection.close()


def most_within(times: list[float], seconds: float) -> int:
    return max(sum(start <= at < start + seconds for at in times) for start in times)
