"""Use a template and Paste cURL replace the request, and Undo brings it back unless somebody changed it since."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import AuditEntry
from campaigns.models import Campaign
from templates_lib.content import Pair, RawBody, WebhookContent
from templates_lib.models import Template
from templates_lib.services import template_archive, template_save
from tests import cast
from tests.campaigns.browsing import shot

pytestmark = pytest.mark.django_db
WRITTEN = WebhookContent(
    method="PUT",
    url="https://crm.example.com/{{ user_id }}",
    headers=(Pair(name="X-Source", value="spring"),),
    body=RawBody(text='{"id": "{{ user_id }}"}'),
    message_text="Hello",
)


def address(name, campaign):
    return reverse(name, kwargs={"workspace": "acme", "campaign": campaign.pk})


def saved_template(actor, name="Task", **parts):
    content = WebhookContent(url="https://tasks.example.com/new")
    return template_save(
        workspace=actor.workspace, actor=actor, name=name, content=content, answered_ok_at=None, **parts
    )


@pytest.fixture
def template(actor):
    return saved_template(actor)


@pytest.fixture
def written(campaign):
    Campaign.objects.update(content=WRITTEN)
    return Campaign.objects.get()


@pytest.fixture
def as_owner(client, owner):
    return cast.signed_in(client, owner)


def use(client, campaign, template):
    url = address("campaign_use_template", campaign)
    answer = client.post(url, {"revision": campaign.revision, "template": template.pk}, follow=True)
    return answer.content.decode()


def undo(client, campaign):
    return client.post(address("campaign_content_undo", campaign), follow=True).content.decode()


def test_a_template_is_taken_back_with_what_the_campaign_came_from(as_owner, written, template, actor):
    first = saved_template(actor, "First")
    Campaign.objects.update(template=first, template_version=1)
    html = use(as_owner, written, template)
    assert f'action="{address("campaign_content_undo", written)}"' in html
    filled = Campaign.objects.get()
    assert AuditEntry.objects.filter(action="campaign.changed").latest("pk").detail["parts"] == ["content"]
    assert (filled.content.url, filled.template) == ("https://tasks.example.com/new", template)
    assert "The request is what it was before." in undo(as_owner, written)
    back = Campaign.objects.get()
    assert (back.content, back.template, back.template_version) == (WRITTEN, first, 1)
    assert back.revision == filled.revision + 1


def test_a_command_is_taken_back(as_owner, written):
    form = {"revision": written.revision, "curl": "curl -X DELETE https://a.example/x"}
    as_owner.post(address("campaign_paste_curl", written), form)
    assert Campaign.objects.get().content.method == "DELETE"
    page = as_owner.get(address("campaign_content", written)).content.decode()
    assert f'action="{address("campaign_content_undo", written)}"' in page
    undo(as_owner, written)
    assert Campaign.objects.get().content == WRITTEN


def test_what_was_changed_since_is_not_overwritten(as_owner, written, template):
    use(as_owner, written, template)
    Campaign.objects.update(revision=written.revision + 2, name="Renamed")
    assert "“Renamed” was changed since, so nothing was undone" in undo(as_owner, written)
    assert Campaign.objects.get().content.url == "https://tasks.example.com/new"


def test_it_is_undone_once(as_owner, written, template):
    use(as_owner, written, template)
    undo(as_owner, written)
    assert "was changed since" in undo(as_owner, written)
    assert Campaign.objects.get().content == WRITTEN


def test_a_template_that_is_gone_is_not_come_back_to(as_owner, written, template, actor):
    first = saved_template(actor, "First")
    Campaign.objects.update(template=first, template_version=1)
    use(as_owner, written, template)
    Template.objects.filter(pk=first.pk).delete()
    undo(as_owner, written)
    back = Campaign.objects.get()
    assert (back.content, back.template, back.template_version) == (WRITTEN, None, None)


@pytest.mark.parametrize(("name", "status"), [("viewer", 403), ("outsider", 404)])
def test_only_who_may_edit_undoes(client, request, written, name, status):
    reader = cast.signed_in(client, request.getfixturevalue(name))
    assert reader.post(address("campaign_content_undo", written)).status_code == status


def test_undo_is_a_post(as_owner, written):
    assert as_owner.get(address("campaign_content_undo", written)).status_code == 405


def test_no_template_is_chosen_beforehand_and_each_says_whether_it_ever_answered(as_owner, campaign, template, actor):
    proven = saved_template(actor, "Proven")
    Template.objects.filter(pk=proven.pk).update(answered_ok_at=campaign.created_at)
    page = as_owner.get(address("campaign_content", campaign)).content.decode()
    dialog = page[page.index('id="use-template-form"') :]
    radios = re.findall(r'<input type="radio" name="template"[^>]*>', dialog)
    assert len(radios) == 2
    assert not any("checked" in radio for radio in radios)
    assert all("required" in radio for radio in radios)
    assert dialog.count("Never answered 20x") == 1
    assert 'name="template_search"' not in dialog


def test_the_search_among_templates(as_owner, campaign, actor):
    saved_template(actor, "Letter", tags=["crm"])
    template_archive(actor=actor, template=saved_template(actor, "Old letter"))
    saved_template(actor, "Parcel")

    def found(search):
        html = as_owner.get(address("campaign_templates", campaign), {"template_search": search}).content.decode()
        return re.findall("Letter|Old letter|Parcel|No template has these words", html)

    assert found("") == ["Letter", "Parcel"]
    assert found("letter") == ["Letter"]
    assert found("crm") == ["Letter"]
    assert found("zzz") == ["No template has these words"]


def test_the_search_of_templates_is_not_another_workspace_s(client, outsider, campaign):
    assert cast.signed_in(client, outsider).get(address("campaign_templates", campaign)).status_code == 404


def test_in_the_browser_a_template_is_found_used_and_undone(visit, campaign, actor):
    for number in range(11):
        saved_template(actor, f"Letter {number}")
    saved_template(actor, "Parcel")
    page = visit(address("campaign_content", campaign))
    page.get_by_role("button", name="Use a template").click()
    dialog = page.get_by_role("dialog", name="Use a template")
    dialog.get_by_role("searchbox", name="Search templates").fill("parcel")
    expect(dialog.get_by_role("radio")).to_have_count(1)
    shot(page, "use-template")
    dialog.get_by_role("button", name="Use template").click()
    expect(dialog).to_be_visible()  # nothing is chosen yet
    dialog.get_by_role("radio").check()
    dialog.get_by_role("button", name="Use template").click()
    page.get_by_role("region", name="Messages").get_by_role("button", name="Undo").click()
    expect(
        page.get_by_role("region", name="Messages").get_by_text("The request is what it was before.")
    ).to_be_visible()
    assert Campaign.objects.get().content == campaign.content
