"""Authentication typed into one campaign doesn't travel with a template."""

import pytest

from accounts.models import AuditEntry, User, Workspace
from campaigns.filling import campaign_fill
from channels.models import Connection
from channels.services import connection_save_for_campaign
from templates_lib.content import WebhookContent
from templates_lib.models import Template, TemplateVersion
from templates_lib.services import template_content, template_save
from tests.campaigns.conftest import actor, campaign, profile, webhook_on  # noqa: F401
from tests.cast import acting, signed_in

pytestmark = pytest.mark.django_db
URL = "https://api.example.com/tasks"


@pytest.fixture
def own(workspace: Workspace, owner: User) -> Connection:
    return connection_save_for_campaign(
        actor=acting(owner, workspace), name="Spring", url=URL, auth_kind="bearer", secret="s3cr3t-token"
    )


@pytest.fixture
def template(workspace: Workspace, teammate: User, own: Connection) -> Template:
    content = WebhookContent(url=URL, connection_id=own.pk)
    return template_save(
        workspace=workspace, actor=acting(teammate, workspace), name="Task", content=content, answered_ok_at=None
    )


def test_a_template_leaves_a_campaign_s_own_authentication_out(template) -> None:
    assert template_content(template).connection_id is None
    assert template.versions.get().content.connection_id is None


def test_a_version_from_before_fills_no_campaign_with_it(template, own) -> None:
    TemplateVersion.objects.create(template=template, number=2, content=WebhookContent(url=URL, connection_id=own.pk))
    assert template_content(template).connection_id is None


def test_saving_a_campaign_says_so_and_offers_a_connection(client, owner, campaign, own) -> None:  # noqa: F811
    campaign.content = WebhookContent(url=URL, connection_id=own.pk)
    campaign.save()
    editor = signed_in(client, owner)
    answer = editor.post(f"/w/acme/campaigns/{campaign.pk}/save-template/", {"name": "Task", "tags": "crm"})
    html = editor.get(answer["HX-Redirect"]).content.decode()
    assert "without this campaign&#x27;s own authentication" in html
    assert "Make it a connection" in html
    assert "s3cr3t" not in html
    template = Template.objects.get()
    assert (template.tags, campaign.workspace.campaigns.get().template) == (["crm"], template)


def test_it_becomes_a_connection_that_the_template_sends_with(client, owner, template, own) -> None:
    editor = signed_in(client, owner)
    page = f"/w/acme/templates/{template.pk}/"
    data = {"left_out": own.pk, "connection_name": "CRM"}
    html = editor.post(f"{page}connection/", data, follow=True).content.decode()
    assert "“CRM” is a connection now" in html
    own.refresh_from_db()
    assert (own.name, own.campaign_only, own.has_secret) == ("CRM", False, True)
    assert template_content(template).connection_id == own.pk
    assert AuditEntry.objects.filter(action="connection.shared").exists()
    # A second click finds nothing to share any more.
    assert "not there any more" in editor.post(f"{page}connection/", data, follow=True).content.decode()


def test_a_taken_name_changes_nothing(client, owner, workspace, template, own) -> None:
    Connection.objects.create(workspace=workspace, name="CRM", origin="https://b.example")
    data = {"left_out": own.pk, "connection_name": "CRM"}
    html = (
        signed_in(client, owner)
        .post(f"/w/acme/templates/{template.pk}/connection/", data, follow=True)
        .content.decode()
    )
    assert "already" in html
    assert "Make it a connection" in html
    own.refresh_from_db()
    assert own.campaign_only
    assert template.versions.count() == 1


def test_a_marketer_may_not_make_connections_and_is_told_whom_to_ask(client, teammate, template, own) -> None:
    editor = signed_in(client, teammate)
    page = f"/w/acme/templates/{template.pk}/"
    html = editor.get(f"{page}?left_out={own.pk}").content.decode()
    assert "Ask an owner or admin" in html
    assert "Make it a connection</button>" not in html
    data = {"left_out": own.pk, "connection_name": "CRM"}
    assert editor.post(f"{page}connection/", data).status_code == 403


@pytest.mark.parametrize("left_out", ["x", "-1", "999999", "9" * 30])
def test_nothing_is_offered_for_what_is_not_there(client, owner, template, left_out) -> None:
    html = signed_in(client, owner).get(f"/w/acme/templates/{template.pk}/?left_out={left_out}").content.decode()
    assert "was left out" not in html


def test_a_template_knows_the_campaigns_that_were_filled_from_it(client, owner, template, campaign, actor) -> None:  # noqa: F811
    campaign_fill(campaign=campaign, actor=actor, revision=campaign.revision, template=template)
    html = signed_in(client, owner).get(f"/w/acme/templates/{template.pk}/").content.decode()
    assert "Win-back, version 1" in html
