from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from audience.choice import AudienceChoice
from audience.models import Profile
from campaigns.errors import EditedMeanwhile, NotReady
from campaigns.keeping import campaign_duplicate
from campaigns.models import Campaign, CampaignStatus
from campaigns.repeat import Repeat
from campaigns.schedule import Schedule
from campaigns.services import (
    campaign_create,
    campaign_launch,
    campaign_schedule,
    campaign_unschedule,
    campaign_update,
    campaigns_launch_due,
)
from channels.models import ChannelKind
from channels.services import channel_switch
from notifications.models import Run
from templates_lib.content import WebhookContent
from tests import cast
from webhooks_platform.base.errors import InvalidInput, NotAllowed, StaleState

pytestmark = pytest.mark.django_db


def stored(campaign):
    return Campaign.objects.get(pk=campaign.pk)


def launched(campaign, actor):
    return campaign_launch(campaign=campaign, actor=actor, revision=campaign.revision, at=timezone.now())


def later(minutes=60):
    local = datetime.now(UTC).replace(tzinfo=None, microsecond=0) + timedelta(minutes=minutes)
    return Schedule(kind="later", local=local, time_zone="UTC")


def test_a_save_raises_the_revision_and_leaves_a_trace(campaign, actor):
    campaign_update(campaign=campaign, actor=actor, revision=1, name="Spring")
    assert (stored(campaign).name, stored(campaign).revision) == ("Spring", 2)
    assert AuditEntry.objects.filter(action="campaign.changed", target_id=str(campaign.pk)).exists()


def test_a_save_that_changes_nothing_keeps_the_revision(campaign, actor):
    campaign_update(campaign=campaign, actor=actor, revision=1, name="Win-back")
    assert stored(campaign).revision == 1


def test_the_second_editor_is_told_and_overwrites_nothing(campaign, actor):
    second = stored(campaign)
    campaign_update(campaign=campaign, actor=actor, revision=1, name="First")
    with pytest.raises(EditedMeanwhile, match="not overwritten"):
        campaign_update(campaign=second, actor=actor, revision=1, name="Second")
    assert stored(campaign).name == "First"


@pytest.mark.parametrize("name", ["", "   ", "x" * 121])
def test_a_bad_name_is_refused(actor, name):
    with pytest.raises(InvalidInput) as caught:
        campaign_create(actor=actor, name=name)
    assert caught.value.field == "name"


def test_webhook_can_not_be_chosen_while_it_is_off(actor):
    with pytest.raises(InvalidInput, match="Manage Channels"):
        campaign_create(actor=actor, name="A", channel=ChannelKind.WEBHOOK)


def test_a_viewer_changes_nothing(campaign, viewer):
    actor = cast.acting(viewer, campaign.workspace)
    with pytest.raises(NotAllowed):
        campaign_update(campaign=campaign, actor=actor, revision=1, name="Mine")
    with pytest.raises(NotAllowed):
        launched(campaign, actor)


def test_a_launch_freezes_content_and_audience(campaign, actor):
    run = launched(campaign, actor)
    campaign_update(
        campaign=campaign, actor=actor, revision=campaign.revision, content=WebhookContent(url="https://b.example")
    )
    run.refresh_from_db()
    assert run.content.url == "https://api.example.com/people/{{ user_id }}"
    assert stored(campaign).status == CampaignStatus.LAUNCHED


def test_a_second_click_on_launch_starts_no_second_run(campaign, actor):
    second = stored(campaign)
    launched(campaign, actor)
    with pytest.raises(StaleState):
        campaign_launch(campaign=second, actor=actor, revision=1, at=timezone.now())
    assert Run.objects.count() == 1


def test_a_launched_campaign_can_be_corrected_and_launched_again(campaign, actor):
    launched(campaign, actor)
    launched(stored(campaign), actor)
    assert Run.objects.count() == 2


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"channel": ""}, "No channel"),
        ({"content": WebhookContent()}, "URL"),
        ({"content": WebhookContent(url="https://a.example/{{ user_id ")}, "never closed"),
        ({"audience": AudienceChoice(kind="test_users")}, "Nobody"),
        ({"audience": AudienceChoice(kind="segment", segment_id=9)}, "segment"),
        ({"content": WebhookContent(url="https://a.example", connection_id=99)}, "connection"),
    ],
)
def test_a_launch_is_refused_with_every_reason(campaign, actor, parts, words):
    campaign_update(campaign=campaign, actor=actor, revision=1, **parts)
    with pytest.raises(NotReady, match=words):
        launched(campaign, actor)
    assert stored(campaign).status == CampaignStatus.DRAFT
    assert not Run.objects.exists()


def test_no_launch_while_the_channel_is_off(campaign, actor):
    channel_switch(workspace=actor.workspace, actor=actor, kind=ChannelKind.WEBHOOK, enabled=False)
    with pytest.raises(NotReady, match="switched off"):
        launched(campaign, actor)


