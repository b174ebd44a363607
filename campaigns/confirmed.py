"""What somebody confirmed before people are sent to: how many were shown, and for many the number typed."""

from collections.abc import Mapping

from campaigns.errors import MorePeople, NotConfirmed
from webhooks_platform.base.errors import InvalidInput
from webhooks_platform.base.numbers import number_in

TYPE_TO_CONFIRM_ABOVE = 10_000
# Audiences move all day: only growth that somebody would have wanted to know of stops a launch.
GROWTH_PERCENT = 5
GROWTH_PEOPLE = 10


def to_type(people: int) -> str:
    """What has to be typed to confirm sending to so many; empty where a click is enough."""
    return str(people) if people > TYPE_TO_CONFIRM_ABOVE else ""


def people_grew(expected: int, people: int) -> bool:
    """Whether these are so many more than expected that a confirmation of those doesn't hold for these.

    More than GROWTH_PERCENT more and at least GROWTH_PEOPLE more, or so many that typing is asked for.
    """
    more = people - expected
    crosses = bool(to_type(people)) and not to_type(expected)
    return crosses or (more >= GROWTH_PEOPLE and more * 100 > expected * GROWTH_PERCENT)


def people_check(people: int, expected: int | None) -> None:
    """Raises MorePeople when the people grew beyond those expected; None expects nothing."""
    if expected is not None and people_grew(expected, people):
        raise MorePeople(people=people, expected=expected)


def confirmed_posted(data: Mapping[str, str]) -> int:
    """How many people the form showed. Raises InvalidInput without that, NotConfirmed without the number typed."""
    expected = number_in(data.get("expected_people", ""))
    if expected is None:
        raise InvalidInput("Nothing was done: the form lost track of how many people it showed. Reload the page.")
    if to_type(expected) and data.get("typed", "").strip() != to_type(expected):
        raise NotConfirmed(f"Nothing was done: type {expected} to confirm.", field="typed")
    return expected
