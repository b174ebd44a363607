"""Resend failed from any filter: every run with such people, its counts first, all of the ticked ones or none."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import User
from campaigns.errors import ResendRefused
from campaigns.models import Campaign
from campaigns.resend_across import resend_shares, runs_resend
from notifications.log_page import PAGE_SIZE
from notifications.models import Notification, Run
from notifications.selectors import LogFilters
from notifications.states import NotificationState, RunKind
from tests import cast
from tests.notifications.ledger import days_ago, failed_made, notification_made, run_made
from webhooks_platform.base.errors import InvalidInput, NotAllowed

pytestmark = pytest.mark.django_db


def run_of(campaign: Campaign, failed: tuple[str, ...], **fields: object) -> Run:
    run = run_made(
        campaign.workspace, campaign_id=campaign.pk, campaign_name=campaign.name, content=campaign.content, **fields
    )
    for person in failed:
        failed_made(run, person, updated_at=run.run_at)
    notification_made(run, "zoe")
    return run


@pytest.fixture
def runs(campaign: Campaign) -> tuple[Run, Run]:
    """Of yesterday and of today; nobody failed in a third, and a test doesn't count."""
    old = run_of(campaign, ("ada", "bob"), run_at=days_ago(1), finished_at=days_ago(1))
    new = run_of(campaign, ("eve",))
    run_of(campaign, ())
    run_of(campaign, ("ida",), kind=RunKind.TEST)
    return old, new


def page_of(campaign: Campaign) -> str:
    return reverse("log_resend", kwargs={"workspace": campaign.workspace.slug})


def resend(actor: Actor, runs: dict[int, int], filters: LogFilters | None = None) -> list[Run]:
    return runs_resend(
        workspace=actor.workspace,
        actor=actor,
        filters=filters or LogFilters(),
        states=("failed",),
        runs=runs,
        content="original",
        same_webhook_id=False,
        at=timezone.now(),
    )


def test_each_run_with_its_counts_latest_first(runs: tuple[Run, Run], campaign: Campaign) -> None:
    old, new = runs
    found = resend_shares(campaign.workspace, LogFilters(), now=timezone.now())
    assert [(share.run, share.counts["failed"]) for share in found.shares] == [(new, 1), (old, 2)]
    assert not found.more
    lately = resend_shares(campaign.workspace, LogFilters(within=timedelta(hours=1)), now=timezone.now())
    assert [share.run for share in lately.shares] == [new]


def test_runs_of_elsewhere_are_left_alone(runs: tuple[Run, Run], outsider: User) -> None:
    elsewhere = outsider.workspaces.get()
    assert not resend_shares(elsewhere, LogFilters(), now=timezone.now()).shares


def test_each_ticked_run_is_resent_as_filtered(runs: tuple[Run, Run], actor: Actor) -> None:
    old, new = runs
    made = resend(actor, {old.pk: 0, new.pk: 0}, LogFilters(status_code=422, since=days_ago(2)))
    assert [(run.resend.run_id, run.resend.status_code) for run in made] == [(old.pk, 422), (new.pk, 422)]
    assert all(run.resend.since for run in made)


def test_all_or_none(runs: tuple[Run, Run], actor: Actor) -> None:
    old, new = runs
    resend(actor, {new.pk: 0})
    before = Run.objects.count()
    with pytest.raises(ResendRefused, match="resent since you opened"):
        resend(actor, {old.pk: 0, new.pk: 0})
    assert Run.objects.count() == before


def test_no_run_is_refused_in_words(runs: tuple[Run, Run], actor: Actor) -> None:
    with pytest.raises(InvalidInput, match="Tick at least one"):
        resend(actor, {})


def test_a_viewer_may_not(runs: tuple[Run, Run], viewer: User, client: Client, campaign: Campaign) -> None:
    with pytest.raises(NotAllowed):
        resend(cast.acting(viewer, campaign.workspace), {runs[0].pk: 0})
    assert cast.signed_in(client, viewer).get(page_of(campaign)).status_code == 403