def test_a_scheduled_campaign_launches_once_when_it_is_due(campaign, actor):
    campaign_update(campaign=campaign, actor=actor, revision=1, schedule=later())
    campaign_schedule(campaign=campaign, actor=actor, revision=campaign.revision)
    assert campaigns_launch_due(now=timezone.now()) == []
    due = timezone.now() + timedelta(minutes=61)
    runs = campaigns_launch_due(now=due)
    assert len(runs) == 1
    assert campaigns_launch_due(now=due) == []
    assert stored(campaign).status == CampaignStatus.LAUNCHED


def test_a_repeated_campaign_launches_each_time_and_catches_nothing_up(campaign, actor):
    first = later()
    daily = first.model_copy(update={"kind": "repeat", "repeat": Repeat(every="day")})
    campaign_update(campaign=campaign, actor=actor, revision=1, schedule=daily)
    campaign_schedule(campaign=campaign, actor=actor, revision=campaign.revision)
    start = first.at()
    assert len(campaigns_launch_due(now=start)) == 1
    assert campaigns_launch_due(now=start) == []
    assert (stored(campaign).status, stored(campaign).launch_at) == ("scheduled", start + timedelta(days=1))
    assert len(campaigns_launch_due(now=start + timedelta(days=3, hours=1))) == 1
    assert stored(campaign).launch_at == start + timedelta(days=4)
    assert Run.objects.count() == 2


def test_a_repeat_s_last_launch_leaves_the_clock(campaign, actor):
    first = later()
    once = first.model_copy(update={"kind": "repeat", "repeat": Repeat(every="day", until=first.local.date())})
    campaign_update(campaign=campaign, actor=actor, revision=1, schedule=once)
    campaign_schedule(campaign=campaign, actor=actor, revision=campaign.revision)
    assert len(campaigns_launch_due(now=first.at())) == 1
    assert (stored(campaign).status, stored(campaign).launch_at) == (CampaignStatus.LAUNCHED, None)
    ended = Repeat(until=first.local.date() - timedelta(days=1))
    over = once.model_copy(update={"local": first.local - timedelta(days=9), "repeat": ended})
    found = stored(campaign)
    campaign_update(campaign=found, actor=actor, revision=found.revision, schedule=over)
    with pytest.raises(NotReady, match="last of the repeated times"):
        campaign_schedule(campaign=found, actor=actor, revision=found.revision)


def test_a_scheduled_launch_that_can_not_happen_says_why_and_stops_trying(campaign, actor, profile):
    campaign_update(campaign=campaign, actor=actor, revision=1, schedule=later())
    campaign_schedule(campaign=campaign, actor=actor, revision=campaign.revision)
    Profile.objects.all().delete()
    assert campaigns_launch_due(now=timezone.now() + timedelta(hours=2)) == []
    found = stored(campaign)
    assert (found.status, found.launch_at) == (CampaignStatus.DRAFT, None)
    assert "Nobody" in found.launch_problem


@pytest.mark.parametrize("schedule", [Schedule(), later(minutes=-5), Schedule(kind="later")])
def test_only_a_future_time_can_be_scheduled(campaign, actor, schedule):
    campaign_update(campaign=campaign, actor=actor, revision=1, schedule=schedule)
    with pytest.raises(InvalidInput):
        campaign_schedule(campaign=campaign, actor=actor, revision=campaign.revision)


def test_unscheduling_makes_a_draft_again(campaign, actor):
    campaign_update(campaign=campaign, actor=actor, revision=1, schedule=later())
    campaign_schedule(campaign=campaign, actor=actor, revision=campaign.revision)
    campaign_unschedule(campaign=stored(campaign), actor=actor)
    assert stored(campaign).status == CampaignStatus.DRAFT
    assert campaigns_launch_due(now=timezone.now() + timedelta(hours=2)) == []


def test_unscheduling_what_ran_leaves_it_launched_and_the_revision_grows(campaign, actor):
    campaign_launch(campaign=campaign, actor=actor, revision=1, at=timezone.now())
    campaign_update(campaign=campaign, actor=actor, revision=2, schedule=later())
    campaign_schedule(campaign=campaign, actor=actor, revision=3)
    before = stored(campaign)
    campaign_unschedule(campaign=stored(campaign), actor=actor)
    after = stored(campaign)
    assert (after.status, after.launch_at, after.revision) == (CampaignStatus.LAUNCHED, None, before.revision + 1)
    with pytest.raises(StaleState, match="already"):
        campaign_unschedule(campaign=before, actor=actor)


def test_a_duplicate_is_a_draft_with_the_same_parts(campaign, actor):
    copy = campaign_duplicate(campaign=campaign, actor=actor)
    assert (copy.status, copy.content, copy.name) == (CampaignStatus.DRAFT, campaign.content, "Copy of Win-back")
