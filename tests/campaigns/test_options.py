"""What Options does to a campaign as a whole: rename in place, archive and undo, delete."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from campaigns.keeping import campaign_archive, campaign_delete, campaign_label, campaign_unarchive
from campaigns.models import Campaign, CampaignStatus
from campaigns.services import campaign_launch, campaign_update
from notifications.models import Run
from notifications.states import RunState
from tests import cast
from tests.notifications.ledger import run_made
from webhooks_platform.base.errors import InvalidInput, NotAllowed, StaleState

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def url(name, campaign):
    return reverse(name, kwargs={"workspace": "acme", "campaign": campaign.pk})


@pytest.fixture
def as_owner(client, owner, workspace):
    return cast.signed_in(client, owner)


def ran(campaign, state=RunState.COMPLETED, **fields):
    return run_made(campaign.workspace, campaign_id=campaign.pk, state=state, **fields)


def status(campaign):
    return Campaign.objects.get(pk=campaign.pk).status


def test_a_campaign_is_renamed_where_its_name_stands(as_owner, campaign):
    form = as_owner.get(url("campaign_rename", campaign)).content.decode()
    assert 'value="Win-back"' in form
    answer = as_owner.post(url("campaign_rename", campaign), {"name": " Come back ", "revision": 1}, headers=HTMX)
    assert "Come back</a>" in answer.content.decode()
    assert "is called" in answer.headers["HX-Trigger"]
    assert Campaign.objects.get().revision == 2


@pytest.mark.parametrize(("entered", "revision", "status_code"), [("", 1, 422), ("x" * 121, 1, 422), ("New", 0, 409)])
def test_a_name_that_is_not_saved_stays_in_its_field(as_owner, campaign, entered, revision, status_code):
    answer = as_owner.post(url("campaign_rename", campaign), {"name": entered, "revision": revision}, headers=HTMX)
    assert answer.status_code == status_code
    assert "field-error" in answer.content.decode()
    assert Campaign.objects.get().name == "Win-back"


def test_escape_brings_the_name_back(as_owner, campaign):
    assert "Win-back</a>" in as_owner.get(url("campaign_name", campaign)).content.decode()


def test_undoing_a_duplicate_deletes_the_copy(as_owner, campaign):
    page = as_owner.post(url("campaign_duplicate", campaign), follow=True).content.decode()
    copy = Campaign.objects.get(name="Copy of Win-back")
    assert url("campaign_delete", copy) in page
    as_owner.post(url("campaign_delete", copy), {"next": url("campaign_setup", copy)})
    assert list(Campaign.objects.all()) == [campaign]


def test_archiving_offers_undo_and_undo_brings_it_back(as_owner, campaign):
    page = as_owner.post(url("campaign_archive", campaign), follow=True).content.decode()
    assert url("campaign_unarchive", campaign) in page
    assert status(campaign) == CampaignStatus.ARCHIVED
    as_owner.post(url("campaign_unarchive", campaign), {"next": "/w/acme/campaigns/?view=all"})
    assert status(campaign) == CampaignStatus.DRAFT
    actions = AuditEntry.objects.filter(target="campaign").order_by("id").values_list("action", flat=True)
    assert list(actions)[-2:] == ["campaign.archived", "campaign.unarchived"]


def test_what_ran_comes_back_as_launched(campaign, actor):
    ran(campaign)
    campaign_archive(campaign=campaign, actor=actor)
    assert campaign_unarchive(campaign=campaign, actor=actor).status == CampaignStatus.LAUNCHED


def test_a_page_from_before_launches_nothing_archived(campaign, actor):
    campaign_archive(campaign=Campaign.objects.get(), actor=actor)
    for revision in (1, 2):
        with pytest.raises(StaleState):
            campaign_launch(campaign=Campaign.objects.get(), actor=actor, revision=revision, at=timezone.now())
    assert not Run.objects.exists()


def test_only_an_archived_campaign_is_unarchived(campaign, actor):
    with pytest.raises(StaleState, match="draft"):
        campaign_unarchive(campaign=campaign, actor=actor)


def test_a_draft_that_never_ran_is_deleted_without_typing(as_owner, campaign):
    ran(campaign, kind="test")
    dialog = as_owner.get(url("campaign_delete", campaign), headers=HTMX).content.decode()
    assert "data-typed" not in dialog
    as_owner.post(url("campaign_delete", campaign))
    assert not Campaign.objects.exists()
    assert AuditEntry.objects.get(action="campaign.deleted").detail["name"] == "Win-back"


def test_what_ran_is_deleted_by_typing_its_name_and_its_log_stays(as_owner, campaign):
    run = ran(campaign)
    assert "data-typed" in as_owner.get(url("campaign_delete", campaign), headers=HTMX).content.decode()
    answer = as_owner.post(url("campaign_delete", campaign), {"typed": "Win"}, follow=True)
    assert "type “Win-back” to confirm" in answer.content.decode()
    assert Campaign.objects.exists()
    as_owner.post(url("campaign_delete", campaign), {"typed": "Win-back"})
    assert not Campaign.objects.exists()
    campaign.pk = run.campaign_id
    for name in ("run_detail", "run_resend"):
        page = as_owner.get(reverse(name, kwargs={"workspace": "acme", "run": run.pk}))
        assert page.status_code == 200, name
        assert url("campaign_setup", campaign) not in page.content.decode()


def test_what_runs_or_waits_is_not_deleted(campaign, actor, viewer, as_owner):
    with pytest.raises(NotAllowed):
        campaign_delete(campaign=campaign, actor=cast.acting(viewer, campaign.workspace))
    Campaign.objects.update(status=CampaignStatus.SCHEDULED)
    with pytest.raises(StaleState, match="off the schedule"):
        campaign_delete(campaign=campaign, actor=actor)
    Campaign.objects.update(status=CampaignStatus.LAUNCHED)
    ran(campaign, RunState.PAUSED)
    with pytest.raises(StaleState, match="Stop it"):
        campaign_delete(campaign=campaign, actor=actor)
    answer = as_owner.post(url("campaign_delete", campaign), {"typed": "Win-back"}, follow=True)
    assert "Stop it" in answer.content.decode()
    assert Campaign.objects.exists()
    assert not AuditEntry.objects.filter(action="campaign.deleted").exists()


def test_labels_are_added_to_those_there_are(campaign, actor):
    campaign_update(campaign=campaign, actor=actor, revision=1, labels=["VIP"])
    campaign_label(campaign=campaign, actor=actor, labels=["vip", "spring"])
    assert Campaign.objects.get().labels == ["VIP", "spring"]
    with pytest.raises(InvalidInput):
        campaign_label(campaign=campaign, actor=actor, labels=[f"l{number}" for number in range(9)])


def test_a_viewer_is_offered_nothing_that_changes(client, viewer, campaign):
    page = cast.signed_in(client, viewer).get(reverse("campaigns", kwargs={"workspace": "acme"})).content.decode()
    assert "Notifications log" in page
    changes = ("campaign_rename", "campaign_duplicate", "campaign_archive", "campaign_delete")
    assert [name for name in changes if url(name, campaign) in page] == []
    assert "data-choose-row" not in page
