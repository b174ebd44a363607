"""Who in an audience has no value for the variables of its content, and what becomes of these people."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from accounts.models import Workspace
from audience.attributes import STANDARD_FIELDS, name_problem
from audience.choice import AudienceChoice
from audience.fields import ATTRIBUTE_PREFIX
from audience.rules import Group, Rule, Rules
from audience.selection import audience_count, people_without, profiles_chosen, rules_q
from webhooks_platform.base.errors import ProductError


@dataclass(frozen=True)
class Lacking:
    """``counts``: how many people lack a name, where it was counted. ``nobody``: names for which nobody has a value."""

    counts: Mapping[str, int] = field(default_factory=dict)
    nobody: frozenset[str] = frozenset()


UNKNOWN = Lacking()
AskLacking = Callable[[Workspace, AudienceChoice, Iterable[str]], Lacking]


def lacking_counted(workspace: Workspace, audience: AudienceChoice, names: Iterable[str]) -> Lacking:
    """Reads the whole audience, in two queries. Nothing is known of an audience that can't be told or is empty."""
    asked = list(dict.fromkeys(names))
    try:
        counts = people_without(workspace, audience, asked) if asked else {}
        total = audience_count(workspace, audience) if asked and _may_be_all(counts, asked) else 0
    except ProductError:
        return UNKNOWN
    nobody = frozenset(name for name in asked if counts.get(name, total) == total) if total else frozenset()
    return Lacking(counts, nobody)


def _may_be_all(counts: Mapping[str, int], asked: list[str]) -> bool:
    return any(counts.values()) or len(counts) < len(asked)


def lacking_asked(workspace: Workspace, audience: AudienceChoice, names: Iterable[str]) -> Lacking:
    """Only whom nobody has; each question ends at the first person with a value, so that a launch can afford it."""
    try:
        people = profiles_chosen(workspace, audience)
        asked = list(dict.fromkeys(names))
        if not asked or not people.exists():
            return UNKNOWN
        return Lacking(
            {},
            frozenset(
                name for name in asked if not _is_field(name) or not people.filter(rules_q(_having(name))).exists()
            ),
        )
    except ProductError:
        return UNKNOWN


def _is_field(name: str) -> bool:
    return name in STANDARD_FIELDS or not name_problem(name)


def _having(name: str) -> Rules:
    stored = name if name in STANDARD_FIELDS else ATTRIBUTE_PREFIX + name
    return Rules(root=Group(items=(Rule(field=stored, operator="is_set"),)))


def lacking_words(count: int | None, missing: str) -> str:
    """What happens to the people without the value, by the content's rule for missing values."""
    if count is None:
        return ": the rule for missing values applies to people without it"
    if count == 0:
        return "; everybody in the audience has it right now"
    one = count == 1
    fate = {
        "skip": "is skipped" if one else "are skipped",
        "empty": "gets it empty" if one else "get it empty",
        "stop": "stops the campaign" if one else "stop the campaign",
    }[missing]
    return f": {count:,} {'person' if one else 'people'} in the audience {'lacks' if one else 'lack'} it and {fate}"


NOBODY_WORDS = {
    "skip": "everybody would be skipped",
    "empty": "everybody would get it empty",
    "stop": "the campaign would stop at the first person",
}
