import time
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from channels.models import ChannelKind
from channels.services import channel_switch
from delivery.breaker import breaker_view
from delivery.destination import run_destination
from delivery.shared import shared_redis
from notifications.log_page import LIVE_GROUPS_LIMIT
from notifications.models import Run, RunTally
from notifications.resend import ResendChoice
from tests import cast

pytestmark = pytest.mark.django_db
STEPS = ["setup", "audience", "content", "schedule", "review"]


def url(name, campaign, **kwargs):
    return reverse(name, kwargs={"workspace": campaign.workspace.slug, "campaign": campaign.pk, **kwargs})


@pytest.fixture
def as_owner(client, owner):
    return cast.signed_in(client, owner)


@pytest.mark.parametrize("step", STEPS)
def test_each_step_shows(as_owner, campaign, step):
    page = as_owner.get(url(f"campaign_{step}", campaign))
    assert page.status_code == 200
    assert "Win-back" in page.content.decode()


@pytest.mark.parametrize("step", STEPS)
def test_a_viewer_reads_each_step(client, viewer, campaign, step):
    assert cast.signed_in(client, viewer).get(url(f"campaign_{step}", campaign)).status_code == 200


@pytest.mark.parametrize("step", STEPS[:-1])
def test_a_viewer_saves_nothing(client, viewer, campaign, step):
    answer = cast.signed_in(client, viewer).post(
        url(f"campaign_{step}", campaign), {"revision": 1, "name": "Mine", "channel": "", "url": "https://x.example"}
    )
    assert answer.status_code == 403
    assert Campaign.objects.get(pk=campaign.pk).revision == 1


def test_a_campaign_of_another_workspace_is_not_found(client, outsider, campaign):
    path = reverse("campaign_setup", kwargs={"workspace": "globex", "campaign": campaign.pk})
    assert cast.signed_in(client, outsider).get(path).status_code == 404


def test_create_campaign_opens_setup(as_owner, workspace):
    answer = as_owner.post(reverse("campaign_new", kwargs={"workspace": workspace.slug}), {"name": "Spring"})
    assert answer.url == url("campaign_setup", Campaign.objects.get(name="Spring"))


def test_create_campaign_without_a_name_says_so(as_owner, workspace):
    answer = as_owner.post(reverse("campaign_new", kwargs={"workspace": workspace.slug}), {"name": " "})
    assert answer.status_code == 422
    assert "1 to 120" in answer.content.decode()


def test_saving_content_answers_with_the_new_revision(as_owner, campaign):
    answer = as_owner.post(
        url("campaign_content", campaign),
        {"revision": 1, "method": "PUT", "url": "https://b.example/", "missing": "skip"},
    )
    assert 'value="2"' in answer.content.decode()
    assert Campaign.objects.get(pk=campaign.pk).content.method == "PUT"


