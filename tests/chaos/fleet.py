"""Real workers in processes of their own, on the test's database, a broker of their own and the demo receiver."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from celery import Celery
from django.db import connection
from redis import Redis

from tests.chaos.cable import OwnBroker, own_broker
from webhooks_platform.embedded.processes import die_with_parent

CHECKOUT = Path(__file__).resolve().parents[2]
SWEEP_EVERY = 0.5  # seconds; beat's is 2
START_WITHIN = 180.0
# Whatever ends the tests, no worker goes on.
DIE_WITH_PARENT = die_with_parent(signal.SIGKILL)


@dataclass
class Fleet:
    """``start`` and ``kill`` workers; a thread plays beat, as long as ``beating``."""

    environment: dict[str, str]
    log_folder: Path
    broker: OwnBroker
    beating: bool = True
    beats: list[subprocess.Popen[bytes]] = field(default_factory=list)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = Celery("test", broker=self.broker.url, set_as_current=False)
        self.redis = Redis.from_url(self.broker.url)
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

    def start(
        self, count: int = 1, *, queues: str = "lanes,control", wait: bool = True, extra: dict[str, str] | None = None
    ) -> None:
        """``extra``: environment variables of these workers alone. Without ``wait`` they are on their way up."""
        for _ in range(count):
            number = len(self.workers)
            log = (self.log_folder / f"worker-{number}.log").open("wb")
            command = [sys.executable, "-m", "celery", "-q", "-A", "webhooks_platform", "worker", "-P", "threads"]
            command += ["-c", "6", "-Q", queues, "-n", f"chaos-{number}@localhost", "-l", "INFO"]
            command += ["--without-gossip", "--without-mingle"]
            with log:
                self.workers.append(
                    subprocess.Popen(
                        command,
                        cwd=CHECKOUT,
                        env={**self.environment, "PGAPPNAME": self.name(number), **(extra or {})},
                        stdout=log,
                        stderr=log,
                        preexec_fn=DIE_WITH_PARENT,
                    )
                )
        if wait:
            numbers = range(len(self.workers))
            wait_until(lambda: all(self.is_ready(number) for number in numbers), START_WITHIN, self)

    def start_beat(self) -> None:
        """A real one, with the product's own schedule."""
        number = len(self.beats)
        command = [sys.executable, "-m", "celery", "-q", "-A", "webhooks_platform", "beat", "-l", "INFO"]
        command += ["-s", str(self.log_folder / f"beat-{number}"), "--pidfile="]
        with (self.log_folder / f"beat-{number}.log").open("wb") as log:
            self.beats.append(
                subprocess.Popen(
                    command, cwd=CHECKOUT, env=self.environment, stdout=log, stderr=log, preexec_fn=DIE_WITH_PARENT
                )
            )

    def is_ready(self, number: int) -> bool:
        return self.workers[number].poll() is not None or "ready" in self.log(number)

    @property
    def alive(self) -> list[int]:
        """Workers that work."""
        return [number for number, worker in enumerate(self.workers) if worker.poll() is None and self.is_ready(number)]

    def name(self, number: int) -> str:
        """By which PostgreSQL knows the worker (application_name)."""
        return f"worker-{number}"

    def kill(self, number: int) -> None:
        self.workers[number].kill()
        self.workers[number].wait()

    def kill_where(self, number: int, is_so: Callable[[], bool]) -> bool:
        """Stops the worker to look at it. Where it ``is_so`` it never goes on."""
        worker = self.workers[number]
        worker.send_signal(signal.SIGSTOP)
        os.waitpid(worker.pid, os.WUNTRACED)
        if is_so():
            self.kill(number)
            return True
        worker.send_signal(signal.SIGCONT)
        return False

    def terminate(self, number: int, seconds: float = 60.0) -> None:
        self.workers[number].terminate()
        self.workers[number].wait(seconds)

    def log(self, number: int) -> str:
        return (self.log_folder / f"worker-{number}.log").read_text(errors="replace")

    def close(self) -> None:
        self._ended.set()
        self._beat.join()
        for process in (*self.workers, *self.beats):
            process.kill()
            process.wait()
        self.client.close()
        self.redis.close()

    def _tick(self) -> None:
        while not self._ended.wait(SWEEP_EVERY):
            if self.beating:
                self.ask("delivery.sweep")


@contextmanager
def running_fleet(log_folder: Path, receiver_address: str) -> Iterator[Fleet]:
    """On a broker of its own, so that two sessions of tests may run beside each other."""
    with own_broker(log_folder) as broker:
        environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "BROKER_URL": broker.url,
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
