"""What rules are read against: which day it is for the workspace, and what its fields are called."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import Workspace
from audience.fields import Field, fields_testable, label_of

# A day later than this has no next day.
LAST_DAY = date(9999, 12, 30)


@dataclass(frozen=True)
class RuleContext:
    """``fields`` (by name) are only needed for words."""

    today: date
    zone: tzinfo = UTC
    fields: Mapping[str, Field] = field(default_factory=dict)

    def label(self, name: str) -> str:
        return label_of(name, self.fields)

    def start_of(self, day: date) -> datetime:
        """The moment at which the day begins in the workspace's time zone."""
        return datetime.combine(min(day, LAST_DAY), time.min, tzinfo=self.zone)

    def days_ago(self, days: int) -> date:
        return self.today - timedelta(days=days)


def context_plain() -> RuleContext:
    """For rules that have no workspace: days as in UTC."""
    return RuleContext(timezone.now().date())


def context_of(workspace: Workspace) -> RuleContext:
    """The day it is in the workspace's time zone. No query."""
    zone = ZoneInfo(workspace.time_zone)
    return RuleContext(timezone.now().astimezone(zone).date(), zone)


def context_in_words(workspace: Workspace) -> RuleContext:
    """The same with the workspace's fields, for messages and sentences with display names. One query."""
    plain = context_of(workspace)
    return RuleContext(plain.today, plain.zone, {field.name: field for field in fields_testable(workspace)})
