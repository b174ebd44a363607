"""The gate of a destination, as one lane passes it: how many requests may leave, when, and what became of them.

Every worker asks the same Redis, so a rate, a Retry-After and a breaker hold across all of them. Without Redis a run
that has a rate waits, and any other goes on without a breaker: nothing is ever faster than its rate, and nothing lost.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, cast

from redis import Redis

from channels.policy import BreakerRule, Rate
from delivery.breaker import LONGEST_PAUSE, counts
from delivery.destination import Destination
from delivery.outcomes import Failed
from delivery.results import Finished
from delivery.shared import REDIS_DOWN, script, shared_redis

logger = logging.getLogger(__name__)
_MICROSECONDS = 1_000_000
# Tokens are given so far ahead of their time (seconds): enough for a claim, little for what a fault could cost.
AHEAD = 1.0
# Between a token and its request lies a claim: one that is due sooner could not be used in time (seconds).
LEAD = 0.2
# How long an answer that nothing stands in the way is believed, and how long outcomes wait to be reported (seconds).
BELIEVE_FOR = 0.5
# A breaker that was open lets so many requests probe.
PROBES = 3
PROBE_MARGIN = 5.0
RETRY_REDIS_AFTER = 1.0
# A closed gate is looked at again so soon, since a person may have reset it.
LOOK_AGAIN = 2.0
# Up to when this process knows tokens to be given, by pace key.
_seen: dict[str, str] = {}
_REMEMBERED = 10_000
# What this process's lanes just learned of closed destinations, by their names.
_shut: dict[str, "Shut"] = {}


class Why(StrEnum):
    """What stands in the way, or sets the pace."""

    NOTHING = ""
    CONNECTION_RATE = "connection_rate"
    RUN_RATE = "run_rate"
    ASKED_TO_WAIT = "asked_to_wait"
    BREAKER = "breaker"
    PROBING = "probing"
    UNREACHABLE = "unreachable"
    OTHER_RUNS = "other_runs"


@dataclass(frozen=True, slots=True)
class Grant:
    """``count`` requests may leave from ``first`` on (monotonic seconds), one each ``gap`` seconds; all at once if 0.

    Where ``count`` is 0, ``wait`` says for how many seconds there is no use in asking. ``epoch`` goes back with what
    became of them.
    """

    count: int
    first: float = 0.0
    gap: float = 0.0
    wait: float = 0.0
    why: Why = Why.NOTHING
    epoch: int = 0


class Shut(NamedTuple):
    """Monotonic seconds."""

    why: Why
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class GateRule:
    """``rate`` is the destination's, for all its runs together; ``run_rate`` this run's own. Seconds throughout."""

    rate: Rate | None = None
    run_rate: Rate | None = None
    breaker: BreakerRule = field(default_factory=BreakerRule)
    longest_wait: float = 3600.0
    total_seconds: float = 30.0

    @property
    def per_second(self) -> float | None:
        """The tighter of the two rates; None without any."""
        rates = [rate.per_second for rate in (self.rate, self.run_rate) if rate is not None]
        return min(rates, default=None)

    @property
    def gaps(self) -> tuple[int, int]:
        """Microseconds from one request to the next; 0 without a rate."""
        return _gap(self.rate), _gap(self.run_rate)


def _gap(rate: Rate | None) -> int:
    return 0 if rate is None else max(1, round(_MICROSECONDS / rate.per_second))


@dataclass
class Gate:
    """One lane's way through. ``clock``: monotonic seconds; ``server_now``: microseconds, 0 for Redis's own clock."""

    destination: Destination
    run_id: int
    rule: GateRule
    redis: Redis = field(default_factory=shared_redis)
    clock: Callable[[], float] = time.monotonic
    server_now: Callable[[], int] = lambda: 0
    closed_why: Why = Why.NOTHING
    _epoch: int = 0
    # Up to when the last grant gave tokens, for destination and run: microseconds.
    _given: list[int] = field(default_factory=lambda: [0, 0])
    _free_until: float = 0.0
    _closed_until: float = 0.0
    _look_again: float = 0.0
    # Calls, failures and requests that the destination was not asked, by epoch.
    _calls: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    _asked: float = 0.0
    _reported: float = 0.0

    @property
    def is_paced(self) -> bool:
        return self.rule.per_second is not None

    @property
    def is_shut(self) -> bool:
        """Whether the destination is known to take nothing now, not even a probe."""
        return self.closed_why in (Why.ASKED_TO_WAIT, Why.BREAKER) and self.clock() < self._closed_until

    def keep_to(self, rule: GateRule) -> None:
        """From now on this rule: what was granted under another one can't go back any more."""
        if rule != self.rule:
            self.rule, self._given = rule, [0, 0]

    def ask(self, wanted: int) -> Grant:
        """At most ``wanted`` requests; without a rate, what is known of the last half second is good enough."""
        now = self.clock()
        self._hear_of_others(now)
        closed_until = min(self._closed_until, self._look_again)
        if now < closed_until:
            return Grant(0, wait=closed_until - now, why=self.closed_why, epoch=self._epoch)
        if not self.is_paced and now < self._free_until:
            return Grant(wanted, epoch=self._epoch)
        try:
            return self._granted(wanted, self._ask(wanted))
        except REDIS_DOWN:
            return self._without_redis(wanted)

    def unused(self, count: int) -> None:
        """``count`` of the last grant are not needed after all."""
        if count <= 0:
            return
        try:
            self._give_back(count)
        except REDIS_DOWN:
            logger.info("Unused grants of %s are lost: Redis can't be reached.", self.destination.key)

    def note(self, finished: Sequence[Finished]) -> None:
        """What became of requests; reported when enough time has passed, at once when it closes the gate."""
        urgent = False
        for item in finished:
            calls, failures = counts(item.outcome)
            known = self._calls.get(item.sent.epoch, (0, 0, 0))
            self._calls[item.sent.epoch] = (known[0] + calls, known[1] + failures, known[2] + (not calls))
            urgent |= self._note_wait(item.outcome)
        urgent |= sum(failures for _, failures, _ in self._calls.values()) >= self.rule.breaker.minimum_calls
        if urgent or self.clock() - self._reported > BELIEVE_FOR:
            self.report()

    def report(self) -> None:
        """Nothing is lost but a count when Redis can't be reached."""
        reports, asked = self._calls, self._asked
        self._calls, self._asked, self._reported = {}, 0.0, self.clock()
        if not asked and not any(calls or unused for calls, _, unused in reports.values()):
            return
        try:
            for epoch, (calls, failures, unused) in (reports or {self._epoch: (0, 0, 0)}).items():
                self.send_report(epoch, calls, failures, asked, unused=unused)
        except REDIS_DOWN:
            logger.info("Outcomes at %s are not counted: Redis can't be reached.", self.destination.key)
            if asked:
                self._close(Why.ASKED_TO_WAIT, min(asked, self.rule.longest_wait))

    # -- asking --------------------------------------------------------------------------------------------------------

    def _ask(self, wanted: int) -> list[Any]:
        rule = self.rule
        pace_keys = self.destination.pace_keys(self.run_id)
        seen = [_seen.get(key, "0") for key in pace_keys]
        arguments: tuple[Any, ...] = (
            *(wanted, *rule.gaps, round(AHEAD * _MICROSECONDS), *seen, int(rule.breaker.enabled), PROBES),
            *(round((rule.total_seconds + PROBE_MARGIN) * _MICROSECONDS), self.server_now()),
            round(LEAD * _MICROSECONDS),
        )
        keys = (self.destination.breaker_key, *pace_keys, self.destination.paced_runs_key)
        return cast(list[Any], script("ask")(keys, arguments, client=self.redis))

    def _granted(self, wanted: int, answer: list[Any]) -> Grant:
        count, why = int(answer[0]), Why(cast(bytes, answer[1]).decode())
        wait, first, gap, self._epoch = (int(value) for value in answer[2:6])
        self._remember(answer[6:8])
        now = self.clock()
        if not count:
            if why not in (Why.CONNECTION_RATE, Why.RUN_RATE):
                self._close(why, wait / _MICROSECONDS)
            return Grant(0, wait=wait / _MICROSECONDS, why=why, epoch=self._epoch)
        self._closed_until, self._given = 0.0, [int(value) for value in answer[6:8]]
        if why is not Why.PROBING:
            self._free_until = now + BELIEVE_FOR
        return Grant(count, now + first / _MICROSECONDS, gap / _MICROSECONDS, why=why, epoch=self._epoch)

    def _remember(self, arrivals: Sequence[Any]) -> None:
        """So that a Redis that was emptied gives no token a second time."""
        for remembered in (_seen, _shut):
            if len(remembered) > _REMEMBERED:
                remembered.clear()
        for key, value in zip(self.destination.pace_keys(self.run_id), arrivals, strict=True):
            if value != b"0":
                _seen[key] = cast(bytes, value).decode()

    def _without_redis(self, wanted: int) -> Grant:
        if self.is_paced:
            self._close(Why.UNREACHABLE, RETRY_REDIS_AFTER)
            logger.warning("Run %s waits: its rate can't be kept while Redis can't be reached.", self.run_id)
            return Grant(0, wait=RETRY_REDIS_AFTER, why=Why.UNREACHABLE, epoch=self._epoch)
        self._free_until = self.clock() + RETRY_REDIS_AFTER
        return Grant(wanted, epoch=self._epoch)

    def _close(self, why: Why, seconds: float) -> None:
        now = self.clock()
        self.closed_why, self._closed_until, self._free_until = why, now + seconds, 0.0
        self._look_again = now + LOOK_AGAIN
        if self.is_shut:
            _shut[self.destination.name] = Shut(why, now, self._closed_until)

    def _hear_of_others(self, now: float) -> None:
        """What this process's other lanes just learned, so that it costs no further requests."""
        shut = _shut.get(self.destination.name)
        if shut is not None and now - shut.since < BELIEVE_FOR and not self.is_shut:
            self.closed_why, self._closed_until, self._free_until = shut.why, shut.until, 0.0
            self._look_again = shut.since + BELIEVE_FOR

    def _give_back(self, count: int) -> None:
        keys, arguments = [], []
        pace_keys, gaps = self.destination.pace_keys(self.run_id), self.rule.gaps
        for key, gap, given in zip(pace_keys, gaps, self._given, strict=True):
            if gap:
                keys.append(key)
                arguments += [str(given), str(count * gap)]
        if keys:
            script("unused")(keys, arguments, client=self.redis)
            self._given = [given - count * gap for given, gap in zip(self._given, gaps, strict=True)]
        self.send_report(self._epoch, 0, 0, 0.0, unused=count)

    # -- reporting -----------------------------------------------------------------------------------------------------

    def _note_wait(self, outcome: object) -> bool:
        asked = isinstance(outcome, Failed) and outcome.status_code in (429, 503) and outcome.retry_after
        if not asked:
            return False
        self._asked = max(self._asked, float(asked))
        return True

    def send_report(self, epoch: int, calls: int, failures: int, asked: float, *, unused: int = 0) -> None:
        """``asked``: seconds of a Retry-After, 0 without one. ``unused``: grants that nothing was sent for."""
        rule = self.rule.breaker
        capped = min(asked, self.rule.longest_wait)
        seconds = (rule.window_seconds, rule.pause_seconds, max(LONGEST_PAUSE, rule.pause_seconds))
        arguments = (
            *(epoch, calls, failures, unused, round(capped * _MICROSECONDS), round(asked * _MICROSECONDS)),
            *(int(rule.enabled), rule.failure_share, rule.minimum_calls),
            *(second * _MICROSECONDS for second in seconds),
            self.server_now(),
        )
        answer = cast(list[bytes], script("report")((self.destination.breaker_key,), arguments, client=self.redis))
        self._learn(answer)

    def _learn(self, answer: list[bytes]) -> None:
        state, why, wait, epoch = (value.decode() for value in answer)
        if int(wait) > 0:
            self._close(Why(why), int(wait) / _MICROSECONDS)
        elif state == "closed":
            self._epoch, self._free_until = int(epoch), self.clock() + BELIEVE_FOR
