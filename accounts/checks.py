"""What names, time zones and roles have to be. Pure, and shared by the services of this room."""

from functools import cache
from zoneinfo import available_timezones

from accounts.actors import Actor
from accounts.models import Role
from accounts.permissions import permit
from webhooks_platform.base.errors import InvalidInput


@cache
def time_zones() -> tuple[str, ...]:
    """The names of the IANA time zone database that belong to a place, and UTC."""
    areas = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    return ("UTC", *sorted(zone for zone in available_timezones() if zone.startswith(areas)))


def name_checked(name: str, *, limit: int, error: type[InvalidInput], what: str) -> str:
    """The name without outer spaces; raises ``error``, field "name"."""
    name = name.strip()
    if not name or len(name) > limit or not name.isprintable():
        raise error(f"Give {what} a name of 1 to {limit} characters, without line breaks.", field="name")
    return name


def role_checked(actor: Actor, role: str, error: type[InvalidInput]) -> str:
    """The role, if the actor may give it: nobody hands out more than they have."""
    if role not in Role.values:
        raise error("Choose one of the offered roles.", field="role")
    if role == Role.OWNER:
        permit(actor, "owner.edit")
    return role
