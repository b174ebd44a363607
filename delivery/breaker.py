"""The breaker of a destination: what counts as its failure, how it stands, and closing it by hand.

It opens by the share of failures in a window, lets a few requests probe after a pause, and then closes or pauses for
longer. The rules are in ``lua/report.lua`` and ``lua/ask.lua``; docs/decisions/0011 says why.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, cast

from channels.policy import BreakerRule
from delivery.destination import Destination
from delivery.outcomes import Delivered, Failed, Outcome
from delivery.shared import REDIS_DOWN, shared_redis
from notifications.states import Reason

State = Literal["closed", "open", "half_open"]
# A reopened breaker pauses twice as long each time, up to this, or up to its own pause if that is longer.
LONGEST_PAUSE = 600  # seconds
_MICROSECONDS = 1_000_000
_BUCKETS = 6
_NETWORK = frozenset(
    {
        *(Reason.NAME_NOT_FOUND, Reason.REFUSED, Reason.CONNECT_TIMEOUT, Reason.TIMEOUT, Reason.TLS),
        *(Reason.TLS_HANDSHAKE, Reason.CLIENT_CERTIFICATE, Reason.DROPPED, Reason.GARBAGE, Reason.NETWORK),
    }
)
# Found out here: the destination was not asked.
_NOT_ASKED = frozenset({Reason.BAD_TEMPLATE, Reason.BLOCKED_ADDRESS, Reason.BLOCKED_PORT, Reason.NO_TOKEN})


def counts(outcome: Outcome) -> tuple[int, int]:
    """(calls, failures) that an outcome adds. An answer about one person, such as 404, is a call and no failure."""
    if isinstance(outcome, Delivered):
        return 1, 0
    if outcome.status_code is None and outcome.reason in _NOT_ASKED:
        return 0, 0
    return 1, int(_is_failure(outcome))


def _is_failure(failed: Failed) -> bool:
    if failed.status_code is None:
        return failed.reason in _NETWORK
    return failed.status_code == 429 or failed.status_code >= 500


@dataclass(frozen=True, slots=True)
class BreakerView:
    """``until``: when an open one is probed. ``failures`` of ``calls`` are those of its present window.

    ``asked_until``: until when nothing is sent because the destination asked for it by Retry-After; ``asked_for`` is
    what it asked for, which may be later. ``known`` is False while Redis can't be reached.
    """

    state: State = "closed"
    until: datetime | None = None
    failures: int = 0
    calls: int = 0
    asked_until: datetime | None = None
    asked_for: datetime | None = None
    known: bool = True


def breaker_view(workspace_id: int, destination_key: str, rule: BreakerRule | None = None) -> BreakerView:
    """How the destination's breaker stands. ``rule`` tells how long its window is (by default that of a new one)."""
    destination = Destination(workspace_id, destination_key)
    try:
        found = cast(dict[bytes, bytes], shared_redis().hgetall(destination.breaker_key))
        clock = shared_redis().time()
    except REDIS_DOWN:
        return BreakerView(known=False)
    now = clock[0] * _MICROSECONDS + clock[1]
    return _view({key.decode(): value.decode() for key, value in found.items()}, now, rule or BreakerRule())


def _view(fields: Mapping[str, str], now: int, rule: BreakerRule) -> BreakerView:
    state = cast(State, fields.get("state", "closed"))
    until = int(fields.get("until", "0"))
    if state == "open" and until <= now:
        state = "half_open"  # whoever asks next probes
    calls, failures = _in_window(fields, now, rule)
    asked_until = int(fields.get("asked_until", "0"))
    asks = asked_until > now
    return BreakerView(
        state=state,
        until=_moment(until) if state == "open" else None,
        failures=failures,
        calls=calls,
        asked_until=_moment(asked_until) if asks else None,
        asked_for=_moment(int(fields.get("asked_for", "0"))) if asks else None,
    )


def _in_window(fields: Mapping[str, str], now: int, rule: BreakerRule) -> tuple[int, int]:
    stamp = int(now // (rule.window_seconds * _MICROSECONDS / _BUCKETS))
    fresh = [index for index in range(_BUCKETS) if stamp - int(fields.get(f"s{index}", "0")) < _BUCKETS]
    sums = (sum(int(fields.get(f"{kind}{index}", "0")) for index in fresh) for kind in "nf")
    return next(sums), next(sums)


def _moment(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / _MICROSECONDS, UTC)


def breaker_reset(workspace_id: int, destination_key: str) -> None:
    """Closed and empty, and a wait that the destination asked for is over. Answers still on their way don't count."""
    key, redis = Destination(workspace_id, destination_key).breaker_key, shared_redis()
    epoch = int(cast(bytes, redis.hget(key, "epoch")) or 0)
    with redis.pipeline() as together:
        together.delete(key)
        together.hset(key, "epoch", str(epoch + 1))
        together.expire(key, 86_400)
        together.execute()
