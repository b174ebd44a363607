from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User, Workspace
from templates_lib.content import WebhookContent
from templates_lib.models import Template
from templates_lib.services import template_archive, template_save
from tests.cast import acting, api_headers

CONTENT = WebhookContent(url="https://api.example.com/tasks", message_text="Hello")


def saved(workspace: Workspace, user: User, name: str, **options: Any) -> Template:
    options = {"answered_ok_at": None, **options}
    return template_save(workspace=workspace, actor=acting(user, workspace), name=name, content=CONTENT, **options)


@pytest.fixture
def call(client: Client, workspace: Workspace):
    headers = api_headers(workspace, role=Role.VIEWER)

    def get(address: str, status: int = 200) -> Any:
        response = client.get(f"/api/v1/{address}", headers=headers)
        assert response.status_code == status, response.content
        return response.json()

    return get


def test_templates_come_by_name_in_pages(call, workspace: Workspace, owner: User) -> None:
    for name in ("Zendesk", "HubSpot", "Slack"):
        saved(workspace, owner, name)
    template_archive(actor=acting(owner, workspace), template=saved(workspace, owner, "Archived"))
    first = call("templates?limit=2")
    second = call(f"templates?limit=2&cursor={first['next_cursor']}")
    assert [item["name"] for page in (first, second) for item in page["items"]] == ["HubSpot", "Slack", "Zendesk"]
    assert [item["name"] for item in call("templates?search=sla")["items"]] == ["Slack"]


def test_a_template_comes_with_its_newest_content(call, workspace: Workspace, owner: User) -> None:
    template = saved(workspace, owner, "CRM")
    saved(workspace, owner, "CRM", new_version=True, answered_ok_at=timezone.now())
    found = call(f"templates/{template.pk}")
    assert found["version"] == 2
    assert found["answered_ok_at"] is not None
    assert found["content"]["url"] == "https://api.example.com/tasks"
    assert found["content"]["message_text"] == ""


def test_bad_input_and_what_is_elsewhere(call, owner: User, outsider: User, workspace: Workspace) -> None:
    assert call("templates?cursor=banana", 422)["errors"][0]["field"] == "cursor"
    elsewhere = saved(outsider.workspaces.get(), outsider, "Theirs")
    assert call(f"templates/{elsewhere.pk}", 404)["code"] == "template_not_found"


@pytest.mark.parametrize("address", ["templates", "templates/1"])
def test_no_token_and_other_methods(client: Client, workspace: Workspace, address: str) -> None:
    assert client.get(f"/api/v1/{address}").status_code == 401
    headers = api_headers(workspace)
    assert client.post(f"/api/v1/{address}", {}, "application/json", headers=headers).status_code == 405
