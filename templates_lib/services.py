"""Writes of the template library. A version is never changed: every change of content is a new one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import audit
from accounts.models import Workspace
from accounts.permissions import permit
from templates_lib.content import WebhookContent
from templates_lib.errors import TemplateArchived, TemplateInUse, TemplateInvalid, TemplateNameTaken
from templates_lib.left_out import without_own_authentication
from templates_lib.models import TAG_LIMIT, Template, TemplateVersion
from templates_lib.registry import template_uses
from templates_lib.tags import tags_checked

NAME_LENGTH = 80
DESCRIPTION_LENGTH = 300
UNDO_WITHIN = timedelta(hours=1)


@transaction.atomic
def template_save(
    *,
    workspace: Workspace,
    actor: Actor,
    name: str,
    content: WebhookContent,
    answered_ok_at: datetime | None,
    new_version: bool = False,
    description: str = "",
    tags: Sequence[str] = (),
) -> Template:
    """Keeps everything of ``content`` except the message text and authentication that was typed into one campaign.

    ``answered_ok_at``: when this very content last answered 20x; None if it never did. Raises TemplateNameTaken when
    a template of that name exists, unless ``new_version`` asks for its next version; TemplateInvalid for a bad name.
    """
    permit(actor, "template.edit")
    name, tags = _name(name), tags_checked(tags)
    existing = Template.objects.select_for_update().filter(workspace=workspace, name=name, archived_at=None).first()
    if existing is None:
        new = Template(workspace=workspace, name=name, description=_description(description), tags=tags)
        return _created(new, actor, content, answered_ok_at)
    if not new_version:
        raise _taken(existing)
    existing.answered_ok_at = answered_ok_at
    existing.tags = [*dict.fromkeys([*existing.tags, *tags])][:TAG_LIMIT]
    existing.save(update_fields=["answered_ok_at", "tags", "updated_at"])
    version = _version_add(existing, actor, content)
    audit(actor, "template.version_saved", existing, version=version.number)
    return existing


def _created(template: Template, actor: Actor, content: WebhookContent, answered_ok_at: datetime | None) -> Template:
    template.answered_ok_at, template.created_by = answered_ok_at, actor.user
    _stored(template)
    _version_add(template, actor, content)
    audit(actor, "template.created", template)
    return template


def _version_add(template: Template, actor: Actor, content: WebhookContent) -> TemplateVersion:
    """The caller holds the template's row, so the next number is free."""
    latest = template.versions.order_by("-number").first()
    return TemplateVersion.objects.create(
        template=template,
        number=latest.number + 1 if latest else 1,
        content=without_own_authentication(template.workspace, content.without_message()),
        created_by=actor.user,
    )


@transaction.atomic
def template_rename(
    *, actor: Actor, template: Template, name: str, description: str, tags: Sequence[str] | None = None
) -> Template:
    """Name, description and, where they are given, tags. Raises TemplateNameTaken or TemplateInvalid."""
    permit(actor, "template.edit")
    template = _held(template)
    before = template.name
    template.name, template.description = _name(name), _description(description)
    template.tags = template.tags if tags is None else tags_checked(tags)
    _stored(template)
    audit(actor, "template.renamed", template, name=template.name, before=before)
    return template


@transaction.atomic
def template_restore(*, actor: Actor, template: Template, number: int) -> TemplateVersion:
    """Makes the content of an old version the newest one, as a version of its own."""
    permit(actor, "template.edit")
    template = _held(template)
    old = template.versions.filter(number=number).first()
    if old is None:
        raise TemplateInvalid(f"“{template}” has no version {number}.", field="version")
    version = _version_add(template, actor, old.content)
    # Which answer the old content had is not known any more.
    template.answered_ok_at = None
    template.save(update_fields=["answered_ok_at", "updated_at"])
    audit(actor, "template.restored", template, version=number, became=version.number)
    return version


