"""Figure `engine`: a launch through the real code and the real workers, until the run is completed."""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from django.utils import timezone

from notifications.models import Run
from notifications.states import RUN_OPEN, RunState
from tests.bench.campaign import Campaign
from tests.bench.figures import PROCESSOR, RATE, Sample
from tests.bench.ledger import Ledger, ledger_of, verify
from tests.bench.programs import Started, Unmeasurable, running, server_processor_seconds, wait_until
from tests.bench.servers import server_process
from webhooks_platform.embedded.application import Application
from webhooks_platform.embedded.launcher import CHECKOUT
from webhooks_platform.embedded.processes import Program
from webhooks_platform.embedded.readiness import WorkerProbe

_START_SECONDS = 90.0
# A launch slower than this is broken, not slow.
_PEOPLE_PER_SECOND = 50
# Whoever looks takes processor time from those who work: at fifty times a second 2 % of it.
_LOOK_EVERY = 0.2
# How many requests a destination has received.
Count = Callable[[], int]


@dataclass(frozen=True)
class Launched:
    """Seconds from the launch to the run's completion, and processor seconds of lane workers and database meanwhile.

    ``lock_waits``: statements that waited for a lock, in the mean of all looks at the database.
    """

    seconds: float
    worker_seconds: float
    database_seconds: float
    first_request: float
    people: int
    lock_waits: float

    @property
    def rate(self) -> float:
        return self.people / self.seconds


@dataclass(frozen=True)
class Fleet:
    """Programs that run, and measure launches one after the other."""

    programs: Sequence[Started]
    database_url: str

    @property
    def lanes(self) -> list[Started]:
        return [child for child in self.programs if "lanes" in child.program.name]

    @property
    def peak_megabytes(self) -> float:
        return max(child.peak_megabytes() for child in self.lanes)

    def launch(self, campaign: Campaign, *, people: int, count: Count) -> Launched:
        """Raises Unmeasurable unless ledger and destination agree that everybody was sent to exactly once."""
        try:
            with psycopg.connect(self.database_url, autocommit=True) as observer:
                return self._launch(campaign, people, count, observer)
        except Unmeasurable as problem:
            raise Unmeasurable(f"{problem}\n{_logs(self.programs)}") from problem

    def _launch(self, campaign: Campaign, people: int, count: Count, observer: psycopg.Connection) -> Launched:
        database = server_process(observer)
        received, worker, server = count(), self._worker_seconds(), server_processor_seconds(database)
        began, at = time.monotonic(), timezone.now()
        run = campaign.launch(at)
        limit = 60 + people / _PEOPLE_PER_SECOND
        lookout = Lookout(observer, run)
        wait_until(lookout.sees_the_end, self.programs, "The launch", seconds=limit, every=_LOOK_EVERY)
        seconds = time.monotonic() - began - lookout.seconds_since_end()
        worker, server = self._worker_seconds() - worker, server_processor_seconds(database) - server
        ledger: Ledger = ledger_of(run)
        verify(ledger, people=people, received=count() - received)
        first_request = (ledger.first_request_at - at).total_seconds()
        return Launched(seconds, worker, server, first_request, people, lookout.lock_waits)

    def _worker_seconds(self) -> float:
        return sum(child.processor_seconds() for child in self.lanes)


@dataclass(frozen=True)
class Engine:
    """Starts ``cores`` lane workers, one control worker and beat, as the launcher does, with ``settings`` on top.

    ``lane_threads``: how many lanes a worker runs at once, instead of the product's own number.
    """

    count: Count
    people: int
    cores: int
    broker_url: str
    database_url: str
    settings: Mapping[str, str] = field(default_factory=dict)
    lane_threads: int | None = None

    def measure(self, name: str, campaign: Campaign) -> Iterator[Sample]:
        with self.running() as fleet:
            launched = fleet.launch(campaign, people=self.people, count=self.count)
            yield Sample(name, launched.rate, RATE)
            yield Sample(f"{name}_cpu", launched.worker_seconds / self.people * 1000, PROCESSOR)
            if launched.database_seconds:
                yield Sample(f"{name}_database_cpu", launched.database_seconds / self.people * 1000, PROCESSOR)
            yield Sample(f"{name}_first_request", launched.first_request, "s")
            yield Sample(f"{name}_memory", fleet.peak_megabytes, "MB")

    @contextmanager
    def running(self) -> Iterator[Fleet]:
        with tempfile.TemporaryDirectory() as folder, running(self._programs(Path(folder)), Path(folder)) as started:
            self._await_workers(started)
            yield Fleet(started, self.database_url)

    def _programs(self, folder: Path) -> list[Program]:
        """All but the pages and the worker for imports, which a launch doesn't need."""
        programs = self._application(folder).programs()
        return [
            replace(program, environment={**program.environment, **self.settings}, arguments=self._arguments(program))
            for program in programs
            if program.name not in ("Web", "Worker bulk")
        ]

    def _arguments(self, program: Program) -> tuple[str, ...]:
        if self.lane_threads is None or "lanes" not in program.name:
            return program.arguments
        place = program.arguments.index("-c") + 1
        return (*program.arguments[:place], str(self.lane_threads), *program.arguments[place + 1 :])

    def _application(self, folder: Path) -> Application:
        return Application(checkout=CHECKOUT, folder=folder, port=0, receiver_port=0, lane_workers=self.cores)

    def _await_workers(self, started: Sequence[Started]) -> None:
        probe, application = WorkerProbe(broker_url=self.broker_url), self._application(Path())
        nodes = [node for node in application.nodes if not node.startswith("bulk")]
        wait_until(lambda: probe.all_answer(nodes), started, "Workers", seconds=_START_SECONDS)
        wait_until(lambda: probe.has_taken_a_task(application.control_node), started, "Beat", seconds=_START_SECONDS)


@dataclass
class Lookout:
    """Looks at a run on a connection of its own, since the ORM's way of asking must not be what is measured."""

    observer: psycopg.Connection
    run: Run
    _looks: int = 0
    _waiting: int = 0

    def sees_the_end(self) -> bool:
        """Raises Unmeasurable when the run ended otherwise than completed."""
        state, reason, waiting = self._ask(
            "select state, stop_reason, (select count(*) from pg_stat_activity where wait_event_type = 'Lock') "
            "from notifications_run where id = %s"
        )
        self._looks += 1
        self._waiting += waiting
        if state not in RUN_OPEN and state != RunState.COMPLETED:
            raise Unmeasurable(f"The run ended as {state}: {reason}")
        return bool(state == RunState.COMPLETED)

    def seconds_since_end(self) -> float:
        """By the clock that noted the end."""
        (seconds,) = self._ask(
            "select extract(epoch from clock_timestamp() - finished_at)::float from notifications_run where id = %s"
        )
        return float(seconds)

    @property
    def lock_waits(self) -> float:
        return self._waiting / max(1, self._looks)

    def _ask(self, question: LiteralString) -> tuple[Any, ...]:
        row = self.observer.execute(question, (self.run.pk,)).fetchone()
        assert row is not None
        return row


def _logs(programs: Sequence[Started]) -> str:
    """What the programs had to say, which is nothing as long as all goes well."""
    texts = ((child.program.name, child.log_text()) for child in programs)
    return "\n".join(f"--- {name}:\n{text[-3000:]}" for name, text in texts if text.strip())