def test_what_was_resent_once_is_not_ticked(runs: tuple[Run, Run], actor: Actor, owner: User, client: Client) -> None:
    old, new = runs
    resend(actor, {old.pk: 0})
    html = cast.signed_in(client, owner).get(page_of_workspace(actor)).content.decode()
    assert "Resend to 1 person" in html
    assert "resent once before" in html


def page_of_workspace(actor: Actor) -> str:
    return reverse("log_resend", kwargs={"workspace": actor.workspace.slug})


def test_from_the_filtered_log_to_the_new_runs(
    runs: tuple[Run, Run], owner: User, client: Client, campaign: Campaign
) -> None:
    old, new = runs
    log = reverse("notifications_log", kwargs={"workspace": campaign.workspace.slug})
    html = cast.signed_in(client, owner).get(f"{log}?campaign={campaign.pk}&state=failed").content.decode()
    assert f"{page_of(campaign)}?campaign={campaign.pk}&amp;state=failed" in html
    posted = {"chosen": "1", "state": "failed", "run": [f"{old.pk}:0", f"{new.pk}:0"], "campaign": str(campaign.pk)}
    posted["expected_people"] = "3"
    answer = client.post(page_of(campaign), posted)
    assert answer.status_code == 302
    assert Run.objects.exclude(resend=None).count() == 2
    again = client.post(page_of(campaign), posted)
    assert again.status_code == 409
    assert "Nothing was sent" in again.content.decode()


def test_nobody_to_send_to_says_so(campaign: Campaign, owner: User, client: Client) -> None:
    assert "Nobody to send to again" in cast.signed_in(client, owner).get(page_of(campaign)).content.decode()


def test_a_log_of_delivered_people_offers_nothing(
    runs: tuple[Run, Run], owner: User, client: Client, campaign: Campaign
) -> None:
    log = reverse("notifications_log", kwargs={"workspace": campaign.workspace.slug})
    html = cast.signed_in(client, owner).get(f"{log}?state={NotificationState.DELIVERED}").content.decode()
    assert page_of(campaign) not in html


def log_of(campaign: Campaign, query: str = "") -> str:
    return reverse("notifications_log", kwargs={"workspace": campaign.workspace.slug}) + query


def offered(client: Client, campaign: Campaign, query: str = "") -> bool:
    return page_of(campaign) in client.get(log_of(campaign, query)).content.decode()


@pytest.fixture
def failed_long_ago(campaign: Campaign, owner: User, client: Client) -> Client:
    """The newest page of the log has delivered people only: who failed is on the second."""
    run_of(campaign, ("ada",), run_at=days_ago(1), finished_at=days_ago(1))
    latest = run_made(campaign.workspace, campaign_id=campaign.pk)
    for number in range(PAGE_SIZE):
        notification_made(latest, f"person-{number}")
    return cast.signed_in(client, owner)


@pytest.mark.parametrize("query", ["", "?status=422", "?reason=unprocessable", "?within=30d"])
def test_whoever_failed_further_down_can_be_sent_to_again(
    failed_long_ago: Client, campaign: Campaign, query: str
) -> None:
    assert offered(failed_long_ago, campaign, query)
    assert offered(failed_long_ago, campaign, f"?campaign={campaign.pk}")


@pytest.mark.parametrize("query", ["?status=500", "?state=skipped", "?state=pending", "?within=1h", "?person=zoe"])
def test_a_filter_that_leaves_nobody_to_send_to_offers_nothing(
    failed_long_ago: Client, campaign: Campaign, query: str
) -> None:
    assert not offered(failed_long_ago, campaign, query)


def test_a_test_that_failed_offers_nothing(campaign: Campaign, owner: User, client: Client) -> None:
    run_of(campaign, ("ada",), kind=RunKind.TEST)
    assert not offered(cast.signed_in(client, owner), campaign)


def test_what_is_no_longer_kept_offers_nothing(campaign: Campaign, owner: User, client: Client) -> None:
    run = run_of(campaign, ("ada",))
    Notification.objects.filter(run_id=run.pk).delete()
    assert not offered(cast.signed_in(client, owner), campaign)
