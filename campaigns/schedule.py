"""When a campaign goes out, as typed data."""

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from webhooks_platform.base.typed_json import StoredModel


class Schedule(StoredModel):
    """Send now, or later at a wall-clock time in a named zone (IANA), kept as written so that zone rules may change."""

    kind: Literal["now", "later"] = "now"
    local: datetime | None = None
    time_zone: str = "UTC"

    def at(self) -> datetime | None:
        """The instant to launch; None while no time is chosen or for Send now."""
        if self.kind == "now" or self.local is None:
            return None
        return self.local.replace(tzinfo=ZoneInfo(self.time_zone))