@transaction.atomic
def template_duplicate(*, actor: Actor, template: Template) -> Template:
    """A new template with the newest content, called "… copy"; raises TemplateNameTaken if somebody was faster."""
    permit(actor, "template.edit")
    others = Template.objects.filter(workspace=template.workspace_id, archived_at=None)
    names = set(others.values_list("name", flat=True))
    copy = Template(
        workspace=template.workspace,
        name=_copy_name(template.name, names),
        description=template.description,
        tags=template.tags,
    )
    return _created(copy, actor, template_content(template), template.answered_ok_at)


@transaction.atomic
def template_discard(*, actor: Actor, template: Template) -> None:
    """Takes back the making of a template: removes it for good while it is new and nothing was done with it."""
    permit(actor, "template.edit")
    held = _held(template)
    is_new = timezone.now() - held.created_at < UNDO_WITHIN and held.versions.count() == 1
    if not is_new or template_uses(held):
        raise TemplateInUse(f"“{held}” is in use by now. Archive it instead.")
    audit(actor, "template.discarded", held, name=held.name)
    held.delete()


@transaction.atomic
def template_authenticate(*, actor: Actor, template: Template, connection_id: int) -> TemplateVersion:
    """The newest content with another connection, as the next version."""
    permit(actor, "template.edit")
    template = _held(template)
    content = template_content(template).model_copy(update={"connection_id": connection_id})
    version = _version_add(template, actor, content)
    audit(actor, "template.version_saved", template, version=version.number)
    return version


def _copy_name(name: str, taken: set[str]) -> str:
    """ "Task copy", "Task copy 2", … cut so that it fits."""
    suffixes = (" copy" if number == 1 else f" copy {number}" for number in count(1))
    candidates = (name[: NAME_LENGTH - len(suffix)].rstrip() + suffix for suffix in suffixes)
    return next(candidate for candidate in candidates if candidate not in taken)


@transaction.atomic
def template_archive(*, actor: Actor, template: Template) -> None:
    """Takes the template out of the library and of every chooser; campaigns keep their copy of its content."""
    permit(actor, "template.edit")
    template = _held(template)
    template.archived_at = timezone.now()
    template.save(update_fields=["archived_at", "updated_at"])
    audit(actor, "template.archived", template)


@transaction.atomic
def template_unarchive(*, actor: Actor, template: Template) -> Template:
    """Raises TemplateNameTaken when another template bears the name by now."""
    permit(actor, "template.edit")
    template = Template.objects.select_for_update().get(pk=template.pk)
    template.archived_at = None
    _stored(template)
    audit(actor, "template.unarchived", template)
    return template


def template_content(template: Template) -> WebhookContent:
    """The content of the newest version; its message text is empty."""
    newest: Any = template.versions.order_by("-number").first()
    return without_own_authentication(template.workspace, newest.content) if newest else WebhookContent()


def _held(template: Template) -> Template:
    held = Template.objects.select_for_update().get(pk=template.pk)
    if held.archived_at is not None:
        raise TemplateArchived(f"“{held}” is archived. Take it back into the library first.")
    return held


def _stored(template: Template) -> None:
    """The unique constraint decides who was first with a name."""
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError:
        other = Template.objects.filter(workspace=template.workspace_id, name=template.name, archived_at=None).first()
        if other is None:
            raise
        raise _taken(other) from None


def _taken(template: Template) -> TemplateNameTaken:
    message = f"There is a template “{template.name}” already. Save this as its new version, or choose another name."
    return TemplateNameTaken(message, template_id=template.pk)


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise TemplateInvalid("Give the template a name, so that people find it.", field="name")
    if len(name) > NAME_LENGTH:
        raise TemplateInvalid(f"The name is longer than {NAME_LENGTH} characters. Shorten it.", field="name")
    return name


def _description(description: str) -> str:
    description = description.strip()
    if len(description) > DESCRIPTION_LENGTH:
        limit = f"The description is longer than {DESCRIPTION_LENGTH} characters. Shorten it."
        raise TemplateInvalid(limit, field="description")
    return description
