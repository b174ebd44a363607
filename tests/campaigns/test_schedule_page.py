"""The Schedule step: the resulting moment in words, and the next five of a repeat."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from campaigns.models import Campaign
from tests.cast import signed_in

pytestmark = pytest.mark.django_db
FIRST = {"date": "2030-10-24", "time": "09:00", "time_zone": "Europe/Vienna"}


@pytest.fixture
def save(client, owner, campaign):
    editor = signed_in(client, owner)
    page = reverse("campaign_schedule", kwargs={"workspace": "acme", "campaign": campaign.pk})

    def saved(**data):
        campaign.refresh_from_db()
        answer = editor.post(f"{page}?step=schedule", {"revision": campaign.revision, **data})
        return answer.status_code, answer.content.decode()

    return saved


def test_send_later_answers_with_the_moment_in_words(save):
    status, html = save(kind="later", **FIRST)
    assert status == 200
    assert 'hx-swap-oob="true"' in html
    assert "Thursday 24 October 2030, 09:00 Europe/Vienna time (07:00 UTC)" in html
    assert "The next" not in html


def test_a_repeat_answers_with_the_next_five_over_the_change_of_the_clocks(save, campaign):
    status, html = save(kind="repeat", repeat_every="week", repeat_interval="1", repeat_weekdays=["3", "6"], **FIRST)
    assert status == 200
    assert "The next 5 times" in html
    assert html.count("<li>") >= 5
    assert "Sunday 27 October 2030, 09:00 Europe/Vienna time (08:00 UTC)" in html
    stored = Campaign.objects.get(pk=campaign.pk).schedule
    assert (stored.kind, stored.repeat.every, stored.repeat.weekdays) == ("repeat", "week", (3, 6))


@pytest.mark.parametrize(
    "data",
    [
        {"repeat_interval": "0"},
        {"repeat_interval": "often"},
        {"repeat_every": "year"},
        {"repeat_weekdays": ["9"]},
        {"repeat_until": "soon"},
        {"date": "2030-02-30"},
        {"time_zone": "Mars/Olympus"},
    ],
)
def test_what_makes_no_sense_is_refused_in_words(save, data):
    assert save(**{"kind": "repeat", **FIRST, **data})[0] == 422


def test_a_time_that_the_clocks_leave_out_is_told(save):
    _, html = save(kind="later", date="2030-03-31", time="02:30", time_zone="Europe/Vienna")
    assert "The clocks go forward over this time" in html


def test_the_page_and_review_say_the_same(save, client, campaign):
    save(kind="repeat", repeat_every="day", **FIRST)
    for step in ("schedule", "review"):
        page = reverse(f"campaign_{step}", kwargs={"workspace": "acme", "campaign": campaign.pk})
        html = client.get(page).content.decode()
        assert "Every day at 09:00; next on Thursday 24 October 2030, 09:00 Europe/Vienna time (07:00 UTC)" in html


def test_the_time_there_is_the_zone_s_own(save, client, workspace, campaign):
    save(kind="later", **{**FIRST, "time_zone": "Asia/Kolkata"})
    page = reverse("campaign_schedule", kwargs={"workspace": "acme", "campaign": campaign.pk})
    before, html, after = kolkata(), client.get(page).content.decode(), kolkata()
    assert any(f"It is {moment} there now." in html for moment in (before, after))


def kolkata():
    return f"{datetime.now(UTC) + timedelta(hours=5, minutes=30):%H:%M}"


def test_send_now_and_send_later_keep_what_repeat_had(save, client, campaign):
    save(kind="repeat", repeat_every="week", repeat_interval="2", repeat_weekdays=["3"], **FIRST)
    before = Campaign.objects.get().schedule
    save(kind="now", rate_count="5")
    kept = Campaign.objects.get().schedule
    assert (kept.kind, kept.rate.count) == ("now", 5)
    assert (kept.local, kept.time_zone, kept.repeat) == (before.local, before.time_zone, before.repeat)
    now = datetime(2030, 1, 1, tzinfo=UTC)
    assert (kept.at(), kept.next_after(now), kept.words(now)) == (None, None, "As soon as you launch it")
    page = client.get(reverse("campaign_schedule", kwargs={"workspace": "acme", "campaign": campaign.pk}))
    assert 'value="2030-10-24"' in page.content.decode()
    save(kind="later", **FIRST)
    assert Campaign.objects.get().schedule.repeat == before.repeat
