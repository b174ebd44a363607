"""The dialogs of Content: what is typed into them stays when it is refused, with the words at the field."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from campaigns.models import Campaign
from channels.models import Connection
from templates_lib.models import Template
from templates_lib.services import template_save
from tests import cast
from tests.campaigns.browsing import shot

pytestmark = pytest.mark.django_db
AUTH = {
    "revision": "1",
    "auth_url": "https://api.example.com/people",
    "auth_kind": "api_key_header",
    "auth_key_name": "X-Api-Key",
    "auth_secret": "k3y-planted",
}


def address(name, campaign):
    return reverse(name, kwargs={"workspace": "acme", "campaign": campaign.pk})


@pytest.fixture
def as_owner(client, owner):
    return cast.signed_in(client, owner)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"auth_url": "nowhere"}, "auth_url"),
        ({"auth_key_name": "No header"}, "auth_key_name"),
        ({"auth_kind": "basic", "auth_username": "a:b"}, "auth_username"),
        ({"auth_kind": "bearer", "auth_secret": "two words"}, "auth_secret"),
    ],
)
def test_refused_authentication_is_marked_at_its_field_and_stays(as_owner, campaign, wrong, field):
    typed = AUTH | wrong
    answer = as_owner.post(address("campaign_authenticate", campaign), typed)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="{field}-error"' in html
    assert f'value="{typed["auth_url"]}"' in html
    assert f'value="{typed["auth_key_name"]}"' in html
    assert f'value="{typed["auth_kind"]}" selected' in html
    assert typed["auth_secret"] not in html
    assert ("hx-preserve" in html) == (field != "auth_secret")
    assert not Connection.objects.exists()


def test_saved_authentication_leads_back_to_content(as_owner, campaign):
    answer = as_owner.post(address("campaign_authenticate", campaign), AUTH)
    assert answer["HX-Redirect"] == address("campaign_content", campaign)
    assert Campaign.objects.get().content.connection_id == Connection.objects.get().pk


def test_authentication_of_a_campaign_that_was_changed_leaves_no_secret(as_owner, campaign):
    Campaign.objects.update(revision=5)
    answer = as_owner.post(address("campaign_authenticate", campaign), AUTH, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("name", "typed"), [("campaign_authenticate", AUTH | {"auth_url": "x"}), ("campaign_paste_curl", {"curl": "wget"})]
)
def test_a_refused_form_stays_at_the_revision_of_its_page(as_owner, campaign, name, typed):
    Campaign.objects.update(revision=5)
    answer = as_owner.post(address(name, campaign), typed | {"revision": "1"})
    assert 'name="revision" value="1"' in answer.content.decode()


def test_a_taken_template_name_is_marked_and_what_was_typed_stays(as_owner, campaign, actor):
    content = campaign.content
    template_save(workspace=campaign.workspace, actor=actor, name="Task", content=content, answered_ok_at=None)
    url = address("campaign_save_template", campaign)
    answer = as_owner.post(url, {"name": "Task", "tags": "crm, winter"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a template “Task” already" in html
    assert 'value="crm, winter"' in html
    answer = as_owner.post(url, {"name": "Task", "new_version": "on", "tags": "x" * 40})
    assert f'id="template-tags-{campaign.pk}-error"' in answer.content.decode()
    assert f'id="template-version-{campaign.pk}" value="on" checked' in answer.content.decode()
    answer = as_owner.post(url, {"name": "Task", "new_version": "on"})
    assert answer["HX-Redirect"] == reverse(
        "template_detail", kwargs={"workspace": "acme", "template": Template.objects.get().pk}
    )


def test_a_refused_dialog_stays_open_with_the_secret(visit, campaign):
    page = visit(address("campaign_content", campaign))
    page.get_by_role("tab", name="Authentication").click()
    page.get_by_role("button", name="Set authentication for this campaign").click()
    dialog = page.get_by_role("dialog", name="Authentication for this campaign")
    dialog.get_by_label("Destination").fill("nowhere")
    dialog.get_by_label("Secret").fill("k3y-planted")
    dialog.get_by_role("button", name="Save authentication").click()
    expect(dialog.get_by_label("Destination")).to_have_attribute("aria-invalid", "true")
    shot(page, "auth-refused")
    expect(dialog.get_by_label("Secret")).to_have_value("k3y-planted")
    dialog.get_by_label("Destination").fill("https://api.example.com")
    dialog.get_by_role("button", name="Save authentication").click()
    messages = page.get_by_role("region", name="Messages")
    expect(messages.get_by_text("It is sent only to https://api.example.com.")).to_be_visible()
    assert Connection.objects.get().secret == "k3y-planted"
