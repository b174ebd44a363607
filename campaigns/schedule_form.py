"""The Schedule step's form: when, and how fast at most."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import QueryDict
from pydantic import ValidationError

from campaigns.models import Campaign
from campaigns.schedule import Schedule
from channels.policy import Rate
from channels.selectors import connection_find
from webhooks_platform.base.errors import InvalidInput

RATE_PERIODS = (("second", "a second"), ("minute", "a minute"), ("hour", "an hour"))


def schedule_posted(data: QueryDict) -> Schedule:
    """The schedule that the form describes; raises InvalidInput naming the field."""
    rate = rate_posted(data)
    if data.get("kind") != "later":
        return Schedule(rate=rate)
    date, time = data.get("date", ""), data.get("time", "")
    try:
        local = datetime.fromisoformat(f"{date}T{time}") if date and time else None
        return Schedule(kind="later", local=local, time_zone=data.get("time_zone", "UTC"), rate=rate)
    except (ValueError, ValidationError) as error:
        raise InvalidInput("Choose a real date, a time and a time zone.", field="local") from error


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
    connection = connection_find(campaign.workspace, campaign.content.connection_id)
    allowed = connection.policy.rate if connection else None
    return {
        "rate_count": rate.count if rate else "",
        "rate_per": rate.per if rate else "second",
        "rate_periods": RATE_PERIODS,
        "connection_pace": f"{connection} allows {rate_words(allowed)}" if connection and allowed else "",
    }


def rate_words(rate: Rate) -> str:
    """ "50 a second"."""
    return f"{rate.count:,} {dict(RATE_PERIODS)[rate.per]}"