def test_the_second_editor_gets_409(as_owner, campaign):
    path = url("campaign_setup", campaign)
    as_owner.post(path, {"revision": 1, "name": "First", "channel": "webhook"})
    answer = as_owner.post(
        path, {"revision": 1, "name": "Second", "channel": "webhook"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 409
    assert "not overwritten" in answer.json()["detail"]


def test_setup_saved_while_webhook_is_off_keeps_the_channel(as_owner, actor, campaign):
    channel_switch(workspace=actor.workspace, actor=actor, kind=ChannelKind.WEBHOOK, enabled=False)
    assert 'name="channel"' not in as_owner.get(url("campaign_setup", campaign)).content.decode()
    answer = as_owner.post(url("campaign_setup", campaign), {"revision": 1, "name": "Spring"})
    assert answer.status_code == 200
    campaign.refresh_from_db()
    assert (campaign.name, campaign.channel) == ("Spring", ChannelKind.WEBHOOK)


def test_the_webhook_part_appears_only_once_webhook_is_chosen(as_owner, campaign):
    Campaign.objects.filter(pk=campaign.pk).update(channel="")
    assert 'id="content-form"' not in as_owner.get(url("campaign_content", campaign)).content.decode()


def test_the_preview_shows_the_nasty_name_whole(as_owner, campaign, profile):
    pair = {"name": "n", "value": "{{ first_name }}", "enabled": "on", "type": "text"}
    form = {"url": "https://a.example", "person": profile.pk, "body.kind": "json_pairs"}
    form |= {f"body.pairs.0.{part}": value for part, value in pair.items()}
    page = as_owner.post(url("campaign_preview", campaign), form)
    assert r"Zoë \&quot;Z\&quot; O&#x27;Neil \\ &lt;b&gt;" in page.content.decode()


def test_the_preview_sends_problems_to_their_fields(as_owner, campaign):
    answer = as_owner.post(url("campaign_preview", campaign), {"url": "https://a.example/{{ nope"})
    assert '"field": "url"' in answer["HX-Trigger"]


def test_review_links_each_problem_to_its_field(as_owner, campaign):
    Campaign.objects.filter(pk=campaign.pk).update(channel="")
    page = as_owner.get(url("campaign_review", campaign)).content.decode()
    assert url("campaign_setup", campaign) + "#channel" in page


def test_launch_leads_to_the_run(as_owner, campaign):
    answer = as_owner.post(url("campaign_launch", campaign), {"revision": 1, "expected_people": "1"})
    run = Run.objects.get()
    assert answer.url == reverse("run_detail", kwargs={"workspace": "acme", "run": run.pk})
    assert as_owner.get(answer.url).status_code == 200


def test_a_launch_that_is_refused_says_why(as_owner, campaign, profile):
    profile.delete()
    page = as_owner.post(url("campaign_launch", campaign), {"revision": 1, "expected_people": "1"}, follow=True)
    assert "Nobody is in this audience" in page.content.decode()


def test_a_blocked_address_keeps_a_launch(as_owner, campaign):
    campaign.content = campaign.content.model_copy(update={"url": "https://10.0.0.7/x"})
    campaign.save()
    page = as_owner.post(url("campaign_launch", campaign), {"revision": 1, "expected_people": "1"}, follow=True)
    assert "1 problem to mend first: Nothing may be sent to 10.0.0.7" in page.content.decode()
    assert Run.objects.count() == 0


@pytest.mark.parametrize("name", ["campaign_launch", "campaign_duplicate", "campaign_archive", "campaign_unschedule"])
def test_changes_are_posts(as_owner, campaign, name):
    assert as_owner.get(url(name, campaign)).status_code == 405


def test_an_archived_campaign_leaves_the_list(as_owner, campaign, workspace):
    as_owner.post(url("campaign_archive", campaign))
    listed = reverse("campaigns", kwargs={"workspace": workspace.slug})
    assert "Win-back" not in as_owner.get(listed).content.decode().split("toast")[0]
    assert "Win-back" in as_owner.get(listed + "?status=archived").content.decode()


# User, membership, the page of campaigns, their latest runs, their tallies, the labels, the user's workspaces.
LIST_QUERIES = 10


@pytest.mark.parametrize("count", [1, 25])
def test_the_list_costs_the_same_for_1_and_25_rows(as_owner, workspace, count, django_assert_num_queries):
    for number in range(count):
        campaign = Campaign.objects.create(workspace=workspace, name=f"C{number}")
        a_run(campaign)
    with django_assert_num_queries(LIST_QUERIES):
        as_owner.get(reverse("campaigns", kwargs={"workspace": workspace.slug}))


def a_run(campaign):
    return Run.objects.create(
        workspace=campaign.workspace,
        campaign_id=campaign.pk,
        campaign_name=campaign.name,
        run_at=timezone.now(),
        content=campaign.content,
        retention_days=30,
        slots=1,
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"audience_description": "Everyone"}, "<p>Audience: Everyone</p>"),
        ({"audience_description": "Ada Byron", "kind": "test"}, "<p>Test for Ada Byron</p>"),
        ({"audience_description": "Resend of", "resend": ResendChoice(run_id=1)}, "<p>Resend of</p>"),
    ],
)
def test_the_run_page_says_which_run_it_is_and_of_whom(as_owner, campaign, fields, words):
    run = a_run(campaign)
    Run.objects.filter(pk=run.pk).update(run_at=datetime(2025, 11, 28, 14, 2, tzinfo=UTC), **fields)
    page = as_owner.get(reverse("run_detail", kwargs={"workspace": "acme", "run": run.pk})).content.decode()
    assert f"Run {run.pk} of 28 Nov 2025, 14:02</span>" in page
    assert words in page


