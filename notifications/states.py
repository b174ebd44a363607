"""The states of runs and notifications, and which may follow which. Everything else is built from these maps."""

from django.db import models


class RunState(models.TextChoices):
    PREPARING = "preparing", "Preparing"
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    STOPPING = "stopping", "Stopping"
    STOPPED = "stopped", "Stopped"
    COMPLETED = "completed", "Completed"


RUN_TRANSITIONS: dict[str, frozenset[str]] = {
    RunState.PREPARING: frozenset({RunState.RUNNING, RunState.PAUSED, RunState.STOPPING}),
    RunState.RUNNING: frozenset({RunState.PAUSED, RunState.STOPPING, RunState.COMPLETED}),
    # A paused run returns to preparing when its audience was not yet complete.
    RunState.PAUSED: frozenset({RunState.PREPARING, RunState.RUNNING, RunState.STOPPING, RunState.COMPLETED}),
    RunState.STOPPING: frozenset({RunState.STOPPED}),
    RunState.STOPPED: frozenset(),
    RunState.COMPLETED: frozenset(),
}
RUN_SENDING = frozenset({RunState.PREPARING, RunState.RUNNING})
RUN_OPEN = frozenset({RunState.PREPARING, RunState.RUNNING, RunState.PAUSED, RunState.STOPPING})
RUN_FINAL = frozenset({RunState.STOPPED, RunState.COMPLETED})


class RunKind(models.TextChoices):
    LIVE = "live", "Live"
    TEST = "test", "Test"


class NotificationState(models.TextChoices):
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    RETRYING = "retrying", "Retrying"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"
    SKIPPED = "skipped", "Skipped"
    CANCELLED = "cancelled", "Cancelled"


NOTIFICATION_TRANSITIONS: dict[str, frozenset[str]] = {
    NotificationState.QUEUED: frozenset({NotificationState.SENDING, NotificationState.CANCELLED}),
    NotificationState.SENDING: frozenset(
        {
            NotificationState.QUEUED,  # given back unsent
            NotificationState.RETRYING,
            NotificationState.DELIVERED,
            NotificationState.FAILED,
            NotificationState.SKIPPED,
            NotificationState.CANCELLED,
        }
    ),
    NotificationState.RETRYING: frozenset({NotificationState.SENDING, NotificationState.CANCELLED}),
    NotificationState.DELIVERED: frozenset(),
    NotificationState.FAILED: frozenset(),
    NotificationState.SKIPPED: frozenset(),
    NotificationState.CANCELLED: frozenset(),
}
CLAIMABLE = frozenset({NotificationState.QUEUED, NotificationState.RETRYING})
FINAL = frozenset(state for state, following in NOTIFICATION_TRANSITIONS.items() if not following)
PENDING = frozenset(NOTIFICATION_TRANSITIONS) - FINAL


class AttemptOutcome(models.TextChoices):
    DELIVERED = "delivered", "Delivered"
    RETRY = "retry", "Failed, will retry"
    FAILED = "failed", "Failed"
    INTERRUPTED = "interrupted", "Interrupted, may have arrived"


class Reason(models.TextChoices):
    """Why a notification or an attempt is not delivered. The words for people are in ``reasons.py``."""

    NONE = "", "—"
    NAME_NOT_FOUND = "name_not_found", "Host name not found"
    REFUSED = "refused", "Connection refused"
    CONNECT_TIMEOUT = "connect_timeout", "No connection in time"
    TIMEOUT = "timeout", "No answer in time"
    TLS = "tls", "TLS certificate not trusted"
    TLS_HANDSHAKE = "tls_handshake", "No agreement on TLS"
    CLIENT_CERTIFICATE = "client_certificate", "Client certificate not accepted"
    BLOCKED_ADDRESS = "blocked_address", "Blocked address"
    BLOCKED_PORT = "blocked_port", "Blocked port"
    DROPPED = "dropped", "Connection dropped"
    GARBAGE = "garbage", "Not an HTTP answer"
    HEADERS_TOO_LARGE = "headers_too_large", "Answer headers too large"
    NETWORK = "network", "Network error"
    REDIRECT = "redirect", "Redirected (3xx)"
    UNAUTHORIZED = "unauthorized", "Not authorized (401/403)"
    NOT_FOUND = "not_found", "Not found (404)"
    UNPROCESSABLE = "unprocessable", "Refused the data (400/422)"
    RATE_LIMITED = "rate_limited", "Too many requests (429)"
    CLIENT_ERROR = "client_error", "Refused (4xx)"
    SERVER_ERROR = "server_error", "Server error (5xx)"
    NO_TOKEN = "no_token", "No access token"
    BODY_MISMATCH = "body_mismatch", "The answer's body says no"
    UNEXPECTED_STATUS = "unexpected_status", "Unexpected answer"
    BAD_TEMPLATE = "bad_template", "The content can't be rendered"
    MISSING_VARIABLE = "missing_variable", "A value is missing"
    SKIPPED_BY_TEMPLATE = "skipped_by_template", "Skipped on purpose"
    PROFILE_REMOVED = "profile_removed", "Profile removed"
    CONNECTION_REMOVED = "connection_removed", "Connection removed or unusable"
    INTERRUPTED = "interrupted", "Interrupted, may have arrived"
    STOPPED = "stopped", "Run stopped"


# How people end to whom no request could be made. With any other reason, they fail.
_ENDS_WITHOUT_REQUEST: dict[str, NotificationState] = {
    Reason.MISSING_VARIABLE: NotificationState.SKIPPED,
    Reason.SKIPPED_BY_TEMPLATE: NotificationState.SKIPPED,
    Reason.PROFILE_REMOVED: NotificationState.SKIPPED,
    Reason.STOPPED: NotificationState.CANCELLED,
}


def ends_as(reason: str) -> NotificationState:
    """The one final state of rows with this reason."""
    return _ENDS_WITHOUT_REQUEST.get(reason, NotificationState.FAILED)


# The detail of these names the fault itself, and many people share it; that of others is whatever a destination said.
NAMED_BY_DETAIL = frozenset({Reason.MISSING_VARIABLE, Reason.SKIPPED_BY_TEMPLATE, Reason.BAD_TEMPLATE})
# Of those, the ones whose detail holds words of the content alone, and never a person's value.
IMPERSONAL_DETAIL = frozenset({Reason.MISSING_VARIABLE})
