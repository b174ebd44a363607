"""Figure `engine`: a launch through the real code and the real workers, until the run is completed."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from django.utils import timezone

from notifications.models import Run
from notifications.states import RUN_OPEN, RunState
from tests.bench.campaign import Campaign
from tests.bench.destination import Destination
from tests.bench.figures import PROCESSOR, RATE, Sample
from tests.bench.ledger import ledger_of, verify
from tests.bench.programs import Started, Unmeasurable, running, wait_until
from webhooks_platform.embedded.application import Application
from webhooks_platform.embedded.launcher import CHECKOUT
from webhooks_platform.embedded.processes import Program
from webhooks_platform.embedded.readiness import WorkerProbe

_START_SECONDS = 90.0
# A launch slower than this is broken, not slow.
_PEOPLE_PER_SECOND = 50


@dataclass(frozen=True)
class Engine:
    """Measures with ``cores`` lane workers, one control worker and beat, as the launcher starts them."""

    destination: Destination
    people: int
    cores: int
    broker_url: str

    def measure(self, name: str, campaign: Campaign) -> Iterator[Sample]:
        with tempfile.TemporaryDirectory() as folder, running(self.programs(Path(folder)), Path(folder)) as started:
            self.await_workers(started)
            lanes = [child for child in started if "lanes" in child.program.name]
            try:
                yield from self.launch(name, campaign, started, lanes)
            except Unmeasurable as problem:
                raise Unmeasurable(f"{problem}\n{_logs(started)}") from problem

    def launch(
        self, name: str, campaign: Campaign, started: Sequence[Started], lanes: Sequence[Started]
    ) -> Iterator[Sample]:
        received, used = self.destination.count(), _processor_seconds(lanes)
        began, at = time.monotonic(), timezone.now()
        run = campaign.launch(at)
        wait_until(lambda: _is_over(run), started, "The launch", seconds=60 + self.people / _PEOPLE_PER_SECOND)
        seconds, used = time.monotonic() - began, _processor_seconds(lanes) - used
        ledger = ledger_of(run)
        verify(ledger, people=self.people, received=self.destination.count() - received)
        yield Sample(name, self.people / seconds, RATE)
        yield Sample(f"{name}_cpu", used / self.people * 1000, PROCESSOR)
        yield Sample(f"{name}_first_request", (ledger.first_request_at - at).total_seconds(), "s")
        yield Sample(f"{name}_memory", max(child.peak_megabytes() for child in lanes), "MB")

    def programs(self, folder: Path) -> list[Program]:
        """All but the pages and the worker for imports, which a launch doesn't need."""
        programs = self._application(folder).programs()
        return [program for program in programs if program.name not in ("Web", "Worker bulk")]

    def _application(self, folder: Path) -> Application:
        return Application(checkout=CHECKOUT, folder=folder, port=0, receiver_port=0, lane_workers=self.cores)

    def await_workers(self, started: Sequence[Started]) -> None:
        probe, application = WorkerProbe(broker_url=self.broker_url), self._application(Path())
        nodes = [node for node in application.nodes if not node.startswith("bulk")]
        wait_until(lambda: probe.all_answer(nodes), started, "Workers", seconds=_START_SECONDS)
        wait_until(lambda: probe.has_taken_a_task(application.control_node), started, "Beat", seconds=_START_SECONDS)


def _processor_seconds(programs: Sequence[Started]) -> float:
    return sum(child.processor_seconds() for child in programs)


def _logs(programs: Sequence[Started]) -> str:
    """What the programs had to say, which is nothing as long as all goes well."""
    texts = ((child.program.name, child.log_text()) for child in programs)
    return "\n".join(f"--- {name}:\n{text[-3000:]}" for name, text in texts if text.strip())


def _is_over(run: Run) -> bool:
    run.refresh_from_db(fields=["state"])
    connection.close()
    if run.state not in RUN_OPEN and run.state != RunState.COMPLETED:
        raise Unmeasurable(f"The run ended as {run.state}: {run.stop_reason}")
    return run.state == RunState.COMPLETED
