"""Whom an audience choice means. Campaigns and delivery ask here; nothing outside the workspace is ever chosen."""

from collections.abc import Iterable
from contextlib import suppress

from django.db.models import Count, Q, QuerySet

from accounts.models import Workspace
from audience.attributes import STANDARD_FIELDS, name_problem
from audience.choice import AudienceChoice
from audience.errors import RuleInvalid, SegmentRemoved
from audience.fields import ATTRIBUTE_PREFIX, Field, fields_available
from audience.models import Profile, Segment
from audience.rule_context import context_in_words, context_of
from audience.rules import Group, Rule, Rules
from audience.rules_query import rules_q
from audience.sentences import rules_sentence

__all__ = [
    "Field",
    "audience_count",
    "audience_sample",
    "choice_frozen",
    "choice_rules",
    "choice_sentence",
    "fields_available",
    "people_without",
    "profiles_chosen",
    "rules_q",
    "rules_sentence",
    "segments_counted",
]


def profiles_chosen(workspace: Workspace, choice: AudienceChoice) -> QuerySet[Profile]:
    """The profiles that the choice means now, unordered.

    Raises SegmentRemoved when its segment is gone, RuleInvalid for a rule that can't be tested.
    """
    return Profile.objects.filter(_choice_q(workspace, choice), workspace=workspace)


def _choice_q(workspace: Workspace, choice: AudienceChoice) -> Q:
    if choice.kind == "test_users":
        return Q(is_test=True)
    if choice.kind == "segment":
        return rules_q(_segment(workspace, choice).rules, context_of(workspace))
    if choice.kind == "rules":
        return rules_q(choice.rules, context_of(workspace))
    if choice.kind == "profiles":
        return Q(pk__in=choice.profile_ids)
    return Q()


def _segment(workspace: Workspace, choice: AudienceChoice) -> Segment:
    segment = Segment.objects.filter(workspace=workspace, pk=choice.segment_id or 0).first()
    if segment is None:
        raise SegmentRemoved(
            "The segment that was chosen here has been removed. Choose another audience.", field="segment_id"
        )
    return segment


def choice_rules(workspace: Workspace, choice: AudienceChoice) -> Rules:
    """The rules behind the choice, none for one without. Raises SegmentRemoved when its segment is gone."""
    if choice.kind == "segment":
        rules: Rules = _segment(workspace, choice).rules
        return rules
    return choice.rules if choice.kind == "rules" else Rules()


def choice_frozen(workspace: Workspace, choice: AudienceChoice) -> AudienceChoice:
    """The choice with a segment's rules written out, so that later changes of the segment don't matter.

    *In the last 7 days* and its like count from today on, also past midnight.
    Raises SegmentRemoved when the segment is gone.
    """
    if choice.kind not in ("segment", "rules") or (choice.kind == "rules" and choice.rules.as_of):
        return choice
    dated = choice_rules(workspace, choice).model_copy(update={"as_of": context_of(workspace).today})
    return AudienceChoice(kind="rules", rules=dated)


def choice_sentence(workspace: Workspace, choice: AudienceChoice) -> str:
    """The choice in words, for the run and for Review. Raises SegmentRemoved when the segment is gone."""
    if choice.kind == "segment":
        segment = _segment(workspace, choice)
        return f"Segment “{segment.name}”: {rules_sentence(segment.rules, context_in_words(workspace).fields)}"
    if choice.kind == "rules":
        return rules_sentence(choice.rules, context_in_words(workspace).fields)
    if choice.kind == "profiles":
        return _named(workspace, choice)
    return "Test users" if choice.kind == "test_users" else "Everyone"


def _named(workspace: Workspace, choice: AudienceChoice) -> str:
    if len(choice.profile_ids) != 1:
        return f"{len(choice.profile_ids)} chosen people"
    profile = Profile.objects.filter(workspace=workspace, pk=choice.profile_ids[0]).first()
    return str(profile) if profile else "A removed profile"


def audience_count(workspace: Workspace, choice: AudienceChoice) -> int:
    """How many people the choice means now."""
    return profiles_chosen(workspace, choice).count()


def segments_counted(workspace: Workspace, segments: Iterable[Segment]) -> dict[int, int | None]:
    """How many people each segment means now, in one query; None for one whose rules can't be tested."""
    counts: dict[int, int | None] = {}
    tests: dict[str, Count] = {}
    for segment in segments:
        counts[segment.pk] = None
        with suppress(RuleInvalid):
            tests[f"segment_{segment.pk}"] = Count("pk", filter=rules_q(segment.rules, context_of(workspace)))
    found = Profile.objects.filter(workspace=workspace).aggregate(**tests)
    return counts | {int(alias.removeprefix("segment_")): count for alias, count in found.items()}


def people_without(workspace: Workspace, choice: AudienceChoice, names: Iterable[str]) -> dict[str, int]:
    """How many of the chosen people have no value for each variable of a template, in one query.

    ``names`` are standard fields or attributes; what can't be either is left out of the answer.
    """
    counts = {
        f"without_{number}": (name, Count("pk", filter=rules_q(_without(name))))
        for number, name in enumerate(dict.fromkeys(names))
        if name in STANDARD_FIELDS or not name_problem(name)
    }
    found = profiles_chosen(workspace, choice).aggregate(**{alias: count for alias, (_, count) in counts.items()})
    return {name: found[alias] for alias, (name, _) in counts.items()}


def _without(name: str) -> Rules:
    field = name if name in STANDARD_FIELDS else ATTRIBUTE_PREFIX + name
    return Rules(root=Group(items=(Rule(field=field, operator="is_not_set"),)))


def audience_sample(
    workspace: Workspace, choice: AudienceChoice, *, size: int = 3, after: int | None = None
) -> list[Profile]:
    """The newest of the people that the choice means, or those who come after the person with the id ``after``.

    After the last one it begins anew.
    """
    people = profiles_chosen(workspace, choice).order_by("-id")
    if after is None:
        return list(people[:size])
    found = list(people.filter(pk__lt=after)[:size])
    return found + list(people.filter(pk__gte=after)[: size - len(found)]) if len(found) < size else found
