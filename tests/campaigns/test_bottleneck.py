"""The named bottleneck: one sentence for each thing that may decide how fast a run goes."""

from datetime import UTC, datetime, timedelta

import pytest

from campaigns.bottleneck import bottleneck, seconds_words
from campaigns.progress import speed_words
from channels.policy import Rate
from delivery.breaker import BreakerView
from delivery.gate import Why
from delivery.pulse import LanePulse, RunPulse
from delivery.standing import Standing

NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
FLOWING = LanePulse(in_flight=3, limit=16, waiting=0, why=Why.NOTHING)
FULL = LanePulse(in_flight=16, limit=16, waiting=20, why=Why.NOTHING)


def standing(**changes) -> Standing:
    values = {
        "pulse": RunPulse(per_second=50.0, seconds=0.01, lanes=[FLOWING]),
        "breaker": BreakerView(),
        "next_due": NOW - timedelta(seconds=60),
        "connection_name": "CRM",
        "rate": None,
        "run_rate": None,
        "longest_wait": 3600,
    }
    return Standing(**{**values, **changes})


def words(**changes) -> str:
    return bottleneck(standing(**changes), now=NOW).words


def paced(why: Why) -> RunPulse:
    return RunPulse(per_second=50.0, seconds=0.01, lanes=[LanePulse(3, 16, 9, why)])


def test_nothing() -> None:
    assert words() == "Nothing holds it back: the workers send as fast as they can."


def test_the_rate_of_the_connection() -> None:
    said = words(pulse=paced(Why.CONNECTION_RATE), rate=Rate(count=50), run_rate=Rate(count=90))
    assert said == "Paced at 50 a second by connection CRM."


def test_the_rate_of_the_run() -> None:
    said = words(pulse=paced(Why.RUN_RATE), rate=Rate(count=50), run_rate=Rate(count=7, per="minute"))
    assert said == "Paced at 7 a minute by this campaign's schedule."


def test_a_slow_destination() -> None:
    pulse = RunPulse(per_second=35.0, seconds=1.8, lanes=[FULL] * 4)
    assert words(pulse=pulse, rate=Rate(count=50)) == "The destination answers in 1.8 s with 64 in flight."


@pytest.mark.parametrize(("limit", "in_flight"), [(5, 20), (0, 0)])
def test_other_runs_of_the_connection(limit: int, in_flight: int) -> None:
    lane = LanePulse(in_flight=limit, limit=limit, waiting=5 if limit else 0, why=Why.OTHER_RUNS)
    said = words(pulse=RunPulse(per_second=9.0, seconds=1.8, lanes=[lane] * 4))
    assert (
        said == f"Other runs have the rest of what connection CRM allows at the same time: {in_flight} in flight here."
    )


def test_a_destination_that_hangs() -> None:
    said = words(pulse=RunPulse(lanes=[FULL] * 4))
    assert said == "The destination has not answered yet, with 64 requests in flight."


def test_a_quick_destination_is_no_bottleneck() -> None:
    assert "as fast as they can" in words(pulse=RunPulse(per_second=900.0, seconds=0.01, lanes=[FULL]))


def test_a_destination_that_asks_to_wait() -> None:
    asked = NOW + timedelta(minutes=5)
    found = bottleneck(standing(breaker=BreakerView(asked_until=asked, asked_for=asked)), now=NOW)
    assert found.words == "The destination asks to wait until 14:05:00. Nobody loses an attempt by it."
    assert found.closed
    assert found.resettable


def test_a_destination_that_asks_for_too_long() -> None:
    view = BreakerView(asked_until=NOW + timedelta(hours=1), asked_for=NOW + timedelta(days=1))
    assert "until 25 Nov, 14:00. It is asked again at 15:00:00, since it is left alone for 60 min" in words(
        breaker=view
    )


def test_an_open_breaker() -> None:
    said = words(breaker=BreakerView(state="open", until=NOW + timedelta(seconds=20)))
    assert "The breaker is open, since most requests failed: next probe in 20 s." in said


def test_a_probing_breaker() -> None:
    assert "half-open" in words(breaker=BreakerView(state="half_open"))


def test_everybody_waits_for_a_retry() -> None:
    said = words(next_due=NOW + timedelta(minutes=2))
    assert said == "Whoever is left waits for a retry, the next one at 14:02:00."


@pytest.mark.parametrize(
    ("others", "said"),
    [
        (3, "The workers are busy with 3 other runs."),
        (1, "The workers are busy with 1 other run."),
        (0, "No worker has taken it up. Ask an operator whether the workers run."),
    ],
)
def test_nobody_works_on_it(others: int, said: str) -> None:
    assert words(pulse=RunPulse(other_runs=others)) == said


def test_without_redis_a_paced_run_waits() -> None:
    assert "It waits" in words(pulse=RunPulse(known=False), rate=Rate(count=5))
    assert "It goes on" in words(pulse=RunPulse(known=False))


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.04, "40 ms"), (1.8, "1.8 s"), (2, "2 s"), (20, "20 s"), (300, "5 min"), (9000, "2.5 h")]
)
def test_lengths_of_time(seconds: float, said: str) -> None:
    assert seconds_words(seconds) == said


@pytest.mark.parametrize(
    ("per_second", "said"),
    [(1250.4, "1,250 a second"), (4.83, "4.8 a second"), (7 / 60, "7 a minute"), (20 / 3600, "20 an hour")],
)
def test_speeds(per_second: float, said: str) -> None:
    assert speed_words(per_second) == said
