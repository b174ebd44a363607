"""What decides how fast a run goes just now, in words. Pure."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localtime

from delivery.gate import Why
from delivery.standing import Standing

# A destination that answers sooner hardly slows a run down.
SLOW_SECONDS = 0.05
# A rate that is kept to so much is what decides.
KEPT = 0.85
# So long after its time, a row that nobody has taken up says that the workers have other work (seconds).
TAKEN_UP_WITHIN = 3.0


@dataclass(frozen=True)
class Bottleneck:
    """``words``: one sentence. ``closed``: nothing is sent now; ``resettable``: a person may end that."""

    words: str
    closed: bool = False
    resettable: bool = False


def bottleneck(standing: Standing, *, now: datetime) -> Bottleneck:
    """The one thing that decides, whatever else there is."""
    return (
        _destination_closed(standing, now)
        or _redis_gone(standing)
        or _nobody_due(standing, now)
        or _nobody_works(standing, now)
        or _shared(standing)
        or _full(standing)
        or _paced(standing)
        or Bottleneck("Nothing holds it back: the workers send as fast as they can.")
    )


def _destination_closed(standing: Standing, now: datetime) -> Bottleneck | None:
    breaker = standing.breaker
    if breaker.asked_until is not None:
        words = f"The destination asks to wait until {_clock(breaker.asked_until)}."
        if breaker.asked_for is not None and breaker.asked_for > breaker.asked_until:
            longest = seconds_words(standing.longest_wait)
            words = (
                f"The destination asks to wait until {_moment(breaker.asked_for, now)}. It is asked again at "
                f"{_clock(breaker.asked_until)}, since it is left alone for {longest} at most."
            )
        return Bottleneck(f"{words} Nobody loses an attempt by it.", closed=True, resettable=True)
    if breaker.state == "open" and breaker.until is not None:
        wait = seconds_words(max(1, (breaker.until - now).total_seconds()))
        return Bottleneck(
            f"The breaker is open, since most requests failed: next probe in {wait}. Nobody loses an attempt by it.",
            closed=True,
            resettable=True,
        )
    if breaker.state == "half_open":
        return Bottleneck(
            "The breaker is half-open: a few requests try whether the destination works again.",
            closed=True,
            resettable=True,
        )
    return None


def _redis_gone(standing: Standing) -> Bottleneck | None:
    paced = standing.rate is not None or standing.run_rate is not None
    if standing.pulse.known:
        return None
    if paced:
        return Bottleneck("It waits: its rate can't be kept while Redis can't be reached.", closed=True)
    return Bottleneck("How fast it goes is not known while Redis can't be reached. It goes on.")


def _nobody_due(standing: Standing, now: datetime) -> Bottleneck | None:
    if standing.next_due is None or standing.next_due <= now:
        return None
    return Bottleneck(f"Whoever is left waits for a retry, the next one at {_clock(standing.next_due)}.")


def _nobody_works(standing: Standing, now: datetime) -> Bottleneck | None:
    if standing.pulse.lanes or standing.next_due is None:
        return None
    if (now - standing.next_due).total_seconds() < TAKEN_UP_WITHIN:
        return Bottleneck("It is being taken up by a worker.")
    others = standing.pulse.other_runs
    if others:
        return Bottleneck(f"The workers are busy with {others} other {'run' if others == 1 else 'runs'}.")
    return Bottleneck("No worker has taken it up. Ask an operator whether the workers run.")


def _shared(standing: Standing) -> Bottleneck | None:
    lanes = standing.pulse.lanes
    if not any(lane.why is Why.OTHER_RUNS for lane in lanes) or not all(
        lane.is_full or not lane.limit for lane in lanes
    ):
        return None
    allowed = f"the rest of what connection {standing.connection_name} allows at the same time"
    return Bottleneck(f"Other runs have {allowed}: {standing.pulse.in_flight:,} in flight here.")


def _full(standing: Standing) -> Bottleneck | None:
    lanes, seconds = standing.pulse.lanes, standing.pulse.seconds
    if not lanes or not all(lane.is_full for lane in lanes):
        return None
    in_flight = standing.pulse.in_flight
    if seconds is None:
        return Bottleneck(f"The destination has not answered yet, with {in_flight:,} requests in flight.")
    if seconds < SLOW_SECONDS:
        return None
    return Bottleneck(f"The destination answers in {seconds_words(seconds)} with {in_flight:,} in flight.")


def _paced(standing: Standing) -> Bottleneck | None:
    whys = {lane.why for lane in standing.pulse.lanes}
    if Why.RUN_RATE in whys and standing.run_rate is not None:
        return Bottleneck(f"Paced at {standing.run_rate.words} by this campaign's schedule.")
    if Why.CONNECTION_RATE in whys and standing.rate is not None:
        return Bottleneck(f"Paced at {standing.rate.words} by connection {standing.connection_name}.")
    if Why.UNREACHABLE in whys:
        return Bottleneck("It waits: its rate can't be kept while Redis can't be reached.", closed=True)
    return None


def seconds_words(seconds: float) -> str:
    """ "40 ms", "1.8 s", "20 s", "5 min", "2.5 h"."""
    if seconds < 1:
        return f"{max(1, round(seconds * 1000))} ms"
    if seconds < 10:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    if seconds < 90:
        return f"{round(seconds)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f}".removesuffix(".0") + " h"


def _clock(moment: datetime) -> str:
    return localtime(moment).strftime("%H:%M:%S")


def _moment(moment: datetime, now: datetime) -> str:
    far = localtime(moment).date() != localtime(now).date()
    return localtime(moment).strftime("%-d %b, %H:%M" if far else "%H:%M")
