"""The rounds: every contender once in each, so that all of them meet the same noise."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from django.db import connections

from accounts.models import Workspace
from tests.bench.campaign import IN_FLIGHT, Campaign, campaign_make, workspace_make
from tests.bench.destination import Destination
from tests.bench.engine import Engine
from tests.bench.figures import Round, Sample, round_of
from tests.bench.hardships import LATENCY_MS, Scale, Slow
from tests.bench.isolation import Isolation
from tests.bench.log_pages import log_pages
from tests.bench.per_task import PACKAGES, prepared_peer
from tests.bench.plain_senders import Bare, Wrk
from tests.bench.plan import Plan, Servers
from tests.bench.programs import Unmeasurable
from tests.bench.rendering import Rendering
from tests.receiver import Receiver
from webhooks_platform.embedded.console import complain, say

Contender = tuple[str, Callable[[], Iterable[Sample]]]


@dataclass
class Rounds:
    """``problems`` says which contenders could not be measured; such a one is left out from then on."""

    plan: Plan
    servers: Servers
    destination: Destination
    receiver: Receiver
    folder: Path
    problems: dict[str, str]

    def measure(self) -> list[Round]:
        with ExitStack() as stack:
            contenders = list(self._contenders(stack))
            measured = [self._round(number, contenders) for number in range(1, self.plan.rounds + 1)]
            connections.close_all()
            return measured

    def _round(self, number: int, contenders: Iterable[Contender]) -> Round:
        samples: list[Sample] = []
        for name, measure in contenders:
            if name in self.problems:
                continue
            try:
                found = list(measure())
            except Unmeasurable as problem:
                self._note(name, str(problem))
                continue
            samples += found
            say(f"Round {number}, {name}: {found[0].value:,.4g} {found[0].unit}")
        return round_of(samples)

    def _contenders(self, stack: ExitStack) -> Iterator[Contender]:
        if "log" in self.plan.figures:
            yield from ((f"log {size}", log_pages(attempts, size)) for size, attempts in self.plan.log_sizes)
        if not {"engine", "bare", "wrk", "render"}.isdisjoint(self.plan.figures):
            yield from self._senders(workspace_make(self.plan.people))
        if "isolation" in self.plan.figures:
            yield "isolation", self._isolation().measure
        if "slow" in self.plan.figures:
            people = max(500, self.plan.people // 6)
            campaign = replace(self._campaign("slow", people, self.receiver.url), path=f"/200?ms={LATENCY_MS}")
            yield "slow", Slow(self._engine_for(people), self.receiver, campaign).measure
        if "scale" in self.plan.figures:
            for size, people in self.plan.scales:
                yield (
                    f"scale {size}",
                    Scale(self._engine_for(people), self.destination.plain_url, size, people).measure,
                )
        if "per-task" in self.plan.figures:
            yield from self._per_task(stack)

    def _engine_for(self, people: int) -> Engine:
        return Engine(
            self.destination.count, people, self.plan.cores, self.servers.broker_url, self.servers.database_url
        )

    def _isolation(self) -> Isolation:
        """Six launches a round, so to a quarter of the people."""
        people = max(500, self.plan.people // 4)
        good, bad = (workspace_make(people, slug=slug) for slug in ("b", "a"))
        campaign = campaign_make(good, self.destination.plain_url)
        return Isolation(self._engine_for(people), campaign, bad, self.servers.bad_destination_url)

    def _campaign(self, slug: str, people: int, url: str) -> Campaign:
        return campaign_make(workspace_make(people, slug=slug), url)

    def _senders(self, workspace: Workspace) -> Iterator[Contender]:
        if "engine" in self.plan.figures:
            yield from self._engine(workspace)
        if "bare" in self.plan.figures:
            yield from self._bare(workspace)
        if "wrk" in self.plan.figures:
            yield from self._wrk(workspace)
        if "render" in self.plan.figures:
            campaign = campaign_make(workspace, self.destination.plain_url, name="render")
            yield "render", Rendering(campaign).measure

    def _schemes(self) -> list[tuple[str, str]]:
        """What a figure's name ends with, and the address."""
        urls = [("", self.destination.plain_url), ("_tls", self.destination.tls_url)]
        return [(ending, url) for ending, url in urls if url][: 1 if self.plan.quick else 2]

    def _engine(self, workspace: Workspace) -> Iterator[Contender]:
        engine = self._engine_for(self.plan.people)
        for ending, url in self._schemes():
            name = f"engine{ending}"
            yield name, partial(engine.measure, name, campaign_make(workspace, url))

    def _bare(self, workspace: Workspace) -> Iterator[Contender]:
        bare = Bare(self.destination, self.plan.people, self.plan.cores, IN_FLIGHT)
        for ending, url in self._schemes():
            name, request = f"bare{ending}", campaign_make(workspace, url, name=f"bare{ending}").request()
            yield name, partial(bare.measure, name, request, self.folder)

    def _wrk(self, workspace: Workspace) -> Iterator[Contender]:
        if not Wrk.installed():
            self._note("wrk", "wrk is not installed (on Debian and Ubuntu: apt-get install wrk).")
            return
        wrk = Wrk(self.destination, self.plan.cores, IN_FLIGHT, self.plan.wrk_seconds)
        request = campaign_make(workspace, self.destination.plain_url, name="wrk").request()
        yield "wrk", partial(wrk.measure, "wrk", request, self.folder)

    def _per_task(self, stack: ExitStack) -> Iterator[Contender]:
        for package in PACKAGES:
            prepared = prepared_peer(
                package,
                self.destination,
                people=self.plan.peer_people,
                processes=self.plan.cores,
                database_url=self.servers.server_database_url,
                broker_url=self.servers.broker_url,
            )
            try:
                peer = stack.enter_context(prepared)
            except Unmeasurable as problem:
                self._note(package, str(problem))
                continue
            yield package, partial(peer.measure, self.folder)

    def _note(self, name: str, problem: str) -> None:
        self.problems[name] = problem
        complain(f"{name} is left out. {problem}")
