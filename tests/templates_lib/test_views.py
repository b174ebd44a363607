import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User, Workspace
from channels.models import Connection
from templates_lib.content import FormBody, JsonPair, JsonPairsBody, Pair, RawBody, WebhookContent
from templates_lib.library import destination
from templates_lib.models import Template
from templates_lib.services import template_archive, template_save
from templates_lib.uses import connection_templates
from tests.cast import acting, signed_in
from tests.notifications.ledger import queries_of

LIBRARY = "/w/acme/templates/"
CONTENT = WebhookContent(
    url="https://api.example.com/tasks/{{ user_id }}",
    parameters=(Pair(name="source", value="campaign", enabled=False),),
    headers=(Pair(name="X-Source", value="{{ campaign.name }}"),),
    body=JsonPairsBody(
        pairs=(
            JsonPair(name="note", value="{{ message }}"),
            JsonPair(name="age", value="{{ age }}", type="number"),
            JsonPair(name="name", value='{{ first_name | default("there") }}'),
        )
    ),
)


def saved(
    workspace: Workspace, user: User, name: str = "CRM task", content: WebhookContent = CONTENT, **options
) -> Template:
    options = {"answered_ok_at": timezone.now(), **options}
    return template_save(workspace=workspace, actor=acting(user, workspace), name=name, content=content, **options)


@pytest.fixture
def template(workspace: Workspace, teammate: User) -> Template:
    return saved(workspace, teammate, description="Opens a task.")


@pytest.fixture
def editor(client: Client, teammate: User) -> Client:
    return signed_in(client, teammate)


def text(reader: Client, address: str, status: int = 200) -> str:
    response = reader.get(address)
    assert response.status_code == status, response.content.decode()
    return response.content.decode()


def test_the_library_lists_and_finds(editor: Client, template: Template) -> None:
    html = text(editor, LIBRARY)
    assert "CRM task" in html
    assert "api.example.com" in html
    assert "Opens a task." in html
    assert "CRM task" in text(editor, f"{LIBRARY}?q=crm")
    assert "No template found" in text(editor, f"{LIBRARY}?q=zendesk")
    assert "Nothing is archived" in text(editor, f"{LIBRARY}?archived=1")


def test_the_next_page_keeps_what_was_asked_for(editor: Client, workspace: Workspace, teammate: User) -> None:
    for number in range(51):
        saved(workspace, teammate, name=f"Task {number}", tags=["R&D"])
    saved(workspace, teammate, name="Zebra")
    assert 'href="?q=task&amp;tag=R%26D&amp;page=2"' in text(editor, f"{LIBRARY}?q=task&tag=R%26D")
    second = text(editor, f"{LIBRARY}?q=&tag=R%26D&page=2")
    assert 'href="?q=&amp;tag=R%26D&amp;page=1"' in second
    assert "Zebra" not in second


def test_an_empty_library_says_how_to_fill_it(editor: Client, workspace: Workspace) -> None:
    assert "choose Save as template" in text(editor, LIBRARY)


def test_a_template_can_be_read(editor: Client, template: Template) -> None:
    html = text(editor, f"{LIBRARY}{template.pk}/")
    for words in ("https://api.example.com/tasks/", "X-Source", "number", "off", "skip the person and log why"):
        assert words in html
    assert "placed in the request" in html
    assert "Never answered 20x" not in html


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (WebhookContent(body=RawBody(text="<a>{{ message }}</a>", content_type="text/xml")), "text/xml"),
        (WebhookContent(body=FormBody(pairs=(Pair(name="field_1", value="2"),))), "field_1"),
        (WebhookContent(), "has no place in this request"),
        (WebhookContent(connection_id=987654), "The connection is gone"),
    ],
)
def test_every_kind_of_content_can_be_read(
    editor: Client, workspace: Workspace, teammate: User, content: WebhookContent, words: str
) -> None:
    template = saved(workspace, teammate, content=content, answered_ok_at=None)
    html = text(editor, f"{LIBRARY}{template.pk}/")
    assert words in html
    assert "Never answered 20x" in html


