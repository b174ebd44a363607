import pytest

from accounts.models import User, Workspace
from templates_lib.content import WebhookContent
from templates_lib.errors import TemplateInvalid
from templates_lib.selectors import templates_found
from templates_lib.services import template_rename, template_save
from templates_lib.tags import tags_used
from tests.cast import acting, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def save(workspace: Workspace, teammate: User):
    def saved(name, url="https://api.example.com/tasks", tags=(), **options):
        actor = acting(teammate, workspace)
        content = WebhookContent(url=url)
        return template_save(
            workspace=workspace, actor=actor, name=name, content=content, answered_ok_at=None, tags=tags, **options
        )

    return saved


def names(workspace, **filters):
    return [template.name for template in templates_found(workspace, **filters)]


def test_templates_are_found_by_tag_name_and_url(save, workspace) -> None:
    save("CRM task", tags=["CRM", "sales"])
    save("Chat", url="https://hooks.slack.example/{{ user_id }}", tags=["alerts"])
    assert names(workspace, tag="CRM") == ["CRM task"]
    assert names(workspace, tag="crm") == []
    assert names(workspace, search="slack") == ["Chat"]
    assert names(workspace, search="ALERT") == ["Chat"]
    assert names(workspace, search="task", tag="alerts") == []
    assert tags_used(workspace) == ["alerts", "CRM", "sales"]


def test_only_the_newest_version_s_url_is_searched(save, workspace) -> None:
    save("Chat", url="https://old.example")
    save("Chat", url="https://new.example", new_version=True, tags=["late"])
    assert names(workspace, search="old.example") == []
    assert [template.tags for template in templates_found(workspace, search="new.example")] == [["late"]]


@pytest.mark.parametrize("tags", [["a,b"], [" "], ["x" * 31], ["line\nbreak"], [f"t{n}" for n in range(11)]])
def test_a_tag_that_can_not_be_kept_is_refused(save, workspace, teammate, tags) -> None:
    template = save("CRM task", tags=["kept"])
    with pytest.raises(TemplateInvalid) as refused:
        template_rename(actor=acting(teammate, workspace), template=template, name="X", description="", tags=tags)
    assert refused.value.field == "tags"


def test_tags_are_edited_and_chosen_on_the_pages(save, workspace, client, teammate) -> None:
    template = save("CRM task")
    editor = signed_in(client, teammate)
    page = f"/w/acme/templates/{template.pk}/"
    assert editor.post(f"{page}edit/", {"name": "CRM task", "tags": " CRM,  big  sales , crm"}).status_code == 302
    assert templates_found(workspace).get().tags == ["CRM", "big sales"]
    assert "big sales" in editor.get(page).content.decode()
    assert "CRM task" in editor.get("/w/acme/templates/?tag=big+sales").content.decode()
    assert "No template has this tag" in editor.get("/w/acme/templates/?tag=none").content.decode()
    refused = editor.post(f"{page}edit/", {"name": "CRM task", "tags": "x" * 31})
    assert refused.status_code == 422
    assert "can&#x27;t be a tag" in refused.content.decode()
