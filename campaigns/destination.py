"""What is known of a content's destination before anything is sent: may its address be dialled, and does it answer."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from campaigns.finding import Finding
from campaigns.models import Campaign
from campaigns.problems import CampaignProblem, content_problem
from channels.destinations import destination_key
from channels.models import Connection
from channels.origins import DEFAULT_PORTS, origin_before_path
from channels.registry import destination_health
from channels.selectors import send_policy
from outbound.judged import LookUp, host_judged, look_up
from webhooks_platform.base.errors import ProductError

_ALLOW_ADDRESS = "Use a public address, or ask an operator to allow this one (OUTBOUND_ALLOWED_ADDRESSES)."
_OPEN_PORT = "Use port 443 or 80, or ask an operator to allow this one (OUTBOUND_PORTS)."


def destination_findings(
    campaign: Campaign, connection: Connection | None, *, now: datetime, lookup: LookUp = look_up
) -> Iterator[Finding]:
    """Looks the host's name up and judges its addresses; calls nobody. Silent while a value chooses the host."""
    origin = origin_known(campaign.content.url)
    if origin:
        yield from _address_findings(origin, lookup)
        yield from _health_findings(campaign, connection, origin, now)


def address_problems(campaign: Campaign, *, lookup: LookUp = look_up) -> tuple[CampaignProblem, ...]:
    """What its host's addresses say against a launch. Looks the name up: ask before the launch's transaction."""
    origin = origin_known(campaign.content.url)
    return tuple(map(content_problem, _address_findings(origin, lookup))) if origin else ()


def origin_known(url: str) -> str:
    """Empty while the URL has none, or values choose it."""
    try:
        return origin_before_path(url)
    except ProductError:
        return ""


def _address_findings(origin: str, lookup: LookUp) -> Iterator[Finding]:
    parts = urlsplit(origin)
    host, port = parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme]
    judged = host_judged(host, port, lookup=lookup)
    if judged.blocked:
        hint = _OPEN_PORT if judged.port_closed else _ALLOW_ADDRESS
        yield Finding("url", f"Nothing may be sent to {host}: {judged.blocked}.", hint)
    elif judged.unknown:
        hint = "Check its spelling. If it is right, its name server does not answer at the moment."
        yield Finding("url", f"The address of {host} can't be found right now.", hint, severity="warning")


def _health_findings(
    campaign: Campaign, connection: Connection | None, origin: str, now: datetime
) -> Iterator[Finding]:
    key = destination_key(connection.pk if connection else None, origin)
    rule = send_policy(campaign.workspace, connection.pk if connection else None).breaker
    health = destination_health(campaign.workspace_id, key, rule)
    if health is None or health.state == "closed":
        return
    zone = ZoneInfo(campaign.workspace.time_zone)
    until = f" until {health.until.astimezone(zone):%H:%M %Z}" if health.until and health.until > now else ""
    yield Finding(
        "connection" if connection else "url",
        f"{connection or origin} is failing: {health.failures} of its latest {health.calls} requests failed, so "
        f"sending there is held back{until}.",
        "A launch waits for it to recover. Look into the connection before you launch.",
        severity="warning",
    )
