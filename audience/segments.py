"""Every change of segments. Each asks for the right, is one transaction and leaves an audit row."""

from collections.abc import Iterator, Sequence
from itertools import count

from django.db import transaction

from accounts.actors import Actor
from accounts.audit import audit
from accounts.meanwhile import changed_meanwhile
from accounts.permissions import permit
from audience.errors import SegmentChanged, SegmentInUse, SegmentInvalid
from audience.models import Segment
from audience.registry import Use, segment_uses
from audience.rule_context import context_in_words
from audience.rules import Rules
from audience.rules_query import rules_q

NAME_LENGTH = 80
USES_NAMED = 3


@transaction.atomic
def segment_save(
    *,
    actor: Actor,
    name: str | None = None,
    rules: Rules | None = None,
    segment: Segment | None = None,
    revision: int | None = None,
) -> Segment:
    """Creates or changes a segment; what is None stays. Raises SegmentInvalid for its name, RuleInvalid for a rule.

    ``revision``: the one that was edited; raises SegmentChanged when somebody else saved since.
    """
    permit(actor, "segment.edit")
    new = Segment(workspace=actor.workspace, created_by=actor.user, revision=0)
    saved = _segment_at(actor, segment, revision) if segment else new
    saved.name = saved.name if name is None else name.strip()
    saved.rules = saved.rules if rules is None else rules
    saved.revision += 1
    _check_segment(saved)
    saved.save()
    audit(actor, "segment.changed" if segment else "segment.created", saved)
    return saved


def _segment_at(actor: Actor, segment: Segment, revision: int | None) -> Segment:
    """As it is stored now, for this transaction alone."""
    stored = Segment.objects.select_for_update().get(pk=segment.pk)
    if revision is not None and stored.revision != revision:
        raise SegmentChanged(changed_meanwhile(actor, stored, changed_at=stored.updated_at))
    return stored


def _check_segment(segment: Segment) -> None:
    if not segment.name or len(segment.name) > NAME_LENGTH or not segment.name.isprintable():
        raise SegmentInvalid(f"Give the segment a name of 1 to {NAME_LENGTH} characters.", field="name")
    rules_q(segment.rules, context_in_words(segment.workspace))
    if not segment.rules.root.items:
        raise SegmentInvalid("Add at least one rule. For all people, choose Everyone in the campaign.", field="rules")
    twins = Segment.objects.filter(workspace=segment.workspace, name=segment.name).exclude(pk=segment.pk)
    if twins.exists():
        raise SegmentInvalid(f"There is a segment called “{segment.name}” already. Use another name.", field="name")


@transaction.atomic
def segment_duplicate(*, actor: Actor, segment: Segment) -> Segment:
    """A segment with the same rules, called “… (copy)”, or “… (copy 2)” where there is one."""
    permit(actor, "segment.edit")
    taken = set(Segment.objects.filter(workspace=segment.workspace).values_list("name", flat=True))
    name = next(name for name in _copy_names(segment.name) if name not in taken)
    copy = Segment.objects.create(workspace=segment.workspace, name=name, rules=segment.rules, created_by=actor.user)
    audit(actor, "segment.created", copy, copy_of=segment.name)
    return copy


def _copy_names(name: str) -> Iterator[str]:
    for number in count(1):
        ending = " (copy)" if number == 1 else f" (copy {number})"
        yield name[: NAME_LENGTH - len(ending)] + ending


@transaction.atomic
def segment_delete(*, actor: Actor, segment: Segment) -> None:
    """Removes the segment. Raises SegmentInUse while campaigns choose it. Runs keep their frozen copy."""
    permit(actor, "segment.edit")
    uses = segment_uses(actor.workspace, [segment.pk])[segment.pk]
    if uses:
        raise SegmentInUse(
            f"“{segment.name}” is used by {used_by(uses)}. Choose another audience there first, or archive it."
        )
    audit(actor, "segment.deleted", segment)
    segment.delete()


def used_by(uses: Sequence[Use]) -> str:
    """The first names of what uses something, and how many more."""
    named = ", ".join(use.label for use in uses[:USES_NAMED])
    more = len(uses) - USES_NAMED
    return f"{named} and {more} more" if more > 0 else named
