"""Every change of the attribute registry. Each asks for the right, is one transaction and leaves an audit row."""

from dataclasses import dataclass, replace
from typing import get_args

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import audit
from accounts.meanwhile import changed_meanwhile
from accounts.models import Workspace
from accounts.permissions import permit
from audience.attribute_values import Misfits, misfits, people_having, values_convert, values_remove
from audience.attributes import Kind, name_problem, value_parsed, value_problem
from audience.errors import AttributeChanged, AttributeInUse, AttributeInvalid, ProfileInvalid
from audience.fields import STANDARD_LABELS
from audience.models import Attribute
from audience.registry import attribute_uses
from audience.segments import used_by
from audience.services import ATTRIBUTE_LIMIT
from audience.upsert import profiles_lock

KINDS: tuple[str, ...] = get_args(Kind)
KIND_NOUNS = {
    "text": "a text",
    "number": "a number",
    "boolean": "true or false",
    "date": "a date",
    "datetime": "a date and time",
    "list": "a list",
    "object": "an object",
}
LENGTHS = {"display_name": 80, "fallback": 200, "description": 300}


@dataclass(frozen=True)
class AttributeValues:
    """What can be changed of an attribute; its name can't: templates write it."""

    kind: str = "text"
    display_name: str = ""
    fallback: str = ""
    description: str = ""


@transaction.atomic
def attribute_create(*, actor: Actor, name: str, values: AttributeValues) -> Attribute:
    """Registers an attribute before anybody has it. Raises AttributeInvalid naming the field."""
    permit(actor, "attribute.edit")
    workspace, name = actor.workspace, name.strip()
    problem = name_problem(name) if name else "Give the attribute a name, for example “loyalty_level”."
    if problem:
        raise AttributeInvalid(problem, field="name")
    if Attribute.objects.filter(workspace=workspace).count() >= ATTRIBUTE_LIMIT:
        raise AttributeInvalid(
            f"The workspace has {ATTRIBUTE_LIMIT} attributes already. Delete one first.", field="name"
        )
    made = _with(Attribute(workspace=workspace, name=name), _checked(workspace, name, values))
    _save_unique(made)
    audit(actor, "attribute.created", made, kind=made.kind)
    return made


def _save_unique(attribute: Attribute) -> None:
    try:
        with transaction.atomic():
            attribute.save(force_insert=True)
    except IntegrityError:
        raise AttributeInvalid(
            f"There is an attribute called “{attribute.name}” already. Use another name, or edit that one.",
            field="name",
        ) from None


@transaction.atomic
def attribute_change(
    *, actor: Actor, attribute: Attribute, values: AttributeValues, revision: int | None = None
) -> Attribute:
    """Changes what is known of an attribute. With another type all stored values become values of that type.

    Raises AttributeInvalid naming the field; for ``kind`` it says which values don't fit, and nothing is changed.
    ``revision``: the one that was edited; raises AttributeChanged when it was changed since.
    """
    permit(actor, "attribute.edit")
    stored = Attribute.objects.get(pk=attribute.pk)
    if revision is not None and stored.revision != revision:
        raise AttributeChanged(changed_meanwhile(actor, stored, changed_at=stored.updated_at))
    checked = _checked(stored.workspace, stored.name, values)
    if checked.kind != stored.kind:
        _convert(stored, checked.kind)
    _save_next(actor, _with(stored, checked))
    audit(actor, "attribute.changed", stored, kind=stored.kind)
    return stored


def _save_next(actor: Actor, attribute: Attribute) -> None:
    """By compare-and-swap: a lock on the row would be taken before that on profiles, which others take first."""
    rows = Attribute.objects.filter(pk=attribute.pk, revision=attribute.revision)
    values = {name: getattr(attribute, name) for name in ("kind", *LENGTHS)}
    attribute.revision, attribute.updated_at = attribute.revision + 1, timezone.now()
    if not rows.update(**values, revision=attribute.revision, updated_at=attribute.updated_at):
        stored = Attribute.objects.get(pk=attribute.pk)
        raise AttributeChanged(changed_meanwhile(actor, stored, changed_at=stored.updated_at))


def _convert(attribute: Attribute, kind: str) -> None:
    profiles_lock(attribute.workspace.pk)
    found = misfits(attribute.workspace, attribute.name, kind)
    if found.count:
        raise AttributeInvalid(_misfit_words(found, kind), field="kind")
    values_convert(attribute.workspace, attribute.name, kind)


def _misfit_words(found: Misfits, kind: str) -> str:
    named = ", ".join(f"“{value[:40]}” ({user_id[:40]})" for user_id, value in found.examples)
    more = found.count - len(found.examples)
    others = f" and {more:,} more" if more else ""
    return f"Not every value is {KIND_NOUNS[kind]}: {named}{others}. Change these first, or keep the type."


@transaction.atomic
def attribute_delete(*, actor: Actor, attribute: Attribute) -> int:
    """Removes the attribute and everybody's value for it; returns how many people had one.

    Raises AttributeInUse while a segment, campaign or template reads it.
    """
    permit(actor, "attribute.edit")
    workspace, name = attribute.workspace, attribute.name
    uses = attribute_uses(workspace, [name])[name]
    if uses:
        raise AttributeInUse(f"“{name}” is used by {used_by(uses)}. Take it out there first.")
    profiles_lock(workspace.pk)
    people = people_having(workspace, [name])[name]
    values_remove(workspace, name)
    audit(actor, "attribute.deleted", attribute, people=people)
    attribute.delete()
    return people


def _with(attribute: Attribute, values: AttributeValues) -> Attribute:
    attribute.kind, attribute.display_name = values.kind, values.display_name
    attribute.fallback, attribute.description = values.fallback, values.description
    return attribute


def _checked(workspace: Workspace, name: str, values: AttributeValues) -> AttributeValues:
    stripped = replace(values, **{field: getattr(values, field).strip() for field in LENGTHS})
    for field, length in LENGTHS.items():
        text = getattr(stripped, field)
        if len(text) > length or not text.isprintable():
            words = field.replace("_", " ")
            raise AttributeInvalid(f"The {words} is one line of at most {length} characters.", field=field)
    if stripped.kind not in KINDS:
        raise AttributeInvalid(f"Choose one of the types: {', '.join(KINDS)}.", field="kind")
    _check_display_name(workspace, name, stripped.display_name)
    _check_fallback(stripped)
    return stripped


def _check_display_name(workspace: Workspace, name: str, display_name: str) -> None:
    """Two fields with one name could not be told apart in rules."""
    wanted = display_name.casefold()
    if not wanted:
        return
    others = Attribute.objects.filter(workspace=workspace).exclude(name=name)
    taken = {label.casefold() for label in STANDARD_LABELS.values()} | {each.label.casefold() for each in others}
    if wanted in taken:
        raise AttributeInvalid(
            f"Another field is called “{display_name}” already. Use another name.", field="display_name"
        )


def _check_fallback(values: AttributeValues) -> None:
    if not values.fallback:
        return
    try:
        problem = value_problem(value_parsed(values.fallback, values.kind))
    except ProfileInvalid as error:
        problem = error.message
    if problem:
        raise AttributeInvalid(f"The fallback doesn't fit the type. {problem}", field="fallback")