def test_versions_compare(editor: Client, template: Template, workspace: Workspace, teammate: User) -> None:
    saved(workspace, teammate, content=CONTENT.model_copy(update={"method": "PUT"}), new_version=True)
    html = text(editor, f"{LIBRARY}{template.pk}/?compare=1")
    assert ">- POST https://api.example.com/tasks/" in html
    assert ">+ PUT https://api.example.com/tasks/" in html
    assert "This is an old version" in text(editor, f"{LIBRARY}{template.pk}/?version=1")
    assert "These versions say the same" in text(editor, f"{LIBRARY}{template.pk}/?version=1&compare=1")


@pytest.mark.parametrize(("query", "status"), [("version=x", 422), ("compare=-1", 422), ("version=9", 404)])
def test_versions_that_are_none(editor: Client, template: Template, query: str, status: int) -> None:
    assert "version" in text(editor, f"{LIBRARY}{template.pk}/?{query}", status)


def test_rename_and_its_refusals(editor: Client, template: Template, workspace: Workspace, teammate: User) -> None:
    saved(workspace, teammate, name="Taken")
    address = f"{LIBRARY}{template.pk}/edit/"
    assert "CRM task" in text(editor, address)
    refused = editor.post(address, {"name": "Taken", "description": ""})
    assert refused.status_code == 422
    assert "There is a template “Taken” already" in refused.content.decode()
    assert editor.post(address, {"name": "", "description": ""}).status_code == 422
    assert editor.post(address, {"name": "Task", "description": "New"}).status_code == 302
    template.refresh_from_db()
    assert (template.name, template.description) == ("Task", "New")


def test_archive_and_take_back(editor: Client, template: Template) -> None:
    assert editor.post(f"{LIBRARY}{template.pk}/archive/").status_code == 302
    assert "CRM task" in text(editor, f"{LIBRARY}?archived=1")
    assert "Take back" in text(editor, f"{LIBRARY}{template.pk}/")
    assert editor.post(f"{LIBRARY}{template.pk}/unarchive/").status_code == 302
    template.refresh_from_db()
    assert template.archived_at is None


def test_duplicate(editor: Client, template: Template) -> None:
    assert editor.post(f"{LIBRARY}{template.pk}/duplicate/").status_code == 302
    assert "CRM task copy" in text(editor, LIBRARY)


def test_restore(editor: Client, template: Template, workspace: Workspace, teammate: User) -> None:
    saved(workspace, teammate, content=WebhookContent(), new_version=True)
    assert editor.post(f"{LIBRARY}{template.pk}/versions/1/restore/").status_code == 302
    assert template.versions.latest("number").content == CONTENT
    assert editor.post(f"{LIBRARY}{template.pk}/versions/77/restore/").status_code == 422


def test_restore_is_undone_by_the_version_that_was_newest(
    editor: Client, template: Template, workspace: Workspace, teammate: User
) -> None:
    saved(workspace, teammate, content=WebhookContent(), new_version=True)
    page = editor.post(f"{LIBRARY}{template.pk}/versions/1/restore/", follow=True).content.decode()
    undo = f'action="{LIBRARY}{template.pk}/versions/2/restore/">'
    assert re.search(f"{re.escape(undo)}(?:(?!</form>).)*data-undo", page, re.DOTALL)
    editor.post(f"{LIBRARY}{template.pk}/versions/2/restore/")
    assert template.versions.latest("number").content == WebhookContent()
    assert template.versions.count() == 4


def test_viewers_read_and_change_nothing(client: Client, viewer: User, template: Template) -> None:
    reader = signed_in(client, viewer)
    html = text(reader, f"{LIBRARY}{template.pk}/")
    assert "Archive" not in html.split("<main")[1]
    for rest in ("archive/", "unarchive/", "duplicate/", "versions/1/restore/", "edit/"):
        assert reader.post(f"{LIBRARY}{template.pk}/{rest}").status_code == 403


