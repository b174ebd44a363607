"""Who of a run is sent to again, as typed data. The new run keeps it; the engine finds the people by it."""

from datetime import datetime
from typing import Literal

from webhooks_platform.base.typed_json import StoredModel

ResendState = Literal["failed", "skipped", "cancelled"]
RESENDABLE: tuple[ResendState, ...] = ("failed", "skipped", "cancelled")


class ResendChoice(StoredModel):
    """People of the run ``run_id`` who ended in one of the states, narrowed as the log's filters narrow.

    ``same_webhook_id``: their new notifications carry the old ``webhook-id``, so that a destination that got the
    first one after all drops the repeat.
    """

    run_id: int
    states: tuple[ResendState, ...] = ("failed",)
    reason: str = ""
    detail: str | None = None
    status_code: int | None = None
    person: str = ""
    test: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    same_webhook_id: bool = False
