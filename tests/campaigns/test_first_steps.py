"""The four steps of a new workspace: they tick themselves, hide, come back, and each has one button."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Member
from audience.models import Profile
from campaigns.first_steps import first_campaign_create, first_steps, first_steps_hidden
from campaigns.models import Campaign, CampaignStatus
from campaigns.problems import campaign_problems
from campaigns.testing import test_send as send_test
from channels.models import Connection
from notifications.models import Run
from notifications.states import RunKind
from tests import cast
from tests.notifications.ledger import notification_made, run_made
from webhooks_platform.base.errors import InvalidInput, NotAllowed, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver_url(settings):
    settings.DEMO_RECEIVER_URL = "http://127.0.0.1:9000"


def url(name, **parts):
    return reverse(name, kwargs={"workspace": "acme", **parts})


def done(workspace):
    steps = first_steps(workspace)
    return [steps.channel_on, steps.has_people, steps.campaign is not None, steps.run is not None]


def test_each_step_ticks_itself(client, owner, workspace, receiver_url):
    cast.signed_in(client, owner)
    assert (done(workspace), first_steps(workspace).next) == ([False] * 4, "channel")
    client.post(url("first_steps_channel"))
    assert done(workspace) == [True, False, False, False]
    answer = client.post(url("sample_people_load"), {"next": url("dashboard")})
    assert answer.headers["Location"] == url("dashboard")
    assert done(workspace) == [True, True, False, False]
    answer = client.post(url("first_steps_campaign"))
    campaign = Campaign.objects.get()
    assert answer.headers["Location"] == url("campaign_content", campaign=campaign.pk)
    assert (done(workspace), first_steps(workspace).next) == ([True, True, True, False], "test")
    notification_made(run_made(workspace, kind=RunKind.TEST, campaign_id=campaign.pk), "sample-1")
    assert first_steps(workspace).all_done


def test_the_first_campaign_can_be_tested_and_launched_as_it_is(actor, webhook_on, workspace, receiver_url, client):
    client.force_login(actor.user)
    client.post(url("sample_people_load"))
    campaign = first_campaign_create(actor=actor)
    assert [problem for problem in campaign_problems(campaign, now=timezone.now()) if problem.is_error] == []
    person = Profile.objects.filter(is_test=True).first()
    run = send_test(campaign=campaign, actor=actor, content=campaign.content, profile=person)
    assert Run.objects.get(pk=run.pk).kind == RunKind.TEST


def test_a_second_one_uses_the_same_connection(actor, webhook_on, receiver_url):
    first, second = first_campaign_create(actor=actor), first_campaign_create(actor=actor)
    assert first.content.connection_id == second.content.connection_id == Connection.objects.get().pk


def test_a_marketer_gets_a_campaign_without_a_connection(actor, webhook_on, teammate, workspace, receiver_url):
    campaign = first_campaign_create(actor=cast.acting(teammate, workspace))
    assert (campaign.content.connection_id, campaign.content.url) == (None, "http://127.0.0.1:9000/200")


def test_it_is_refused_in_words(actor, viewer, workspace, settings, receiver_url):
    with pytest.raises(InvalidInput, match="switched off"):
        first_campaign_create(actor=actor)
    with pytest.raises(NotAllowed):
        first_campaign_create(actor=cast.acting(viewer, workspace))
    settings.DEMO_RECEIVER_URL = ""
    with pytest.raises(NotFound, match="address of your own"):
        first_campaign_create(actor=actor)


def test_a_refusal_leads_back_home(client, owner, workspace, receiver_url):
    cast.signed_in(client, owner)
    answer = client.post(url("first_steps_campaign"), follow=True)
    assert "switched off" in answer.content.decode()


def test_an_archived_or_empty_campaign_is_none_to_test(workspace):
    Campaign.objects.create(workspace=workspace, name="Empty", channel="webhook")
    Campaign.objects.create(workspace=workspace, name="Old", channel="webhook", status=CampaignStatus.ARCHIVED)
    assert first_steps(workspace).campaign is None


def test_steps_are_hidden_for_one_member_and_come_back_from_help(client, owner, teammate, workspace):
    cast.signed_in(client, owner)
    assert "Four steps" in client.get(url("dashboard")).content.decode()
    answer = client.post(url("first_steps_hide"), follow=True)
    assert url("first_steps_show") in answer.content.decode()
    assert "Four steps" not in client.get(url("dashboard")).content.decode()
    assert Member.objects.filter(first_steps_hidden=True).count() == 1
    assert url("first_steps_show") in client.get(url("help")).content.decode()
    client.post(url("first_steps_show"))
    assert not first_steps_hidden(cast.acting(owner, workspace))


def test_the_steps_make_room_once_they_are_done(client, actor, campaign, workspace):
    cast.signed_in(client, actor.user)
    notification_made(run_made(workspace), "u-1")
    page = client.get(url("dashboard")).content.decode()
    assert "Four steps" not in page
    assert "Campaigns by state" in page


def test_a_viewer_sees_the_steps_without_buttons(client, viewer, workspace, receiver_url):
    cast.signed_in(client, viewer)
    page = client.get(url("dashboard")).content.decode()
    assert "Four steps" in page
    assert not [
        name for name in ("first_steps_channel", "sample_people_load", "first_steps_campaign") if url(name) in page
    ]
