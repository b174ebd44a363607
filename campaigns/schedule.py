"""When a campaign goes out, as typed data."""

from datetime import UTC, datetime
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import field_validator

from channels.policy import Rate
from webhooks_platform.base.typed_json import StoredModel


@cache
def zone_names() -> frozenset[str]:
    """The IANA names. Read once: looking them up opens 600 files (7 ms), and every campaign that is loaded asks."""
    return frozenset(available_timezones())


class Schedule(StoredModel):
    """Send now, or later at a wall-clock time in a named zone (IANA), kept as written since zone rules may change.

    ``rate``: how fast its runs go at most; the connection's own rate holds beside it.
    """

    kind: Literal["now", "later"] = "now"
    local: datetime | None = None
    time_zone: str = "UTC"
    rate: Rate | None = None

    @field_validator("local")
    @classmethod
    def _wall_clock(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is not None:
            raise ValueError("Give the local time without an offset; the zone is a field of its own.")
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in zone_names():
            raise ValueError(f"There is no time zone {value!r}. Use a name such as Europe/Vienna.")
        return value

    def at(self) -> datetime | None:
        """The instant to launch; None for Send now and while no time is chosen."""
        if self.kind == "now" or self.local is None:
            return None
        return self.local.replace(tzinfo=ZoneInfo(self.time_zone)).astimezone(UTC)

    def exists(self) -> bool:
        """False for a wall-clock time that the change to summer time leaves out."""
        instant = self.at()
        if instant is None or self.local is None:
            return True
        return instant.astimezone(ZoneInfo(self.time_zone)).replace(tzinfo=None) == self.local
