"""The same done to many campaigns: the count first, a few at a time, and what came of each."""

import re

import pytest
from django.urls import reverse

from campaigns.bulk import AT_ONCE, MOST, bulk_action, bulk_apply, bulk_question
from campaigns.models import Campaign, CampaignStatus
from notifications.states import RunState
from tests import cast
from tests.notifications.ledger import run_made
from webhooks_platform.base.errors import InvalidInput, NotAllowed

pytestmark = pytest.mark.django_db


def made(workspace, count, **fields):
    rows = [Campaign(workspace=workspace, name=f"C{number:02}", **fields) for number in range(count)]
    return [campaign.pk for campaign in Campaign.objects.bulk_create(rows)]


@pytest.fixture
def ask(client, owner, workspace):
    cast.signed_in(client, owner)
    address = reverse("campaigns_bulk", kwargs={"workspace": "acme"})
    return lambda **form: client.post(address, form).content.decode()


@pytest.fixture
def run(client, owner, workspace):
    cast.signed_in(client, owner)
    address = reverse("campaigns_bulk_run", kwargs={"workspace": "acme"})
    return lambda **form: client.post(address, form).content.decode()


def next_form(page):
    """The hidden fields with which the page asks for the next step."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def test_the_count_comes_first(ask, workspace):
    chosen = made(workspace, 3)
    scheduled = made(workspace, 1, status=CampaignStatus.SCHEDULED)
    page = ask(action="archive", chosen=[*chosen, *scheduled])
    assert "Archive 4 campaigns?" in page
    assert "1 is scheduled" in page
    assert not Campaign.objects.filter(status=CampaignStatus.ARCHIVED).exists()


def test_all_that_match_are_chosen_by_the_filters(ask, workspace):
    made(workspace, 30, labels=["vip"])
    made(workspace, 5)
    assert "Label 30 campaigns?" in ask(action="label", scope="all", query="label=vip&sort=name")


def test_what_does_not_fit_is_left_out(ask, workspace):
    free, busy = made(workspace, 1), made(workspace, 2, status=CampaignStatus.LAUNCHED)
    run_made(workspace, campaign_id=busy[0], state=RunState.RUNNING)
    run_made(workspace, campaign_id=busy[1], state=RunState.COMPLETED)
    page = ask(action="delete", chosen=[*free, *busy])
    assert "Delete 2 campaigns?" in page
    assert "1 ran" in page
    assert "1 of those chosen" in page


@pytest.mark.parametrize(
    "form", [{"action": "archive"}, {"action": "archive", "chosen": ["x", "999"]}, {"action": "no"}]
)
def test_nothing_to_do_is_said(ask, form):
    assert "None of the chosen" in ask(**form) or "Choose what to do" in ask(**form)


def test_too_many_are_refused_before_anything_is_done(workspace):
    made(workspace, MOST + 1)
    with pytest.raises(InvalidInput, match="Narrow"):
        bulk_question(workspace, bulk_action("archive"), Campaign.objects.all())


def test_a_few_at_a_time_until_all_are_done(run, workspace):
    total = AT_ONCE * 2 + 5
    page = run(action="archive", ids=",".join(map(str, made(workspace, total))))
    assert f"{AT_ONCE} of {total} archived" in page
    page = run(**next_form(page))
    page = run(**next_form(page))
    assert f"{total} of {total} archived" in page
    assert Campaign.objects.filter(status=CampaignStatus.ARCHIVED).count() == total


def test_undo_brings_the_archived_back(run, workspace):
    page = run(action="archive", ids=",".join(map(str, made(workspace, 3))))
    assert "3 of 3 unarchived" in run(**next_form(page))
    assert not Campaign.objects.filter(status=CampaignStatus.ARCHIVED).exists()


def test_one_refusal_stops_nobody_else_and_is_named(run, workspace, actor):
    chosen = made(workspace, 2)
    Campaign.objects.filter(pk=chosen[0]).update(labels=[f"l{number}" for number in range(10)])
    page = run(action="label", ids=",".join(map(str, chosen)), labels="new")
    assert "1 of 2 labelled" in page
    assert "C00" in page
    assert Campaign.objects.get(pk=chosen[1]).labels == ["new"]


def test_deleting_needs_the_number(run, workspace):
    ids = ",".join(map(str, made(workspace, 2)))
    assert "type 2 to confirm" in run(action="delete", ids=ids, typed="3")
    assert Campaign.objects.count() == 2
    assert "2 of 2 deleted" in run(action="delete", ids=ids, typed="2")
    assert not Campaign.objects.exists()


def test_labels_that_can_not_be_are_refused_in_the_dialog(run, workspace):
    assert "at least one label" in run(action="label", ids=str(made(workspace, 1)[0]), labels=" , ")


def test_campaigns_of_others_are_never_touched(run, ask, actor, outsider, viewer, workspace):
    theirs = made(outsider.workspaces.get(), 2)
    assert "None of the chosen" in ask(action="archive", chosen=theirs)
    run(action="archive", ids=",".join(map(str, theirs)))
    assert not Campaign.objects.filter(status=CampaignStatus.ARCHIVED).exists()
    with pytest.raises(NotAllowed):
        bulk_apply(actor=cast.acting(viewer, workspace), action=bulk_action("archive"), ids=theirs)
