"""A connection's settings in a sentence each, for the folded parts of its form and its page. Pure."""

from channels.certificates import certificate_name
from channels.models import Connection
from channels.policy import BodyMatch, BreakerRule, RetryPolicy, SendPolicy
from channels.statuses import statuses_text

_UNITS = ((86_400, "day"), (3_600, "h"), (60, "min"), (1, "s"))
# So many waits are listed one by one.
LISTED = 5


def duration_words(seconds: float) -> str:
    """``30 s``, ``1.5 min``, ``2 days``: in the largest unit that it fills."""
    size, unit = next((each for each in _UNITS if seconds >= each[0]), (1, "s"))
    number = f"{seconds / size:.3g}"
    return f"{number} {unit}{'s' if unit == 'day' and number != '1' else ''}"


def waits(retry: RetryPolicy) -> list[float]:
    """The longest waits before the second attempt, the third and so on, as far as they fit into the time allowed."""
    longest = [min(retry.max_seconds, retry.base_seconds * 2.0**number) for number in range(retry.attempts - 1)]
    fitting = [wait for number, wait in enumerate(longest) if sum(longest[:number]) < retry.within_seconds]
    return [min(wait, retry.within_seconds) for wait in fitting]


def retry_words(retry: RetryPolicy) -> str:
    found = [duration_words(wait) for wait in waits(retry)]
    if not found:
        return "One attempt, never repeated."
    listed, rest = found[:LISTED], found[LISTED:]
    if rest:
        between = f"{', '.join(listed)} and so on up to {rest[-1]}"
    else:
        between = " and ".join(filter(None, (", ".join(listed[:-1]), listed[-1])))
    return (
        f"Up to {len(found) + 1} attempts. Waits at most {between} in between, at random so that not everybody comes "
        f"back at once; gives up after {duration_words(retry.within_seconds)}."
    )


def success_words(policy: SendPolicy) -> str:
    statuses = f"Status {statuses_text(policy.success.statuses)}"
    return f"{statuses}, and {_body_words(policy.success_body)}." if policy.success_body else f"{statuses}."


def _body_words(rule: BodyMatch) -> str:
    fate = "is tried again" if rule.retried else "counts as failed"
    words = {
        "contains": f"the body contains “{rule.text}”",
        "lacks": f"the body doesn't contain “{rule.text}”",
        "json": f"{rule.path} in the body is {rule.value}",
    }[rule.kind]
    return f"{words}; any other answer {fate}"


def pace_words(policy: SendPolicy) -> str:
    most = f"At most {policy.max_in_flight:,} requests at the same time"
    rate = policy.rate
    return f"{rate.words} at most. {most}." if rate else f"As fast as it answers. {most}."


def breaker_words(rule: BreakerRule) -> str:
    if not rule.enabled:
        return "Goes on sending, however many requests fail."
    return (
        f"Pauses for {duration_words(rule.pause_seconds)} when {rule.failure_share:.0%} of at least "
        f"{rule.minimum_calls:,} requests within {duration_words(rule.window_seconds)} fail, then probes."
    )


def timeout_words(policy: SendPolicy) -> str:
    repeats = "Repeats after an interruption" if policy.guarantee == "at_least_once" else "Never sends twice"
    return (
        f"Waits {duration_words(policy.connect_seconds)} for the connection and {duration_words(policy.total_seconds)} "
        f"in all. {repeats}."
    )


def headers_words(connection: Connection | None) -> str:
    headers = connection.headers_shown if connection else ()
    if not headers:
        return "None."
    secret = sum(header.secret for header in headers)
    return f"{', '.join(header.name for header in headers)}{f' ({secret} secret)' if secret else ''}."


def certificate_words(connection: Connection | None) -> str:
    if connection is None or not connection.client_certificate or not connection.client_certificate_expires_at:
        return "None."
    until = f"{connection.client_certificate_expires_at:%-d %B %Y}"
    return f"{certificate_name(connection.client_certificate)}, until {until}."
