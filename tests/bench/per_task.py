"""Figure `per-task`: packages that send each webhook in a Celery task of its own, in their own environments."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.destination import Destination
from tests.bench.environments import PEERS, peer_programs
from tests.bench.figures import PROCESSOR, RATE, Sample
from tests.bench.programs import Started, Unmeasurable, running, wait_until
from tests.bench.servers import own_broker, own_database
from webhooks_platform.embedded.processes import Program

PACKAGES = ("django-webhook", "django-webhook2")
_PROJECT = PEERS / "project"
_SECONDS = 300


@dataclass(frozen=True)
class Peer:
    """One package with a database and a broker of its own, ready to launch to ``people``."""

    package: str
    destination: Destination
    people: int
    processes: int
    environment: dict[str, str]

    @property
    def figure(self) -> str:
        return self.package.replace("-", "_")

    def measure(self, folder: Path) -> Iterator[Sample]:
        """The workers' processor time, not that of whoever emits the events."""
        with running([self._worker()], folder) as (worker,):
            wait_until(lambda: " ready." in worker.log_text(), [worker], self.package, seconds=60)
            yield from self._launch(worker)

    def prepare(self) -> None:
        self._run("prepare", str(self.people), f"{self.destination.plain_url}/hooks/people")

    def _launch(self, worker: Started) -> Iterator[Sample]:
        received, used = self.destination.count(), worker.processor_seconds()
        report = json.loads(self._run("launch"))
        used, received = worker.processor_seconds() - used, self.destination.count() - received
        if not report["delivered"] == received == self.people:
            raise Unmeasurable(f"No rate: {self.package} says {report}, the destination received {received}.")
        yield Sample(self.figure, self.people / report["seconds"], RATE)
        yield Sample(f"{self.figure}_cpu", used / self.people * 1000, PROCESSOR)

    def _worker(self) -> Program:
        celery = str(peer_programs(self.package) / "celery")
        arguments = (celery, "-A", "worker", "worker", "-c", str(self.processes), "-l", "INFO")
        quiet = (*arguments, "--without-gossip", "--without-mingle")
        return Program(name=self.package, arguments=quiet, folder=_PROJECT, environment=self.environment)

    def _run(self, *arguments: str) -> str:
        command = [str(peer_programs(self.package) / "python"), "launch.py", *arguments]
        ended = subprocess.run(
            command, cwd=_PROJECT, env=self.environment, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
        if ended.returncode:
            raise Unmeasurable(f"{self.package} failed:\n{ended.stderr[-3000:]}")
        return ended.stdout


@contextmanager
def prepared_peer(
    package: str, destination: Destination, *, people: int, processes: int, database_url: str, broker_url: str
) -> Iterator[Peer]:
    """``database_url`` and ``broker_url`` name the servers."""
    with own_database(database_url, package.replace("-", "_")) as database, own_broker(broker_url) as broker:
        environment = {"PATH": os.environ["PATH"], "DATABASE_URL": database, "BROKER_URL": broker, "LC_ALL": "C.UTF-8"}
        peer = Peer(package, destination, people, processes, {**environment, "DJANGO_SETTINGS_MODULE": "settings"})
        peer.prepare()
        yield peer
