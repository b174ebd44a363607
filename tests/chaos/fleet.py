"""Real workers in processes of their own, on the test's database, a broker of their own and the demo receiver."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from celery import Celery
from django.conf import settings
from django.db import connection
from redis import Redis

CHECKOUT = Path(__file__).resolve().parents[2]
BROKER_NUMBER = 15
SWEEP_EVERY = 0.5  # seconds; beat's is 2
START_WITHIN = 60.0


@dataclass
class Fleet:
    """``start`` and ``kill`` workers; a thread plays beat."""

    environment: dict[str, str]
    log_folder: Path
    broker: str
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = Celery("test", broker=self.broker, set_as_current=False)
        self.redis = Redis.from_url(self.broker)
        self.redis.flushdb()
        self._ended = threading.Event()
        self._beat = threading.Thread(target=self._tick, daemon=True)
        self._beat.start()

    def ask(self, name: str, arguments: tuple[int, ...] = (), **options: Any) -> None:
        queue = "lanes" if name == "delivery.deliver" else "control"
        try:
            self.client.send_task(name, arguments, queue=queue, ignore_result=True, **options)
        except Exception as error:
            # A broker that was just emptied loses a message: the next sweep asks again.
            print(f"not sent: {error!r}", file=sys.stderr)  # noqa: T201

    def start(self, count: int = 1, *, queues: str = "lanes,control") -> None:
        for _ in range(count):
            number = len(self.workers)
            log = (self.log_folder / f"worker-{number}.log").open("wb")
            command = [sys.executable, "-m", "celery", "-q", "-A", "webhooks_platform", "worker", "-P", "threads"]
            command += ["-c", "6", "-Q", queues, "-n", f"chaos-{number}@localhost", "-l", "INFO"]
            command += ["--without-gossip", "--without-mingle"]
            with log:
                self.workers.append(
                    subprocess.Popen(command, cwd=CHECKOUT, env=self.environment, stdout=log, stderr=log)
                )
        wait_until(lambda: all("ready" in self.log(number) for number in range(len(self.workers))), START_WITHIN, self)

    def kill(self, number: int) -> None:
        self.workers[number].kill()
        self.workers[number].wait()

    def terminate(self, number: int, seconds: float = 20.0) -> None:
        self.workers[number].terminate()
        self.workers[number].wait(seconds)

    def log(self, number: int) -> str:
        return (self.log_folder / f"worker-{number}.log").read_text(errors="replace")

    def close(self) -> None:
        self._ended.set()
        self._beat.join()
        for worker in self.workers:
            worker.kill()
            worker.wait()
        self.client.close()
        self.redis.close()

    def _tick(self) -> None:
        while not self._ended.wait(SWEEP_EVERY):
            self.ask("delivery.sweep")


@contextmanager
def running_fleet(log_folder: Path, receiver_address: str) -> Iterator[Fleet]:
    broker = urlunsplit(urlsplit(settings.REDIS_URL)._replace(path=f"/{BROKER_NUMBER}"))
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "BROKER_URL": broker,
        "OUTBOUND_ALLOWED_ADDRESSES": receiver_address,
        "LANE_SLICE_SECONDS": "1",
    }
    fleet = Fleet(environment, log_folder, broker)
    try:
        yield fleet
    finally:
        fleet.close()


def wait_until(condition: Callable[[], bool], seconds: float, fleet: Fleet) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            logs = "\n".join(f"worker {number}:\n{fleet.log(number)[-3000:]}" for number in range(len(fleet.workers)))
            raise AssertionError(f"not so after {seconds} s\n{logs}")
        time.sleep(0.05)


def database_url() -> str:
    found = connection.settings_dict
    user, password = quote(found["USER"]), quote(found["PASSWORD"] or "")
    host, port = quote(found["HOST"], safe=""), found["PORT"]
    return f"postgresql://{user}:{password}@{host}{f':{port}' if port else ''}/{found['NAME']}"