def test_a_run_of_this_year_is_told_without_it(as_owner, campaign):
    run = a_run(campaign)
    page = as_owner.get(reverse("run_detail", kwargs={"workspace": "acme", "run": run.pk})).content.decode()
    assert f"Run {run.pk} of {run.run_at:%-d %b, %H:%M}</span>" in page


def test_the_run_page_offers_what_its_state_allows(as_owner, campaign):
    run = a_run(campaign)
    page = reverse("run_detail", kwargs={"workspace": "acme", "run": run.pk})
    control = {name: reverse(f"run_{name}", kwargs={"workspace": "acme", "run": run.pk}) for name in ("pause", "stop")}
    assert control["pause"] in as_owner.get(page).content.decode()
    assert "Nothing is sent until it is resumed" in as_owner.post(control["pause"], follow=True).content.decode()
    assert "reload" in as_owner.post(control["pause"], follow=True).content.decode().lower()
    assert control["pause"] not in as_owner.get(page).content.decode()


def test_the_live_part_brings_new_buttons_only_once_the_state_moved_on(as_owner, campaign):
    run = a_run(campaign)
    live = reverse("run_live", kwargs={"workspace": "acme", "run": run.pk})
    assert 'id="run-actions"' not in as_owner.get(f"{live}?state={run.state}").content.decode()
    assert 'id="run-actions"' in as_owner.get(f"{live}?state=paused").content.decode()


def test_many_problems_of_an_open_run_are_not_grouped_each_second(as_owner, campaign, monkeypatch):
    run, asked = a_run(campaign), []

    def grouped(run):
        asked.append(run)
        return []

    monkeypatch.setattr("campaigns.views.runs.error_groups", grouped)
    live = reverse("run_live", kwargs={"workspace": "acme", "run": run.pk})
    tally = RunTally.objects.create(run=run, slot=0, state="failed", count=LIVE_GROUPS_LIMIT)
    for _ in range(2):
        as_owner.get(live)
    assert len(asked) == 2
    RunTally.objects.filter(pk=tally.pk).update(count=LIVE_GROUPS_LIMIT + 1)
    for _ in range(3):
        as_owner.get(live)
    assert len(asked) == 3


def test_an_open_breaker_shows_and_is_reset(as_owner, campaign):
    run = a_run(campaign)
    destination = run_destination(run)
    soon = round((time.time() + 300) * 1_000_000)
    shared_redis().hset(destination.breaker_key, mapping={"state": "open", "until": soon, "epoch": 1})
    Run.objects.filter(pk=run.pk).update(audience_count=1)
    page = reverse("run_detail", kwargs={"workspace": "acme", "run": run.pk})
    reset = reverse("run_destination_reset", kwargs={"workspace": "acme", "run": run.pk})
    shown = as_owner.get(page).content.decode()
    assert "next probe in 5 min" in shown
    assert reset in shown
    assert "Sending again" in as_owner.post(reset, follow=True).content.decode()
    assert breaker_view(run.workspace_id, destination.key).state == "closed"
    assert reset not in as_owner.get(page).content.decode()


def test_a_viewer_steers_no_run(client, viewer, campaign):
    run = a_run(campaign)
    cast.signed_in(client, viewer)
    for name in ("run_pause", "run_resume", "run_stop", "run_destination_reset"):
        assert client.post(reverse(name, kwargs={"workspace": "acme", "run": run.pk})).status_code == 403
