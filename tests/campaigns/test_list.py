"""Existing campaigns: filters, order, labels, and which steps of a run Options offers."""

import re
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.keeping import campaign_duplicate
from campaigns.models import Campaign
from campaigns.selectors import campaign_rows, labels_used
from campaigns.services import campaign_update
from notifications.models import Run, RunTally
from notifications.states import RunState
from tests import cast
from webhooks_platform.base.errors import InvalidInput

pytestmark = pytest.mark.django_db


def names(workspace, **filters):
    return [row.campaign.name for row in campaign_rows(workspace, **filters).items]


def ran(campaign, state=RunState.RUNNING, kind="live"):
    return Run.objects.create(
        workspace=campaign.workspace,
        campaign_id=campaign.pk,
        campaign_name=campaign.name,
        kind=kind,
        state=state,
        run_at=timezone.now(),
        content=campaign.content,
        retention_days=30,
        slots=1,
    )


@pytest.fixture
def three(workspace):
    for name, labels in [("Beta", ["vip"]), ("alpha", []), ("Gamma", ["vip", "spring"])]:
        Campaign.objects.create(workspace=workspace, name=name, labels=labels)


@pytest.fixture
def page(client, owner, workspace):
    cast.signed_in(client, owner)
    return lambda **query: client.get(reverse("campaigns", kwargs={"workspace": "acme"}), query).content.decode()


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["Gamma", "alpha", "Beta"]),
        ({"search": "AM"}, ["Gamma"]),
        ({"search": "spring"}, ["Gamma"]),
        ({"label": "vip"}, ["Gamma", "Beta"]),
        ({"label": "vip", "sort": "oldest"}, ["Beta", "Gamma"]),
        ({"sort": "newest", "search": "a"}, ["Gamma", "alpha", "Beta"]),
        ({"status": "launched"}, []),
    ],
)
def test_filters_and_order(workspace, three, filters, found):
    assert names(workspace, **filters) == found


def test_sorted_by_name(workspace, three):
    assert sorted(names(workspace, sort="name")) == sorted(["alpha", "Beta", "Gamma"])


@pytest.fixture
def many(workspace):
    Campaign.objects.bulk_create(Campaign(workspace=workspace, name=f"Offer {number:02}") for number in range(60))


@pytest.mark.parametrize(("sort", "words"), [("newest", ("Newer", "Older")), ("name", ("Previous", "Next"))])
def test_the_pages_lead_both_ways(page, many, sort, words):
    first = page(sort=sort, q="Offer")
    second, third = page_after(page, first), page_after(page, page_after(page, first))
    assert (offers(first)[0], len(offers(third))) == ("Offer 00" if sort == "name" else "Offer 59", 10)
    assert [rel_of(one, "prev") is None for one in (first, second, third)] == [True, False, False]
    assert rel_of(third, "next") is None
    assert offers(page_before(page, third)) == offers(second)
    assert offers(page_before(page, page_before(page, third))) == offers(first)
    assert all(word in second for word in words)


def test_a_page_keeps_the_filters(page, many):
    assert "q=Offer&" in rel_of(page(q="Offer"), "next")
    assert rel_of(page(q="Offer 1"), "next") is None


def rel_of(shown, rel):
    """The address of the link to the next or the previous page; None without one."""
    found = re.search(rf'<a href="\?([^"]*)"[^>]*rel="{rel}"', shown)
    return found and found[1].replace("&amp;", "&")


def page_after(page, shown):
    return page(**dict(parse_qsl(rel_of(shown, "next"))))


def page_before(page, shown):
    return page(**dict(parse_qsl(rel_of(shown, "prev"))))


def offers(shown):
    return re.findall(r'aria-label="Choose (Offer \d\d)"', shown)


def test_labels_are_of_this_workspace_only(workspace, three, outsider):
    Campaign.objects.create(workspace=outsider.workspaces.get(), name="X", labels=["secret"])
    assert labels_used(workspace) == ["spring", "vip"]


def test_the_page_takes_any_address(page, three):
    assert "No campaign fits" in page(q="nothing\x00like this")
    assert "Gamma" in page(status="no-such", sort="; drop", label="")


def test_labels_are_saved_on_setup_and_copied(client, owner, actor, campaign):
    setup = reverse("campaign_setup", kwargs={"workspace": "acme", "campaign": campaign.pk})
    form = {"revision": 1, "name": "Renamed", "channel": "webhook", "labels": "VIP, spring"}
    assert cast.signed_in(client, owner).post(setup, form).status_code == 200
    campaign.refresh_from_db()
    assert (campaign.name, campaign.labels) == ("Renamed", ["VIP", "spring"])
    assert campaign_duplicate(campaign=campaign, actor=actor).labels == ["VIP", "spring"]


def test_a_bad_label_is_refused(campaign, actor):
    with pytest.raises(InvalidInput):
        campaign_update(campaign=campaign, actor=actor, revision=1, labels=["x" * 31])


@pytest.mark.parametrize(
    ("state", "offered"),
    [(RunState.RUNNING, ["pause", "stop"]), (RunState.PAUSED, ["resume", "stop"]), (RunState.COMPLETED, [])],
)
def test_options_steer_the_latest_run(page, campaign, state, offered):
    run = ran(campaign, state)
    shown = page()
    for name in ("pause", "resume", "stop"):
        assert (reverse(f"run_{name}", kwargs={"workspace": "acme", "run": run.pk}) in shown) == (name in offered)


def test_a_repeat_shows_its_last_run_and_the_next_launch(page, campaign):
    run, soon = ran(campaign, RunState.COMPLETED), timezone.now() + timedelta(hours=5)
    Campaign.objects.filter(pk=campaign.pk).update(status="scheduled", launch_at=soon)
    [cell] = re.findall(r'<td data-label="Last run">.*?</td>', page(), re.DOTALL)
    assert reverse("run_detail", kwargs={"workspace": "acme", "run": run.pk}) in cell
    assert "next" in cell
    assert f'datetime="{soon:%Y-%m-%dT%H:%M:%S}' in cell


@pytest.mark.parametrize(
    ("tallies", "words"),
    [
        ({}, ""),
        ({"delivered": 4_812, "failed": 188}, "4,812 of 5,000 delivered, 188 failed"),
        ({"delivered": 1_000, "skipped": 7}, "1,000 of 5,000 delivered"),
    ],
)
def test_the_last_runs_bar_has_its_figures_in_words(page, campaign, tallies, words):
    run = ran(campaign, RunState.COMPLETED)
    Run.objects.filter(pk=run.pk).update(audience_count=5_000 if tallies else 0)
    for state, count in tallies.items():
        RunTally.objects.create(run=run, slot=0, state=state, count=count)
    [cell] = re.findall(r'<td data-label="Last run">.*?</td>', page(), re.DOTALL)
    assert re.sub(r"<[^>]+>", "", "".join(re.findall(r'<span class="sub">(.*?)\n', cell))) == words


def test_mine_are_those_that_one_created(workspace, three, owner, page):
    Campaign.objects.filter(name="Beta").update(created_by=owner)
    assert names(workspace, created_by=owner) == ["Beta"]
    shown = page(mine="1")
    assert "Beta" in shown
    assert "Gamma" not in shown
