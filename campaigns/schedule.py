"""When a campaign goes out, as typed data."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import field_validator

from campaigns.repeat import WEEKDAYS, Repeat, day_words
from channels.policy import Rate
from webhooks_platform.base.typed_json import StoredModel


@cache
def zone_names() -> frozenset[str]:
    """The IANA names. Read once: looking them up opens 600 files (7 ms), and every campaign that is loaded asks."""
    return frozenset(available_timezones())


class Schedule(StoredModel):
    """Send now, or later at a wall-clock time in a named zone (IANA), kept as written since zone rules may change.

    ``repeat``: how the first time, ``local``, is repeated when kind is "repeat".
    ``rate``: how fast its runs go at most; the connection's own rate holds beside it.
    """

    kind: Literal["now", "later", "repeat"] = "now"
    local: datetime | None = None
    time_zone: str = "UTC"
    repeat: Repeat = Repeat()
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
        """The instant to launch, of a repeat the first; None for Send now and while no time is chosen."""
        if self.kind == "now" or self.local is None:
            return None
        return self._instant(self.local)

    def _instant(self, local: datetime) -> datetime:
        """A time that the clocks leave out is an hour later, one that comes twice is the first."""
        return local.replace(tzinfo=ZoneInfo(self.time_zone)).astimezone(UTC)

    def occurrences(self, after: datetime) -> Iterator[datetime]:
        """Every instant to launch later than ``after``, in order; without an end where the repeat has none."""
        if self.kind == "later" and (instant := self.at()) and instant > after:
            yield instant
        if self.kind == "repeat" and self.local is not None:
            start = after.astimezone(ZoneInfo(self.time_zone)).date()
            days = self.repeat.dates(self.local.date(), start)
            instants = (self._instant(datetime.combine(day, self.local.time())) for day in days)
            yield from (instant for instant in instants if instant > after)

    def next_after(self, moment: datetime) -> datetime | None:
        """The next instant to launch; None for Send now, while no time is chosen and once the last has passed."""
        return next(self.occurrences(moment), None)

    def moment_words(self, instant: datetime) -> str:
        """ "Tuesday 24 November 2026, 09:00 Europe/Vienna time (08:00 UTC)"."""
        local = instant.astimezone(ZoneInfo(self.time_zone))
        said = f"{WEEKDAYS[local.weekday()]} {day_words(local.date())}, {local:%H:%M}"
        if not local.utcoffset():
            return f"{said} UTC"
        other_day = "" if local.date() == instant.date() else f" on {day_words(instant.date())}"
        return f"{said} {self.time_zone.replace('_', ' ')} time ({instant:%H:%M} UTC{other_day})"

    def words(self, now: datetime) -> str:
        """When it goes out, in a sentence without a full stop."""
        following = self.next_after(now)
        if self.kind == "now":
            return "As soon as you launch it"
        if self.local is None:
            return "No time chosen yet"
        if following is None:
            return "The last of its times has passed" if self.kind == "repeat" else "The chosen time has passed"
        return self.launch_words(following)

    def launch_words(self, instant: datetime) -> str:
        """A moment at which it launches and, of a repeat, how it goes on: "Every day at 09:00; next on …"."""
        moment, repeated = self.moment_words(instant), self.repeated
        return f"{repeated[0].upper()}{repeated[1:]}; next on {moment}" if repeated else moment

    @property
    def repeated(self) -> str:
        """ "every day at 09:00"; empty for a schedule that is no repeat."""
        return self.repeat.words(self.local) if self.kind == "repeat" and self.local else ""

    def exists(self) -> bool:
        """False for a wall-clock time that the change to summer time leaves out."""
        instant = self.at()
        if instant is None or self.local is None:
            return True
        return instant.astimezone(ZoneInfo(self.time_zone)).replace(tzinfo=None) == self.local
