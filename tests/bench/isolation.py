"""Figure `isolation`: the rate of workspace B alone, and while destinations of workspace A misbehave."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from accounts.actors import system_actor
from accounts.models import Workspace
from channels.policy import BreakerRule, SendPolicy
from delivery.services import run_stop
from notifications.models import Run
from notifications.states import RUN_OPEN
from tests.bench.campaign import Campaign, campaign_make
from tests.bench.engine import Engine, Fleet
from tests.bench.figures import RATE, Sample

# The worst case: no breaker opens, so A's requests hang to the product's own default of 30 seconds, over and over.
UNBROKEN = SendPolicy(breaker=BreakerRule(enabled=False))
SETTLE_SECONDS = 3.0
# What A's destination does, how many of A's runs send to it, and by which policy. Whoever fails at once, without a
# breaker, merely uses the workers as any busy run does: that is no hang, so it is measured with the default policy.
TROUBLES = (
    ("hanging", "/hang", 1, UNBROKEN),
    ("5_hanging", "/hang", 5, UNBROKEN),
    ("5_dripping", "/drip", 5, UNBROKEN),
    ("5_endless", "/endless", 5, UNBROKEN),
    ("5_dropping", "/drop", 5, SendPolicy()),
)


@dataclass(frozen=True)
class Isolation:
    """``good``: B's campaign; ``bad``: A's workspace, whose people are sent to ``bad_url``."""

    engine: Engine
    good: Campaign
    bad: Workspace
    bad_url: str

    def measure(self) -> Iterator[Sample]:
        with self.engine.running() as fleet:
            self._rate(fleet)  # connections, caches and compiled content are there from now on
            yield Sample("alone", self._rate(fleet), RATE)
            for trouble, path, runs, policy in TROUBLES:
                yield Sample(f"beside_{trouble}", self._rate_beside(fleet, path, runs, policy), RATE)

    def _rate(self, fleet: Fleet) -> float:
        return fleet.launch(self.good, people=self.engine.people, count=self.engine.count).rate

    def _rate_beside(self, fleet: Fleet, path: str, runs: int, policy: SendPolicy) -> float:
        trouble = campaign_make(self.bad, self.bad_url, name=f"{path} {time.monotonic()}", policy=policy)
        launched = [replace(trouble, path=path).launch() for _ in range(runs)]
        time.sleep(SETTLE_SECONDS)
        try:
            return self._rate(fleet)
        finally:
            _stop(launched)


def _stop(runs: Sequence[Run]) -> None:
    """What hangs may hang on: it is over when the workers end."""
    for run in runs:
        run.refresh_from_db()
        if run.state in RUN_OPEN:
            run_stop(run=run, actor=system_actor(run.workspace), reason="measured")
