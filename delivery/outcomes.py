"""From what came back to what it means: delivered, or failed and why. Pure; words for people are made elsewhere."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from channels.models import SendPolicy
from delivery.body_match import body_mismatch
from notifications.states import Reason
from outbound.outcomes import Answer, BreakKind, Broken


class Delivered(NamedTuple):
    status_code: int


@dataclass(frozen=True, slots=True)
class Failed:
    """``retry_after``: seconds that the destination asked for. ``nothing_sent``: no byte of the request left.
    ``at_once``: the reason is mended, so the repeat neither waits nor counts against the number of attempts."""

    reason: Reason
    permanent: bool
    retry_after: float | None = None
    status_code: int | None = None
    detail: str = ""
    nothing_sent: bool = False
    at_once: bool = False


Outcome = Delivered | Failed
LONGEST_RETRY_AFTER = 999_999_999.0  # seconds

# reason, permanent: repeating a request whose certificate or address is refused doesn't help.
_BREAKS: dict[BreakKind, tuple[Reason, bool]] = {
    BreakKind.INVALID_REQUEST: (Reason.BAD_TEMPLATE, True),
    BreakKind.NAME_NOT_FOUND: (Reason.NAME_NOT_FOUND, False),
    BreakKind.BLOCKED_ADDRESS: (Reason.BLOCKED_ADDRESS, True),
    BreakKind.BLOCKED_PORT: (Reason.BLOCKED_PORT, True),
    BreakKind.REFUSED: (Reason.REFUSED, False),
    BreakKind.CONNECT_TIMEOUT: (Reason.CONNECT_TIMEOUT, False),
    BreakKind.TLS: (Reason.TLS, True),
    BreakKind.TLS_HANDSHAKE: (Reason.TLS_HANDSHAKE, False),
    BreakKind.CLIENT_CERTIFICATE: (Reason.CLIENT_CERTIFICATE, True),
    BreakKind.TIMEOUT: (Reason.TIMEOUT, False),
    BreakKind.DROPPED: (Reason.DROPPED, False),
    BreakKind.GARBAGE: (Reason.GARBAGE, False),
    BreakKind.HEADERS_TOO_LARGE: (Reason.HEADERS_TOO_LARGE, True),
    BreakKind.NETWORK: (Reason.NETWORK, False),
    BreakKind.NO_TOKEN: (Reason.NO_TOKEN, False),
    BreakKind.TOKEN_REFUSED: (Reason.NO_TOKEN, True),
    BreakKind.UNEXPECTED: (Reason.NETWORK, False),
}
_STATUSES: dict[int, Reason] = {
    400: Reason.UNPROCESSABLE,
    401: Reason.UNAUTHORIZED,
    403: Reason.UNAUTHORIZED,
    404: Reason.NOT_FOUND,
    422: Reason.UNPROCESSABLE,
    429: Reason.RATE_LIMITED,
}
_STATUS_CLASSES: dict[int, Reason] = {3: Reason.REDIRECT, 4: Reason.CLIENT_ERROR, 5: Reason.SERVER_ERROR}


def outcome_of(result: Answer | Broken, policy: SendPolicy, now: datetime) -> Outcome:
    """What the policy makes of an answer or a break. ``now`` resolves a Retry-After that names a date."""
    if isinstance(result, Broken):
        return _broken(result, policy)
    if _within(result.status, policy.success.statuses):
        return _judged_by_body(result, policy)
    failed = Failed(
        reason=_STATUSES.get(result.status) or _STATUS_CLASSES.get(result.status // 100, Reason.UNEXPECTED_STATUS),
        permanent=not _within(result.status, policy.retry.statuses),
        retry_after=_retry_after(result.headers, now),
        status_code=result.status,
    )
    # An answer proves that the request arrived: where repeats are forbidden it is the end of it.
    return replace(failed, permanent=True) if policy.guarantee == "at_most_once" else failed


def _judged_by_body(answer: Answer, policy: SendPolicy) -> Outcome:
    """A status that says yes: delivered, unless the body must say so too and doesn't."""
    rule = policy.success_body
    why = "" if rule is None else body_mismatch(rule, answer.body, truncated=answer.truncated)
    if rule is None or not why:
        return Delivered(answer.status)
    final = not rule.retried or policy.guarantee == "at_most_once"
    return Failed(Reason.BODY_MISMATCH, permanent=final, status_code=answer.status, detail=why)


def _broken(result: Broken, policy: SendPolicy) -> Failed:
    reason, permanent = _BREAKS[result.kind]
    may_repeat = policy.guarantee == "at_least_once" or result.nothing_sent
    return Failed(reason, permanent or not may_repeat, detail=result.detail, nothing_sent=result.nothing_sent)


def _within(status: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= status <= high for low, high in ranges)


def _retry_after(headers: tuple[tuple[bytes, bytes], ...], now: datetime) -> float | None:
    """Seconds, from a number or a date (RFC 9110, section 10.2.3); None without the header, or if it can't be read."""
    for name, value in headers:
        if name.lower() == b"retry-after":
            return retry_after_seconds(value.decode("latin-1"), now)
    return None


def retry_after_seconds(text: str, now: datetime) -> float | None:
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    # The end of the calendar can't be reckoned with.
    return min(max(0.0, (moment - now).total_seconds()), LONGEST_RETRY_AFTER)
