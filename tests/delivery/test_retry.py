from datetime import UTC, datetime, timedelta

import pytest

from channels.models import RetryPolicy
from delivery.outcomes import Failed
from delivery.retry import GIVE_UP, GiveUp, Retry, backoff_seconds, decide
from notifications.states import Reason

FIRST = datetime(2026, 11, 24, 12, tzinfo=UTC)
POLICY = RetryPolicy(attempts=5, within_seconds=3600, base_seconds=2.0, max_seconds=600.0)


def failed(*, permanent: bool = False, retry_after: float | None = None) -> Failed:
    return Failed(Reason.SERVER_ERROR, permanent, retry_after)


def decided(
    outcome: Failed, *, attempt: int = 1, after: float = 0.0, chance: float = 0.5, policy: RetryPolicy = POLICY
) -> float | GiveUp:
    """Seconds from the failure to the retry."""
    now = FIRST + timedelta(seconds=after)
    decision = decide(outcome, attempt, policy, FIRST, now, lambda: chance)
    return (decision.at - now).total_seconds() if isinstance(decision, Retry) else decision


@pytest.mark.parametrize(
    ("attempt", "chance", "seconds"),
    [(1, 0.0, 0.0), (1, 0.5, 1.0), (1, 1.0, 2.0), (2, 1.0, 4.0), (3, 1.0, 8.0), (4, 0.25, 4.0)],
)
def test_backoff_doubles_with_full_jitter(attempt: int, chance: float, seconds: float) -> None:
    assert decided(failed(), attempt=attempt, chance=chance) == seconds


def test_backoff_is_bounded_and_never_overflows() -> None:
    assert backoff_seconds(20, POLICY, 1.0) == 600.0


@pytest.mark.parametrize(
    ("outcome", "attempt", "after"),
    [
        (failed(permanent=True), 1, 0),
        (failed(permanent=True, retry_after=1), 1, 0),
        (failed(), 5, 0),
        (failed(), 6, 0),
        (failed(), 1, 3600),
        (failed(retry_after=3601), 1, 0),
        (failed(retry_after=2), 2, 3599),
    ],
)
def test_it_ends(outcome: Failed, attempt: int, after: float) -> None:
    assert decided(outcome, attempt=attempt, after=after) is GIVE_UP


@pytest.mark.parametrize(("retry_after", "chance", "seconds"), [(0, 0.0, 0), (30, 0.0, 30), (30, 0.5, 31)])
def test_retry_after_is_honoured_and_spread(retry_after: float, chance: float, seconds: float) -> None:
    assert decided(failed(retry_after=retry_after), chance=chance) == seconds


@pytest.mark.parametrize("retry_after", [None, 5])
def test_no_retry_starts_after_the_time_allowed(retry_after: float | None) -> None:
    assert decided(failed(retry_after=retry_after), attempt=4, after=3590, chance=1.0) == 10


def test_one_attempt_means_no_retry() -> None:
    assert decided(failed(), policy=RetryPolicy(attempts=1)) is GIVE_UP
