"""A step is only shown to whoever may not change the campaign, and to everybody while it is archived."""

import html

import pytest
from django.urls import reverse

from accounts.models import Role
from campaigns.keeping import campaign_archive
from campaigns.models import Campaign, CampaignStatus
from tests import cast

pytestmark = pytest.mark.django_db
STEPS = ["setup", "audience", "content", "schedule", "review"]
CHANGING = ("Use a template", "Paste cURL", "Set authentication for this campaign")


def url(name, campaign):
    return reverse(name, kwargs={"workspace": "acme", "campaign": campaign.pk})


@pytest.fixture
def seen(client, campaign):
    def page(step):
        return html.unescape(client.get(url(f"campaign_{step}", campaign)).content.decode())

    return page


@pytest.fixture
def as_approver(client, workspace):
    return cast.signed_in(client, cast.joined(workspace, cast.person("Ann"), Role.APPROVER))


@pytest.fixture
def as_viewer(client, viewer):
    return cast.signed_in(client, viewer)


@pytest.fixture
def as_owner(client, owner):
    return cast.signed_in(client, owner)


@pytest.fixture
def archived(campaign, actor):
    return campaign_archive(campaign=campaign, actor=actor)


def is_only_shown(page, step):
    shown = step == "review" or "<fieldset disabled" in page
    return shown and "data-autosave" not in page and "All changes saved" not in page


@pytest.mark.parametrize("step", STEPS)
def test_a_viewer_is_shown_each_step(as_viewer, seen, step):
    page = seen(step)
    assert is_only_shown(page, step)
    assert "Your role can't change campaigns" in page
    for words in (*CHANGING, 'tab-open="#tab-test-response"', "Save as template", "launch-dialog"):
        assert words not in page


def test_an_approver_changes_nothing_and_launches(as_approver, seen, campaign):
    assert is_only_shown(seen("content"), "content")
    assert "launch-dialog" in seen("review")
    assert (
        as_approver.post(url("campaign_launch", campaign), {"revision": 1, "expected_people": "1"}).status_code == 302
    )
    assert Campaign.objects.get(pk=campaign.pk).status == CampaignStatus.LAUNCHED


@pytest.mark.parametrize("step", STEPS)
def test_an_archived_campaign_is_shown_and_unarchived(as_owner, seen, archived, step):
    page = seen(step)
    assert is_only_shown(page, step)
    assert "This campaign is archived" in page
    assert f'name="next" value="{url(f"campaign_{step}", archived)}"' in page
    for words in (*CHANGING, "Ready to launch", "launch-dialog"):
        assert words not in page
    answer = as_owner.post(url("campaign_unarchive", archived), {"next": url(f"campaign_{step}", archived)})
    assert answer.url == url(f"campaign_{step}", archived)
    assert "This campaign is archived" not in seen(step)


def test_setup_of_an_archived_campaign_shows_the_name(as_owner, seen, archived):
    page = seen("setup")
    assert page.index("<fieldset disabled") < page.index('name="labels"')


def test_a_viewer_unarchives_nothing(as_viewer, seen, archived):
    page = seen("review")
    assert "This campaign is archived" in page
    assert "Unarchive" not in page


def test_an_editor_changes_everything(as_owner, seen):
    for step in STEPS[:-1]:
        assert "data-autosave" in seen(step)
        assert "<fieldset disabled" not in seen(step)
    for words in (*CHANGING, 'tab-open="#tab-test-response"', "Save as template"):
        assert words in seen("content")
