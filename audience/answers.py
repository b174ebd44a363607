"""Whom a choice means at this moment: the number, some of the people and why they fit, the choice in words."""

from collections.abc import Iterator
from dataclasses import dataclass

from accounts.models import Workspace
from audience.attributes import value_text
from audience.choice import AudienceChoice
from audience.fields import ATTRIBUTE_PREFIX
from audience.models import Profile
from audience.rule_context import context_in_words
from audience.rules import Group, Rule
from audience.selection import audience_count, audience_sample, choice_rules, choice_sentence
from webhooks_platform.base.errors import InvalidInput

SAMPLE_SIZE = 4
FACTS_SHOWN = 3
FACT_LENGTH = 40


@dataclass(frozen=True)
class SamplePerson:
    """``facts``: names and values of what the rules test, in their order."""

    profile: Profile
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class AudienceAnswer:
    """Whom a choice means, or why that can't be told yet. ``field``: the path of what is at fault."""

    count: int = 0
    people: tuple[SamplePerson, ...] = ()
    sentence: str = ""
    problem: str = ""
    field: str = ""

    @property
    def last_shown(self) -> int | None:
        """The person after whom others come; None when all are shown."""
        return self.people[-1].profile.pk if self.count > len(self.people) > 0 else None


def audience_answer(workspace: Workspace, choice: AudienceChoice, *, after: int | None = None) -> AudienceAnswer:
    """Count, sample people (those after the person with the id ``after``) and the sentence.

    A rule that is not finished is the ``problem``.
    """
    try:
        count = audience_count(workspace, choice)
        return AudienceAnswer(
            count=count,
            people=_sample(workspace, choice, after) if count else (),
            sentence=choice_sentence(workspace, choice),
        )
    except InvalidInput as error:
        return AudienceAnswer(problem=error.message, field=error.field)


def _sample(workspace: Workspace, choice: AudienceChoice, after: int | None) -> tuple[SamplePerson, ...]:
    found = audience_sample(workspace, choice, size=SAMPLE_SIZE, after=after)
    tested = list(dict.fromkeys(_fields(choice_rules(workspace, choice).root)))[:FACTS_SHOWN]
    context = context_in_words(workspace)
    return tuple(
        SamplePerson(person, tuple((context.label(name), value_of(person, name)) for name in tested))
        for person in found
    )


def _fields(group: Group) -> Iterator[str]:
    for item in group.items:
        if isinstance(item, Rule):
            yield item.field
        else:
            yield from _fields(item)


def value_of(profile: Profile, field: str) -> str:
    """What the person has for the field of a rule, in short; a dash for nothing."""
    if field.startswith(ATTRIBUTE_PREFIX):
        value = profile.attributes.get(field.removeprefix(ATTRIBUTE_PREFIX))
        text = "" if value is None else value_text(value)
    elif field in ("created_at", "updated_at"):
        text = getattr(profile, field).date().isoformat()
    else:
        text = value_text(getattr(profile, field, ""))
    return (text[:FACT_LENGTH] + "…" if len(text) > FACT_LENGTH else text) or "–"
