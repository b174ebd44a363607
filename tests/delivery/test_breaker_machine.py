"""The breaker against a model of it: whatever lanes ask and report in whatever order, both say the same."""

from dataclasses import dataclass, field
from typing import cast

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from channels.policy import BreakerRule
from delivery import gate as gates
from delivery.breaker import LONGEST_PAUSE, _view
from delivery.destination import Destination
from delivery.gate import PROBE_MARGIN, PROBES, Gate, GateRule, Grant, Why
from delivery.shared import shared_redis

DESTINATION = Destination(7, "connection:7")
RULE = BreakerRule(failure_share=0.5, minimum_calls=10, window_seconds=60, pause_seconds=30)
TOTAL = 5.0
BUCKET = RULE.window_seconds / 6


@dataclass
class Model:
    """What report.lua and ask.lua should do, in Python and in whole seconds."""

    now: int = 1_700_000_000
    state: str = "closed"
    epoch: int = 0
    until: float = 0.0
    pause: float = 0.0
    left: int = 0
    out: int = 0
    good: int = 0
    counted: list[tuple[int, int, int]] = field(default_factory=list)

    def ask(self, wanted: int) -> int:
        if self.state == "closed":
            return wanted
        if self.now < self.until and (self.state == "open" or self.left <= 0):
            return 0
        if self.state == "open" or self.left <= 0:
            self.state, self.left, self.out, self.good = "half_open", PROBES, 0, 0
            self.until = self.now + TOTAL + PROBE_MARGIN
        given = min(wanted, self.left)
        self.left, self.out = self.left - given, self.out + given
        return given

    def report(self, epoch: int, calls: int, failures: int, unused: int) -> None:
        if epoch != self.epoch:
            return
        if self.state == "closed" and calls:
            self.counted.append((int(self.now // BUCKET), calls, failures))
            all_calls, all_failures = self.window
            if all_calls >= RULE.minimum_calls and all_failures >= RULE.failure_share * all_calls:
                self.open(RULE.pause_seconds)
        elif self.state == "half_open":
            self.left, self.out, self.good = self.left + unused, self.out - unused, self.good + calls - failures
            if failures:
                self.open(min(max(self.pause, RULE.pause_seconds) * 2, LONGEST_PAUSE))
            elif 0 < self.good >= self.out:
                self.state, self.pause, self.counted, self.epoch = "closed", 0.0, [], self.epoch + 1

    def open(self, pause: float) -> None:
        self.state, self.until, self.pause, self.counted = "open", self.now + pause, pause, []
        self.epoch += 1

    @property
    def window(self) -> tuple[int, int]:
        stamp = int(self.now // BUCKET)
        fresh = [(calls, failures) for at, calls, failures in self.counted if stamp - at < 6]
        return sum(calls for calls, _ in fresh), sum(failures for _, failures in fresh)


class BreakerMachine(RuleBasedStateMachine):
    grants = Bundle("grants")

    def __init__(self) -> None:
        super().__init__()
        shared_redis().delete(DESTINATION.breaker_key)
        self.model = Model()

    @property
    def lane(self) -> Gate:
        """A new one each time, as of another worker: it believes nothing that Redis doesn't say."""
        gates._shut.clear()
        rule_of_gate = GateRule(breaker=RULE, total_seconds=TOTAL)
        return Gate(DESTINATION, 1, rule_of_gate, server_now=lambda: self.model.now * 1_000_000)

    @rule(target=grants, wanted=st.integers(1, 12))
    def ask(self, wanted: int) -> Grant:
        expected = self.model.ask(wanted)
        grant = self.lane.ask(wanted)
        assert grant.count == expected
        assert grant.epoch == self.model.epoch
        if not grant.count:
            assert grant.why is (Why.BREAKER if self.model.state == "open" else Why.PROBING)
            assert grant.wait > 0
        return grant

    @rule(grant=grants, failed=st.integers(0, 12), unused=st.integers(0, 2))
    def report(self, grant: Grant, failed: int, unused: int) -> None:
        unused = min(unused, grant.count)
        calls = grant.count - unused
        failures = min(failed, calls)
        self.model.report(grant.epoch, calls, failures, unused)
        self.lane.send_report(grant.epoch, calls, failures, 0.0, unused=unused)

    @rule(seconds=st.integers(1, 45))
    def wait(self, seconds: int) -> None:
        self.model.now += seconds

    @invariant()
    def they_agree(self) -> None:
        found = cast(dict[bytes, bytes], shared_redis().hgetall(DESTINATION.breaker_key))
        fields = {key.decode(): value.decode() for key, value in found.items()}
        view = _view(fields, self.model.now * 1_000_000, RULE)
        expected = self.model.state
        if expected == "open" and self.model.now >= self.model.until:
            expected = "half_open"
        assert view.state == expected
        if expected == "closed":
            assert (view.calls, view.failures) == self.model.window
        if expected == "open":
            assert view.until is not None
            assert view.until.timestamp() == self.model.until
            assert self.model.pause <= LONGEST_PAUSE


TestBreakerMachine = BreakerMachine.TestCase
TestBreakerMachine.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
