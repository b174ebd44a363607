"""Which look a state has: one table, so that a state reads the same on every page."""

from typing import Final

TONES: Final[dict[str, str]] = {
    "draft": "neutral",
    "scheduled": "info",
    "preparing": "active",
    "running": "active",
    "sending": "active",
    "importing": "active",
    "paused": "warn",
    "pausing": "warn",
    "retrying": "warn",
    "degraded": "warn",
    "completed": "ok",
    "delivered": "ok",
    "healthy": "ok",
    "active": "ok",
    "enabled": "ok",
    "on": "ok",
    "failed": "bad",
    "interrupted": "bad",
    "unhealthy": "bad",
    "stopped": "neutral",
    "queued": "neutral",
    "pending": "neutral",
    "skipped": "hollow",
    "cancelled": "hollow",
    "archived": "hollow",
    "disabled": "hollow",
    "off": "hollow",
}


def tone_of(state: str) -> str:
    """ "neutral" for a state the table doesn't know: a pill is never an error."""
    return TONES.get(str(state).lower(), "neutral")


def tone_of_status(status: int | None) -> str:
    """The look of an HTTP status code; no status at all means that nothing came back."""
    if status is None:
        return "bad"
    return "ok" if 200 <= status < 300 else "warn" if status < 400 or status == 429 else "bad"
