"""The Schedule step's form: when, and how fast at most."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from django.http import QueryDict
from pydantic import ValidationError

from campaigns.models import Campaign
from campaigns.repeat import WEEKDAYS, Repeat
from campaigns.schedule import Schedule
from channels.models import Connection
from channels.policy import PERIOD_WORDS, Rate
from channels.selectors import connection_find
from webhooks_platform.base.errors import InvalidInput


def schedule_posted(data: QueryDict, before: Schedule) -> Schedule:
    """The schedule that the form describes; what its kind has no use for stays as it was ``before``.

    Raises InvalidInput naming the field.
    """
    rate = rate_posted(data)
    kind = data.get("kind")
    if kind not in ("later", "repeat"):
        return before.model_copy(update={"kind": "now", "rate": rate})
    repeat = repeat_posted(data) if kind == "repeat" else before.repeat
    date, time = data.get("date", ""), data.get("time", "")
    try:
        local = datetime.fromisoformat(f"{date}T{time}") if date and time else None
        zone = data.get("time_zone", "UTC")
        return Schedule(kind=kind, local=local, time_zone=zone, repeat=repeat, rate=rate)
    except (ValueError, ValidationError) as error:
        raise InvalidInput("Choose a real date, a time and a time zone.", field="local") from error


def repeat_posted(data: QueryDict) -> Repeat:
    """Raises InvalidInput naming the field."""
    try:
        return Repeat.model_validate(
            {
                "every": data.get("repeat_every", "week"),
                "interval": data.get("repeat_interval") or 1,
                "weekdays": data.getlist("repeat_weekdays"),
                "until": data.get("repeat_until") or None,
            }
        )
    except ValidationError as error:
        field = f"repeat_{error.errors()[0]['loc'][0]}"
        message = "Choose days, weeks or months, each 1st to 52nd of them, and a real date as the last day."
        raise InvalidInput(message, field=field) from error


def repeat_fields(schedule: Schedule) -> dict[str, Any]:
    """What the template shows of a repeat."""
    chosen = schedule.repeat.weekdays or ((schedule.local.weekday(),) if schedule.local else ())
    return {
        "repeat": schedule.repeat,
        "repeat_units": (("day", "days"), ("week", "weeks"), ("month", "months")),
        "weekdays": [(number, name, number in chosen) for number, name in enumerate(WEEKDAYS)],
    }


def schedule_outlook(schedule: Schedule, now: datetime) -> dict[str, Any]:
    """The resulting moment in words, and of a repeat the next five."""
    coming = [schedule.moment_words(instant) for instant in islice(schedule.occurrences(now), 5)]
    return {
        "schedule_words": schedule.words(now) if schedule.kind != "now" and schedule.local else "",
        "coming": coming if schedule.kind == "repeat" else [],
        "shifted": not schedule.exists() if schedule.kind == "later" else False,
    }


def rate_posted(data: Mapping[str, Any]) -> Rate | None:
    """None for an empty number: as fast as the connection allows. Raises InvalidInput naming the field."""
    count = str(data.get("rate_count", "")).strip()
    if not count:
        return None
    try:
        return Rate(count=int(count), per=data.get("rate_per") or "second")
    except (ValueError, ValidationError) as error:
        raise InvalidInput(
            "Enter how many requests may leave, as a whole number from 1 to 1,000,000, or leave it empty.",
            field="rate_count",
        ) from error


def rate_fields(campaign: Campaign) -> dict[str, Any]:
    """What the template shows. ``connection_pace``: what the campaign's connection allows, in words."""
    rate = campaign.schedule.rate
    connection = _paced_connection(campaign)
    return {
        "rate_count": rate.count if rate else "",
        "rate_per": rate.per if rate else "second",
        "rate_periods": list(PERIOD_WORDS.items()),
        "connection_pace": f"{connection} allows {connection.policy.rate.words}" if connection else "",
    }


def _paced_connection(campaign: Campaign) -> Connection | None:
    connection = connection_find(campaign.workspace, campaign.content.connection_id)
    return connection if connection and connection.policy.rate else None


def pace_words(campaign: Campaign) -> str:
    """How fast a run would go at most, and what says so: the tighter of campaign and connection holds."""
    own, connection = campaign.schedule.rate, _paced_connection(campaign)
    allowed: Rate | None = connection.policy.rate if connection else None
    if allowed and (own is None or allowed.per_second < own.per_second):
        return f"{allowed.words} at most, as {connection} allows"
    return f"{own.words} at most, as this campaign's schedule says" if own else "As fast as the destination answers"