def test_outsiders_find_nothing(client: Client, outsider: User, template: Template) -> None:
    stranger = signed_in(client, outsider)
    for rest in ("", "edit/"):
        assert stranger.get(f"{LIBRARY}{template.pk}/{rest}").status_code == 404
    assert stranger.get(LIBRARY).status_code == 404
    assert stranger.post(f"{LIBRARY}{template.pk}/archive/").status_code == 404
    assert stranger.get(f"/w/globex/templates/{template.pk}/").status_code == 404


def test_other_methods_are_refused(editor: Client, template: Template) -> None:
    assert editor.post(LIBRARY).status_code == 405
    assert editor.post(f"{LIBRARY}{template.pk}/").status_code == 405
    for rest in ("archive/", "unarchive/", "duplicate/", "versions/1/restore/"):
        assert editor.get(f"{LIBRARY}{template.pk}/{rest}").status_code == 405


def test_as_many_queries_for_25_rows_as_for_one(
    editor: Client, template: Template, workspace: Workspace, teammate: User
) -> None:
    few = queries_of(lambda: text(editor, LIBRARY))
    for n in range(24):
        saved(workspace, teammate, name=f"Template {n}")
    many = queries_of(lambda: text(editor, LIBRARY))
    assert len(many) == len(few) <= 10, "\n".join(many)


def test_a_connection_is_told_its_templates(workspace: Workspace, teammate: User) -> None:
    connection = Connection.objects.create(workspace=workspace, name="CRM", origin="https://api.example.com")
    with_it = CONTENT.model_copy(update={"connection_id": connection.pk})
    saved(workspace, teammate, name="Uses it", content=with_it)
    saved(workspace, teammate, name="Used it once", content=with_it)
    saved(workspace, teammate, name="Used it once", content=CONTENT, new_version=True)
    gone = saved(workspace, teammate, name="Archived", content=with_it)
    template_archive(actor=acting(teammate, workspace), template=gone)
    assert [use.label for use in connection_templates(connection)] == ["Template “Uses it”"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://api.example.com/x?y=1", "api.example.com"),
        ("https://{{ host }}/x", "https://{{ host }}/x"),
        ("", ""),
    ],
)
def test_the_destination_in_the_list(url: str, shown: str) -> None:
    assert destination(WebhookContent(url=url)) == shown


def test_a_duplicate_is_undone_while_it_is_new(editor: Client, template: Template) -> None:
    html = editor.post(f"{LIBRARY}{template.pk}/duplicate/", follow=True).content.decode()
    copy = Template.objects.get(name="CRM task copy")
    assert f"{LIBRARY}{copy.pk}/discard/" in html
    assert "is gone again" in editor.post(f"{LIBRARY}{copy.pk}/discard/", follow=True).content.decode()
    assert list(Template.objects.values_list("name", flat=True)) == ["CRM task"]


def test_a_template_that_is_not_new_is_not_discarded(editor: Client, workspace: Workspace, teammate: User) -> None:
    template = saved(workspace, teammate)
    saved(workspace, teammate, new_version=True)
    assert editor.post(f"{LIBRARY}{template.pk}/discard/").status_code == 409
    old = saved(workspace, teammate, name="Old")
    Template.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(hours=2))
    assert editor.post(f"{LIBRARY}{old.pk}/discard/").status_code == 409
    assert Template.objects.count() == 2


def test_archiving_is_undone(editor: Client, template: Template) -> None:
    html = editor.post(f"{LIBRARY}{template.pk}/archive/", follow=True).content.decode()
    assert f"{LIBRARY}{template.pk}/unarchive/" in html


def test_archiving_leaves_the_library_as_it_was_searched(editor: Client, template: Template) -> None:
    searched = f"{LIBRARY}?q=crm"
    assert f'name="next" value="{searched}"' in text(editor, searched)
    answer = editor.post(f"{LIBRARY}{template.pk}/archive/", {"next": searched})
    assert answer["Location"] == searched
