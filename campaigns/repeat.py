"""Repeated launches as typed data, and the dates they fall on. Pure."""

import calendar
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Repeat(BaseModel):
    """Every ``interval`` days, weeks or months. ``weekdays``: 0 is Monday; none means the first date's own.

    ``until``: the last day, in the schedule's time zone, on which a launch may fall; None for no end.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    every: Literal["day", "week", "month"] = "week"
    interval: int = Field(default=1, ge=1, le=52)
    weekdays: tuple[int, ...] = ()
    until: date | None = None

    @field_validator("weekdays")
    @classmethod
    def _in_order(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if not all(0 <= day <= 6 for day in value):
            raise ValueError("Weekdays are numbers from 0 (Monday) to 6 (Sunday).")
        return tuple(sorted(set(value)))

    def dates(self, first: date, start: date) -> Iterator[date]:
        """Dates from ``first`` on, beginning near ``start``: some may lie before it, none is left out after it."""
        for day in self._dates(first, max(first, start)):
            if self.until is not None and day > self.until:
                return
            if day >= first:
                yield day

    def _dates(self, first: date, start: date) -> Iterator[date]:
        if self.every == "day":
            return self._days(first, start)
        return self._weeks(first, start) if self.every == "week" else self._months(first, start)

    def _days(self, first: date, start: date) -> Iterator[date]:
        step = timedelta(days=self.interval)
        day = first + step * ((start - first) // step)
        while True:
            yield day
            day += step

    def _weeks(self, first: date, start: date) -> Iterator[date]:
        step = timedelta(weeks=self.interval)
        monday = first - timedelta(days=first.weekday())
        monday += step * ((start - monday) // step)
        while True:
            yield from (monday + timedelta(days=day) for day in self.weekdays or (first.weekday(),))
            monday += step

    def _months(self, first: date, start: date) -> Iterator[date]:
        """On the first date's day; in a month that is too short, on its last."""
        passed = (start.year - first.year) * 12 + start.month - first.month
        months = passed // self.interval * self.interval
        while True:
            yield _month_later(first, months)
            months += self.interval

    def words(self, first: datetime) -> str:
        """ "every 2 weeks on Monday and Thursday at 09:00"."""
        unit = f"every {self.every}" if self.interval == 1 else f"every {self.interval} {self.every}s"
        ending = f", until {day_words(self.until)}" if self.until else ""
        return f"{unit}{self._on(first)} at {first:%H:%M}{ending}"

    def _on(self, first: datetime) -> str:
        if self.every == "month":
            shorter = " (the last day of shorter months)" if first.day > 28 else ""
            return f" on day {first.day}{shorter}"
        if self.every == "day":
            return ""
        *others, last = [WEEKDAYS[day] for day in self.weekdays or (first.weekday(),)]
        return f" on {', '.join(others)} and {last}" if others else f" on {last}"


def day_words(day: date) -> str:
    """ "24 November 2026"."""
    return f"{day.day} {day:%B %Y}"


def _month_later(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, min(first.day, calendar.monthrange(year, month + 1)[1]))
