"""Figure `isolation`: the rate of workspace B alone, and while destinations of workspace A misbehave."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from accounts.actors import system_actor
from accounts.models import Workspace
from channels.policy import BreakerRule, SendPolicy
from delivery.services import run_stop
from notifications.models import Run
from notifications.states import RUN_OPEN
from tests.bench.campaign import Campaign, campaign_make
from tests.bench.engine import Engine
from tests.bench.figures import RATE, Sample
from tests.bench.programs import Started, running

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
        with (
            tempfile.TemporaryDirectory() as folder,
            running(self.engine.programs(Path(folder)), Path(folder)) as started,
        ):
            self.engine.await_workers(started)
            self._rate(started)  # connections, caches and compiled content are there from now on
            yield Sample("alone", self._rate(started), RATE)
            for trouble, path, runs, policy in TROUBLES:
                yield Sample(f"beside_{trouble}", self._rate_beside(started, path, runs, policy), RATE)

    def _rate(self, started: Sequence[Started]) -> float:
        lanes = [child for child in started if "lanes" in child.program.name]
        return next(iter(self.engine.launch("b", self.good, started, lanes))).value

    def _rate_beside(self, started: Sequence[Started], path: str, runs: int, policy: SendPolicy) -> float:
        trouble = campaign_make(self.bad, self.bad_url, name=f"{path} {time.monotonic()}", policy=policy, path=path)
        launched = [trouble.launch() for _ in range(runs)]
        time.sleep(SETTLE_SECONDS)
        try:
            return self._rate(started)
        finally:
            _stop(launched)


def _stop(runs: Sequence[Run]) -> None:
    """What hangs may hang on: it is over when the workers end."""
    for run in runs:
        run.refresh_from_db()
        if run.state in RUN_OPEN:
            run_stop(run=run, actor=system_actor(run.workspace), reason="measured")
