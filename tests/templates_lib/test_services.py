import pytest
from django.utils import timezone

from accounts.models import AuditEntry, User, Workspace
from templates_lib.content import Pair, WebhookContent
from templates_lib.errors import TemplateArchived, TemplateInvalid, TemplateNameTaken, TemplateNotFound
from templates_lib.models import Template
from templates_lib.selectors import template_get, template_version_get, templates_available, templates_found
from templates_lib.services import (
    template_archive,
    template_content,
    template_duplicate,
    template_rename,
    template_restore,
    template_save,
    template_unarchive,
)
from tests.cast import acting
from webhooks_platform.base.errors import NotAllowed

CONTENT = WebhookContent(
    url="https://api.example.com/tasks",
    headers=(Pair(name="X-Note", value="{{ message }}"),),
    message_text="Hello {{ first_name }}",
    connection_id=4,
    missing="empty",
)


@pytest.fixture
def save(workspace: Workspace, teammate: User):
    def saved(name: str = "CRM task", content: WebhookContent = CONTENT, **options) -> Template:
        options = {"answered_ok_at": None, **options}
        return template_save(
            workspace=workspace, actor=acting(teammate, workspace), name=name, content=content, **options
        )

    return saved


@pytest.fixture
def actor(workspace: Workspace, teammate: User):
    return acting(teammate, workspace)


def test_everything_but_the_message_text_is_kept(save) -> None:
    assert template_content(save()) == CONTENT.model_copy(update={"message_text": ""})


def test_a_template_remembers_whether_its_content_was_answered(save) -> None:
    now = timezone.now()
    assert save("Tested", answered_ok_at=now).answered_ok_at == now
    assert save("Untested").answered_ok_at is None


def test_a_taken_name_is_offered_as_a_new_version(save, workspace: Workspace) -> None:
    first = save()
    with pytest.raises(TemplateNameTaken, match="Save this as its new version") as refused:
        save("  CRM   task ")
    assert (refused.value.template_id, refused.value.field) == (first.pk, "name")
    newer = CONTENT.model_copy(update={"method": "PUT"})
    assert save(content=newer, new_version=True) == first
    assert template_content(first).method == "PUT"
    assert template_version_get(first, 1).content.method == "POST"
    assert [template.version_number for template in templates_available(workspace)] == [2]  # type: ignore[attr-defined]


def test_a_new_version_of_nothing_is_a_new_template(save) -> None:
    assert save("Fresh", new_version=True).versions.count() == 1


@pytest.mark.parametrize(("name", "words"), [("  ", "Give the template a name"), ("x" * 81, "longer than 80")])
def test_bad_names(save, name: str, words: str) -> None:
    with pytest.raises(TemplateInvalid, match=words) as refused:
        save(name)
    assert refused.value.field == "name"


def test_viewers_save_nothing(workspace: Workspace, viewer: User) -> None:
    with pytest.raises(NotAllowed):
        template_save(
            workspace=workspace, actor=acting(viewer, workspace), name="x", content=CONTENT, answered_ok_at=None
        )


def test_rename(save, actor) -> None:
    template, other = save(), save("Other")
    renamed = template_rename(actor=actor, template=template, name="Task", description="Opens a task.")
    assert (renamed.name, renamed.description) == ("Task", "Opens a task.")
    with pytest.raises(TemplateNameTaken):
        template_rename(actor=actor, template=other, name="Task", description="")
    with pytest.raises(TemplateInvalid, match="description"):
        template_rename(actor=actor, template=other, name="Other", description="x" * 301)
    other.refresh_from_db()
    assert other.name == "Other"


def test_restore_makes_a_newer_version(save, actor) -> None:
    template = save(answered_ok_at=timezone.now())
    save(content=CONTENT.model_copy(update={"method": "PUT"}), new_version=True, answered_ok_at=timezone.now())
    assert template_restore(actor=actor, template=template, number=1).number == 3
    template.refresh_from_db()
    assert template_content(template).method == "POST"
    assert template.answered_ok_at is None
    with pytest.raises(TemplateInvalid, match="no version 9"):
        template_restore(actor=actor, template=template, number=9)


def test_duplicates_find_a_free_name(save, actor) -> None:
    template = save("x" * 80, description="Long", answered_ok_at=timezone.now())
    first, second = (template_duplicate(actor=actor, template=template) for _ in range(2))
    assert (first.name, second.name) == ("x" * 75 + " copy", "x" * 73 + " copy 2")
    assert template_content(second) == template_content(template)
    assert (second.description, second.answered_ok_at) == ("Long", template.answered_ok_at)


def test_an_archived_template_frees_its_name(save, actor, workspace: Workspace) -> None:
    old = save()
    template_archive(actor=actor, template=old)
    assert list(templates_available(workspace)) == []
    assert list(templates_found(workspace, archived=True)) == [old]
    with pytest.raises(TemplateArchived):
        template_rename(actor=actor, template=old, name="New", description="")
    new = save()
    assert new != old
    with pytest.raises(TemplateNameTaken):
        template_unarchive(actor=actor, template=old)
    template_archive(actor=actor, template=new)
    template_unarchive(actor=actor, template=old)
    assert list(templates_available(workspace)) == [old]


def test_each_change_is_in_the_audit_trail(save, actor) -> None:
    template = save()
    save(new_version=True)
    template_restore(actor=actor, template=template, number=1)
    template_rename(actor=actor, template=template, name="Task", description="")
    template_archive(actor=actor, template=template)
    template_unarchive(actor=actor, template=template)
    actions = AuditEntry.objects.order_by("id").values_list("action", flat=True)
    assert [action.removeprefix("template.") for action in actions] == [
        "created",
        "version_saved",
        "restored",
        "renamed",
        "archived",
        "unarchived",
    ]


def test_search_looks_into_name_and_description(save, workspace: Workspace) -> None:
    save("HubSpot contact", description="Creates a person")
    save("Slack")
    assert [t.name for t in templates_found(workspace, search="PERSON")] == ["HubSpot contact"]
    assert [t.name for t in templates_found(workspace, search="slack")] == ["Slack"]


def test_templates_of_elsewhere_are_not_found(save, outsider: User) -> None:
    with pytest.raises(TemplateNotFound):
        template_get(outsider.workspaces.get(), save().pk)
