"""A scheduled campaign launches as it stood when it was scheduled: until then only its name and labels change."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from audience.choice import AudienceChoice
from campaigns.errors import CampaignScheduled
from campaigns.models import Campaign
from campaigns.repeat import Repeat
from campaigns.schedule import Schedule
from campaigns.services import campaign_schedule, campaign_unschedule, campaign_update, campaigns_launch_due
from channels.models import Connection
from templates_lib.content import WebhookContent
from tests import cast

pytestmark = pytest.mark.django_db
STEPS = ["setup", "audience", "content", "schedule", "review"]
FIRST = datetime(2030, 10, 24, 9, 0)
FIRST_UTC = datetime(2030, 10, 24, 7, 0, tzinfo=UTC)
MOMENT = "Thursday 24 October 2030, 09:00 Europe/Vienna time (07:00 UTC)"
ONCE = Schedule(kind="later", local=FIRST, time_zone="Europe/Vienna")
DAILY = Schedule(kind="repeat", local=FIRST, time_zone="Europe/Vienna", repeat=Repeat(every="day"))
CHANGES = {
    "channel": "",
    "audience": AudienceChoice(kind="test_users"),
    "content": WebhookContent(url="https://half.typed/"),
    "schedule": ONCE.model_copy(update={"local": datetime(2030, 12, 1, 9, 0)}),
}


def put_on_the_clock(campaign, actor, schedule):
    campaign_update(campaign=campaign, actor=actor, revision=campaign.revision, schedule=schedule)
    return campaign_schedule(campaign=campaign, actor=actor, revision=campaign.revision)


@pytest.fixture
def scheduled(campaign, actor):
    return put_on_the_clock(campaign, actor, ONCE)


@pytest.fixture
def as_owner(client, owner):
    return cast.signed_in(client, owner)


def url(name, campaign, **kwargs):
    return reverse(name, kwargs={"workspace": "acme", "campaign": campaign.pk, **kwargs})


def changed(campaign, actor, **parts):
    found = Campaign.objects.get(pk=campaign.pk)
    return campaign_update(campaign=found, actor=actor, revision=found.revision, **parts)


@pytest.mark.parametrize("part", CHANGES)
def test_what_would_be_launched_stays_as_it_is(scheduled, actor, part):
    before = Campaign.objects.values().get(pk=scheduled.pk)
    with pytest.raises(CampaignScheduled) as caught:
        changed(scheduled, actor, name="Spring", **{part: CHANGES[part]})
    assert caught.value.message == (
        f"“Win-back” is scheduled: it launches by itself on {MOMENT}. Take it off the schedule first, then change its "
        f"{part}."
    )
    assert Campaign.objects.values().get(pk=scheduled.pk) == before


def test_name_and_labels_may_change(scheduled, actor):
    changed(scheduled, actor, name="Spring", labels=["VIP"], schedule=scheduled.schedule)
    assert Campaign.objects.get(pk=scheduled.pk).labels == ["VIP"]


def test_between_two_launches_of_a_repeat_the_same_holds_with_the_next_moment(campaign, actor):
    put_on_the_clock(campaign, actor, DAILY)
    assert len(campaigns_launch_due(now=FIRST_UTC)) == 1
    with pytest.raises(CampaignScheduled, match="Friday 25 October 2030, 09:00"):
        changed(campaign, actor, **CHANGES)


def test_off_the_schedule_it_changes_and_is_scheduled_anew(scheduled, actor):
    campaign_unschedule(campaign=scheduled, actor=actor)
    found = changed(scheduled, actor, schedule=CHANGES["schedule"])
    again = campaign_schedule(campaign=found, actor=actor, revision=found.revision)
    assert again.launch_at == datetime(2030, 12, 1, 8, 0, tzinfo=UTC)


def test_over_the_api_it_is_a_conflict_with_the_reason(client, workspace, scheduled):
    answer = client.patch(
        reverse("api_campaign", kwargs={"campaign": scheduled.pk}),
        {"revision": scheduled.revision, "content": {"url": "https://half.typed/"}},
        content_type="application/json",
        headers=cast.api_headers(workspace),
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "campaign_scheduled")
    assert MOMENT in answer.json()["detail"]
    assert "Take it off the schedule first" in answer.json()["detail"]


@pytest.mark.parametrize("step", ["audience", "content", "schedule"])
def test_a_page_that_was_open_saves_nothing(as_owner, scheduled, step):
    form = {"revision": scheduled.revision, "url": "https://half.typed/", "audience": "test_users", "kind": "now"}
    answer = as_owner.post(url(f"campaign_{step}", scheduled), form, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "Take it off the schedule first" in answer.json()["detail"]


def test_refused_authentication_leaves_no_secret_behind(as_owner, scheduled):
    form = {"revision": scheduled.revision, "auth_url": "https://a.example", "auth_kind": "bearer", "auth_secret": "s"}
    answer = as_owner.post(url("campaign_authenticate", scheduled), form, headers={"HX-Request": "true"})
    assert "Take it off the schedule first" in answer.json()["detail"]
    assert not Connection.objects.exists()


@pytest.mark.parametrize("step", STEPS)
def test_each_step_says_when_it_launches_and_leads_off_the_schedule(as_owner, scheduled, step):
    here = url(f"campaign_{step}", scheduled)
    page = as_owner.get(here).content.decode()
    assert f"Scheduled for {MOMENT}" in page
    assert page.count("Take off the schedule") == 1
    assert f'name="next" value="{here}"' in page
    answer = as_owner.post(url("campaign_unschedule", scheduled), {"next": here})
    assert (answer.status_code, answer.url) == (302, here)
    assert "Take off the schedule" not in as_owner.get(here).content.decode()


def test_the_moment_is_the_clock_s_and_not_the_schedule_s(as_owner, scheduled):
    Campaign.objects.filter(pk=scheduled.pk).update(schedule=CHANGES["schedule"])
    for step in ("schedule", "review"):
        page = as_owner.get(url(f"campaign_{step}", scheduled)).content.decode()
        assert f"Scheduled for {MOMENT}" in page
    assert "1 December 2030" not in page


def test_a_repeat_says_how_it_goes_on(as_owner, campaign, actor):
    put_on_the_clock(campaign, actor, DAILY)
    campaigns_launch_due(now=FIRST_UTC + timedelta(minutes=1))
    page = as_owner.get(url("campaign_review", campaign)).content.decode()
    assert "Scheduled for Friday 25 October 2030, 09:00" in page
    assert "It launches by itself: every day at 09:00." in page


@pytest.mark.parametrize("step", ["audience", "content", "schedule"])
def test_a_step_is_shown_and_saves_nothing_by_itself(as_owner, scheduled, step):
    page = as_owner.get(url(f"campaign_{step}", scheduled)).content.decode()
    assert "data-autosave" not in page
    assert "<fieldset disabled" in page
    assert "All changes saved" not in page


def test_setup_saves_the_name_and_shows_the_channel(as_owner, scheduled):
    page = as_owner.get(url("campaign_setup", scheduled)).content.decode()
    assert page.count("<fieldset disabled") == 1
    assert page.index('name="labels"') < page.index("<fieldset disabled") < page.index('name="channel"')
    form = {"revision": scheduled.revision, "name": "Spring", "labels": "VIP"}
    assert as_owner.post(url("campaign_setup", scheduled), form).status_code == 200
    assert Campaign.objects.get(pk=scheduled.pk).name == "Spring"


def test_the_shown_content_is_previewed_as_it_is_saved(as_owner, scheduled, profile):
    page = as_owner.post(url("campaign_preview", scheduled), {"person": profile.pk}).content.decode()
    assert "https://api.example.com/people/u-1" in page


def test_the_shown_content_is_tested_as_it_is_saved(as_owner, scheduled, profile):
    page = as_owner.post(url("campaign_test", scheduled), {"person": profile.pk}).content.decode()
    assert "The test was not sent" not in page


def test_what_would_be_refused_is_not_offered(as_owner, scheduled):
    page = as_owner.get(url("campaign_content", scheduled)).content.decode()
    for words in ("Use a template", "Paste cURL", "Set authentication for this campaign"):
        assert words not in page
    for words in ("Send test", "Save as template"):
        assert words in page
