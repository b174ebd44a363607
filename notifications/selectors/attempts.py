"""One notification in full: its attempts, and what each sent and got back while that is kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from accounts.models import Workspace
from audience.models import Profile
from notifications.errors import NotificationNotFound
from notifications.masking import header_pairs
from notifications.models import Attempt, Exchange, Notification, Run
from notifications.phases import PhaseBar, milliseconds_words, phase_bars
from notifications.reasons import Explanation, answer_message, explain
from notifications.selectors.runs import run_get
from notifications.states import NotificationState


@dataclass(frozen=True)
class ExchangeDetail:
    """Headers and bodies of one attempt, secrets masked when they were recorded."""

    exchange: Exchange

    @property
    def is_erased(self) -> bool:
        """Whether it was emptied because the person was erased: no request is without an address."""
        return not self.exchange.url

    @property
    def method(self) -> str:
        return self.exchange.method

    @property
    def url(self) -> str:
        return self.exchange.url

    @property
    def request_header_pairs(self) -> list[tuple[str, str]]:
        return header_pairs(self.exchange.request_headers)

    @property
    def response_header_pairs(self) -> list[tuple[str, str]]:
        return header_pairs(self.exchange.response_headers)

    @property
    def request_text(self) -> str:
        return _text(self.exchange.request_body)

    @property
    def response_text(self) -> str:
        return _text(self.exchange.response_body)

    @property
    def request_language(self) -> str:
        return _language(self.request_text)

    @property
    def response_language(self) -> str:
        return _language(self.response_text)

    @property
    def request_note(self) -> str:
        return filesizeformat(len(bytes(self.exchange.request_body)))

    @property
    def response_note(self) -> str:
        """ "40 bytes", or how much of it was kept."""
        size, kept = self.exchange.response_size, len(bytes(self.exchange.response_body))
        if self.response_truncated:
            return f"Cut: the first {filesizeformat(kept)} of {filesizeformat(size)} or more are kept."
        return filesizeformat(size)

    @property
    def response_size(self) -> int:
        """Bytes that came over the wire."""
        return self.exchange.response_size

    @property
    def response_truncated(self) -> bool:
        return self.exchange.response_truncated


@dataclass(frozen=True)
class AttemptDetail:
    """One request. ``exchange`` is None when it was never written or its retention is over (``expired``)."""

    attempt: Attempt
    exchange: ExchangeDetail | None

    def __getattr__(self, name: str) -> Any:
        """Everything the attempt's row knows: number, outcome, status_code, address, started_at, retry_at…"""
        return getattr(self.attempt, name)

    @property
    def total_words(self) -> str:
        return milliseconds_words(self.attempt.total_us / 1000)

    @property
    def expires_at(self) -> datetime:
        """Until when headers and bodies are kept."""
        return self.attempt.started_at + timedelta(days=self.attempt.retention_days)

    @property
    def expired(self) -> bool:
        return self.exchange is None and self.expires_at < timezone.now()

    @property
    def phases(self) -> list[PhaseBar]:
        return phase_bars(self.attempt)

    @property
    def detail(self) -> str:
        """What the case adds to the reason: its own detail, or else the message of the answer."""
        if self.attempt.reason_detail or not self.exchange:
            return self.attempt.reason_detail
        return answer_message(self.exchange.response_text)

    @property
    def explanation(self) -> Explanation:
        return explain(self.attempt.reason, self.attempt.status_code, self.detail)


@dataclass(frozen=True)
class NotificationDetail:
    """``profile`` is None once the person's profile was removed."""

    notification: Notification
    run: Run
    profile: Profile | None
    attempts: list[AttemptDetail]

    @property
    def explanation(self) -> Explanation:
        row = self.notification
        latest = self.attempts[0] if self.attempts else None
        if latest and latest.reason == row.reason and not row.reason_detail:
            return explain(row.reason, latest.status_code, latest.detail, is_of_test=self.run.is_test)
        return explain(row.reason, row.status_code, row.reason_detail, is_of_test=self.run.is_test)

    @property
    def retry_at(self) -> datetime | None:
        """When the next attempt is due; None when none will follow."""
        return self.notification.due_at if self.notification.state == NotificationState.RETRYING else None


def notification_detail(workspace: Workspace, run_id: int, notification_id: UUID) -> NotificationDetail:
    """Raises RunNotFound or NotificationNotFound."""
    run = run_get(workspace, run_id)
    row = Notification.objects.filter(
        workspace_id=workspace.pk, run_at=run.run_at, run_id=run.pk, id=notification_id
    ).first()
    if row is None:
        raise NotificationNotFound("This notification is not in this run. Open it again from the notifications log.")
    profile = Profile.objects.filter(workspace=workspace, pk=row.profile_id).first()
    return NotificationDetail(row, run, profile, attempts_of(row))


def attempts_of(notification: Notification) -> list[AttemptDetail]:
    """The notification's attempts, latest first, each with its exchange where it is still kept; two queries."""
    attempts = list(
        Attempt.objects.filter(
            workspace_id=notification.workspace_id, run_at=notification.run_at, notification_id=notification.id
        ).order_by("-number")
    )
    found = _exchanges(notification, attempts)
    return [AttemptDetail(attempt, found.get(attempt.number)) for attempt in attempts]


def _exchanges(notification: Notification, attempts: Iterable[Attempt]) -> dict[int, ExchangeDetail]:
    """By attempt number. Retention class and UTC day name the partitions, so no others are opened."""
    places = {(attempt.retention_days, attempt.started_at.astimezone(UTC).date()) for attempt in attempts}
    rows = Exchange.objects.filter(
        workspace_id=notification.workspace_id,
        notification_id=notification.id,
        retention_days__in=sorted({days for days, _ in places}),
        day__in=sorted({day for _, day in places}),
    )
    return {row.number: ExchangeDetail(row) for row in rows} if places else {}


def _text(body: bytes | memoryview) -> str:
    return bytes(body).decode("utf-8", "replace").replace("\0", "\N{SYMBOL FOR NULL}")


def _language(text: str) -> str:
    """Which look a body gets: JSON is laid out and coloured, everything else is shown as it is."""
    return "json" if text.lstrip()[:1] in ("{", "[") else "text"
