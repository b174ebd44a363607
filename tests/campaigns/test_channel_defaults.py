"""A channel's defaults where campaigns use them: retention, time zone and the daily limit."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Workspace
from audience.models import Profile
from campaigns.channel_dependents import channel_dependents_of
from campaigns.models import Campaign
from campaigns.problems import campaign_problems
from campaigns.services import campaign_create, campaign_launch
from channels.defaults import channel_defaults_set, daily_limit_take, people_on_day
from channels.errors import DailyLimitReached
from channels.services import channel_switch
from notifications.models import Run
from templates_lib.content import WebhookContent
from tests.cast import acting, signed_in
from webhooks_platform.base.errors import ProductError


@pytest.fixture
def campaign(workspace: Workspace, owner: User) -> Campaign:
    """For three people."""
    actor = acting(owner, workspace)
    channel_switch(workspace=workspace, actor=actor, kind="webhook", enabled=True)
    for number in range(3):
        Profile.objects.create(workspace=workspace, user_id=f"u{number}")
    return campaign_create(
        actor=actor, name="Spring", channel="webhook", content=WebhookContent(url="https://a.example/x")
    )


def limited(workspace: Workspace, owner: User, limit: int | None, days: int | None = None, zone: str = "") -> None:
    channel_defaults_set(
        actor=acting(owner, workspace), kind="webhook", time_zone=zone, retention_days=days, daily_limit=limit
    )


def launched(campaign: Campaign, owner: User) -> Run:
    campaign.refresh_from_db()
    actor = acting(owner, campaign.workspace)
    return campaign_launch(campaign=campaign, actor=actor, revision=campaign.revision, at=timezone.now())


def words(campaign: Campaign) -> list[str]:
    return [problem.words for problem in campaign_problems(campaign, now=timezone.now()) if problem.is_error]


def test_a_run_keeps_what_the_channel_says(workspace: Workspace, owner: User, campaign: Campaign) -> None:
    limited(workspace, owner, None, days=7)
    assert launched(campaign, owner).retention_days == 7


def test_launches_count_and_the_one_too_many_is_refused(workspace: Workspace, owner: User, campaign: Campaign) -> None:
    limited(workspace, owner, 5)
    launched(campaign, owner)
    assert people_on_day(workspace, "webhook", timezone.now()) == 3
    (problem,) = words(campaign)
    assert "It is for 3 people, and the channel's limit is 5 a day, of which 3 are taken." in problem
    with pytest.raises(ProductError):
        launched(campaign, owner)
    assert Run.objects.count() == 1


def test_one_that_would_pass_it_later_is_told_beforehand(
    workspace: Workspace, owner: User, campaign: Campaign, client: Client
) -> None:
    limited(workspace, owner, 2)
    review = reverse("campaign_review", kwargs={"workspace": workspace.slug, "campaign": campaign.pk})
    assert "limit is 2 a day" in signed_in(client, owner).get(review).content.decode()


def test_a_launch_meanwhile_is_not_overtaken(workspace: Workspace, owner: User, campaign: Campaign) -> None:
    """Review was fine, and then somebody else launched."""
    limited(workspace, owner, 5)
    assert words(campaign) == []
    daily_limit_take(workspace=workspace, kind="webhook", people=4, at=timezone.now())
    with pytest.raises(DailyLimitReached):
        daily_limit_take(workspace=workspace, kind="webhook", people=3, at=timezone.now())


def test_tomorrow_is_another_day(workspace: Workspace, owner: User, campaign: Campaign) -> None:
    limited(workspace, owner, 5)
    daily_limit_take(workspace=workspace, kind="webhook", people=5, at=timezone.now())
    assert len(words(campaign)) == 1
    later = timezone.now() + timedelta(days=2)
    campaign.schedule = campaign.schedule.model_copy(
        update={"kind": "later", "local": later.replace(tzinfo=None, second=0, microsecond=0), "time_zone": "UTC"}
    )
    assert words(campaign) == []


def test_schedule_offers_the_channels_time_zone(
    workspace: Workspace, owner: User, campaign: Campaign, client: Client
) -> None:
    limited(workspace, owner, None, zone="Asia/Tokyo")
    schedule = reverse("campaign_schedule", kwargs={"workspace": workspace.slug, "campaign": campaign.pk})
    assert signed_in(client, owner).get(schedule).context["chosen_zone"] == "Asia/Tokyo"


def test_what_depends_on_the_channel(workspace: Workspace, owner: User, campaign: Campaign) -> None:
    assert [(each.count, each.label) for each in channel_dependents_of(workspace, "webhook")] == [
        (1, "campaign in draft")
    ]
    launched(campaign, owner)
    assert [(each.count, each.label) for each in channel_dependents_of(workspace, "webhook")] == [
        (1, "run in flight"),
        (1, "campaign launched"),
    ]
