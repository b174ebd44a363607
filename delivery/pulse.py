"""How a run goes right now, told by its lanes to whoever looks at its page. Kept in Redis for a minute; nothing else
depends on it."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from redis import Redis

from delivery.gate import Why
from delivery.results import Finished
from delivery.shared import REDIS_DOWN, shared_redis

TELL_EVERY = 0.5  # seconds
# A lane that has told nothing for so long works no more (seconds).
STALE_AFTER = 4.0
_BUCKET = 5  # seconds
_KEEP = 120  # seconds
_SHORT, _LONG = 2, 12  # buckets before the present one
# So few answers in the short time say less than those of the long one.
_FEW = 20
ALL_RUNS = "pulse:runs"


@dataclass(frozen=True, slots=True)
class LanePulse:
    """One lane just now. ``waiting``: rows that it holds and that have not left."""

    in_flight: int
    limit: int
    waiting: int
    why: Why

    @property
    def is_full(self) -> bool:
        return self.in_flight >= self.limit and self.waiting > 0


@dataclass(frozen=True, slots=True)
class RunPulse:
    """``per_second``: requests answered of late; ``seconds``: how long an answer took, in the mean; both None where
    nothing was. ``other_runs``: how many others have lanes. ``known`` is False while Redis can't be reached."""

    per_second: float | None = None
    seconds: float | None = None
    lanes: Sequence[LanePulse] = ()
    other_runs: int = 0
    known: bool = True

    @property
    def in_flight(self) -> int:
        return sum(lane.in_flight for lane in self.lanes)


def _name(run_id: int) -> str:
    return f"pulse:{{{run_id}}}"


@dataclass
class Pulse:
    """What one lane tells, at most twice a second."""

    run_id: int
    slot: int
    redis: Redis = field(default_factory=shared_redis)
    _answers: int = 0
    _seconds: float = 0.0
    _told: float = 0.0

    def note(self, finished: Sequence[Finished]) -> None:
        self._answers += len(finished)
        self._seconds += sum(item.sent.result.phases.total for item in finished)

    @property
    def is_due(self) -> bool:
        return time.monotonic() - self._told > TELL_EVERY

    def tell(self, lane: LanePulse) -> None:
        """Nobody misses it while Redis can't be reached."""
        self._told = time.monotonic()
        now, name = time.time(), _name(self.run_id)
        state = (now, lane.in_flight, lane.limit, lane.waiting, str(lane.why))
        try:
            with self.redis.pipeline(transaction=False) as together:
                self._count(together, f"{name}:{int(now // _BUCKET)}")
                together.hset(f"{name}:lanes", str(self.slot), json.dumps(state))
                together.expire(f"{name}:lanes", _KEEP)
                together.zadd(ALL_RUNS, {str(self.run_id): now})
                together.zremrangebyscore(ALL_RUNS, 0, now - _KEEP)
                together.execute()
        except REDIS_DOWN:
            return
        self._answers, self._seconds = 0, 0.0

    def _count(self, together: Any, bucket: str) -> None:
        if self._answers:
            together.hincrby(bucket, "answers", self._answers)
            together.hincrbyfloat(bucket, "seconds", self._seconds)
            together.expire(bucket, _KEEP)


def run_pulse(run_id: int, *, began: float, now: float | None = None) -> RunPulse:
    """How the run goes. ``began``, ``now``: seconds since the epoch; a young run is measured from its beginning on."""
    now = time.time() if now is None else now
    name, bucket, redis = _name(run_id), int(now // _BUCKET), shared_redis()
    try:
        with redis.pipeline(transaction=False) as together:
            for number in range(bucket - _LONG, bucket + 1):
                together.hmget(f"{name}:{number}", "answers", "seconds")
            together.hgetall(f"{name}:lanes")
            together.zrangebyscore(ALL_RUNS, now - STALE_AFTER, "+inf")
            *buckets, lanes, runs = together.execute()
    except REDIS_DOWN:
        return RunPulse(known=False)
    counted = [(int(answers or 0), float(seconds or 0)) for answers, seconds in buckets]
    answers, seconds, span = _of_late(counted, bucket, began, now)
    return RunPulse(
        per_second=answers / span if answers else None,
        seconds=seconds / answers if answers else None,
        lanes=_lanes(cast(dict[bytes, bytes], lanes), now),
        other_runs=sum(int(other) != run_id for other in runs),
    )


def _of_late(counted: Sequence[tuple[int, float]], bucket: int, began: float, now: float) -> tuple[int, float, float]:
    """Answers, their seconds, and the length of the time that they came in."""
    for length in (_SHORT, _LONG):
        latest = counted[-length - 1 :]
        answers, seconds = sum(answers for answers, _ in latest), sum(seconds for _, seconds in latest)
        if answers >= _FEW:
            break
    return answers, seconds, max(1.0, now - max(began, (bucket - length) * _BUCKET))


def _lanes(found: dict[bytes, bytes], now: float) -> list[LanePulse]:
    told = (json.loads(state) for state in found.values())
    return [
        LanePulse(in_flight, limit, waiting, Why(why))
        for at, in_flight, limit, waiting, why in told
        if now - at < STALE_AFTER
    ]
