"""Whether and when a failed attempt is repeated. Pure: time and chance are passed in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.models import RetryPolicy
from delivery.outcomes import Failed


@dataclass(frozen=True, slots=True)
class Retry:
    at: datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    pass


GIVE_UP = GiveUp()


def decide(
    outcome: Failed,
    attempt: int,
    policy: RetryPolicy,
    first_attempt_at: datetime,
    now: datetime,
    random: Callable[[], float],
) -> Retry | GiveUp:
    """What follows the failed ``attempt`` (1 is the first). ``random`` gives numbers from 0 up to 1.

    No retry starts later than ``within_seconds`` after the first attempt. A destination's Retry-After is never cut
    short: one that reaches past that moment ends the notification.
    """
    if outcome.at_once:
        return Retry(now)
    deadline = first_attempt_at + timedelta(seconds=policy.within_seconds)
    if outcome.permanent or attempt >= policy.attempts or now >= deadline:
        return GIVE_UP
    wait = backoff_seconds(attempt, policy, random())
    if outcome.retry_after is None:
        return Retry(min(now + timedelta(seconds=wait), deadline))
    # Spread over the backoff, so that everyone who was told the same second doesn't come back in it.
    asked_for = now + timedelta(seconds=outcome.retry_after)
    if asked_for > deadline:
        return GIVE_UP
    return Retry(min(asked_for + timedelta(seconds=wait), deadline))


def backoff_seconds(attempt: int, policy: RetryPolicy, chance: float) -> float:
    """Exponential backoff with full jitter (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015)."""
    ceiling = min(policy.max_seconds, policy.base_seconds * 2.0 ** (attempt - 1))
    return chance * ceiling
