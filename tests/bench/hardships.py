"""Figures `slow` and `scale`: the engine where it has to wait, and where it has to grow."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.test import override_settings

from channels.models import Connection
from notifications.models import Run
from tests.bench.campaign import Campaign, campaign_make, workspace_make
from tests.bench.engine import Count, Engine, Launched
from tests.bench.figures import PROCESSOR, RATE, Sample
from tests.receiver import Receiver

LATENCY_MS = 100
# In flight over all lanes of the run: what a destination of this latency needs for 10,000 a second.
SLOW_IN_FLIGHT = 1_000
_SLOTS = 4
# "Bound by in flight": a worker may run so many lanes, each with so many requests, far below what a core can do.
_LANES_A_WORKER, _LANE_IN_FLIGHT = 2, 32


@dataclass(frozen=True)
class Slow:
    """A destination that answers after 100 ms; and whether two and four workers send two and four times as much."""

    engine: Engine
    receiver: Receiver
    campaign: Campaign

    def measure(self) -> Iterator[Sample]:
        launched = self._launched(self.engine, slots=_SLOTS, lane_in_flight=SLOW_IN_FLIGHT // _SLOTS)
        yield Sample("slow", launched.rate, RATE)
        yield Sample("slow_cpu", launched.worker_seconds / launched.people * 1000, PROCESSOR)
        for workers in (1, 2, 4):
            yield from self._bound(workers)

    def _bound(self, workers: int) -> Iterator[Sample]:
        engine, name = replace(self.engine, cores=workers, lane_threads=_LANES_A_WORKER), f"slow_{workers}_workers"
        launched = self._launched(engine, slots=_LANES_A_WORKER * workers, lane_in_flight=_LANE_IN_FLIGHT)
        yield Sample(name, launched.rate, RATE)
        if launched.database_seconds:
            yield Sample(f"{name}_database_cpu", launched.database_seconds / launched.people * 1000, PROCESSOR)
        yield Sample(f"{name}_lock_waits", launched.lock_waits, "statements")

    def _launched(self, engine: Engine, *, slots: int, lane_in_flight: int) -> Launched:
        settings = {"LANE_IN_FLIGHT": str(lane_in_flight), "LANE_SLOTS_PER_RUN": str(slots)}
        engine = replace(engine, settings=settings, count=_count(self.receiver))
        policy = self.campaign.policy.model_copy(update={"max_in_flight": slots * lane_in_flight})
        campaign = replace(self.campaign, policy=policy)
        # How many may be in flight is the connection's to say, for all its runs together.
        Connection.objects.filter(pk=campaign.connection.pk).update(policy=policy)
        with override_settings(LANE_SLOTS_PER_RUN=slots), engine.running() as fleet:
            return fleet.launch(campaign, people=engine.people, count=engine.count)


@dataclass(frozen=True)
class Scale:
    """The same launch to more and more people: rate, memory and the time to the first request must not change."""

    engine: Engine
    url: str
    size: str
    people: int

    def measure(self) -> Iterator[Sample]:
        workspace = workspace_make(self.people, slug=f"scale-{self.size}-{Run.objects.count()}")
        engine = replace(self.engine, people=self.people)
        yield from engine.measure(f"scale_{self.size}", campaign_make(workspace, self.url, name=f"scale {self.size}"))


def _count(receiver: Receiver) -> Count:
    return lambda: int(receiver.received()["requests"])
