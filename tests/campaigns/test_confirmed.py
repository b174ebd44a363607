"""A launch and a resend go to about as many people as were shown, and typing is asked for on the server, too."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import User
from audience.models import Profile
from campaigns.confirmed import confirmed_posted, people_check, people_grew
from campaigns.errors import MorePeople, NotConfirmed
from campaigns.models import Campaign, CampaignStatus
from campaigns.resend import run_resend
from campaigns.resend_across import runs_resend
from campaigns.services import campaign_launch, campaign_schedule, campaign_update
from notifications.models import Run
from notifications.resend import ResendChoice
from notifications.selectors import LogFilters
from tests import cast
from tests.campaigns.test_services import later
from tests.notifications.ledger import failed_made, run_made
from webhooks_platform.base.errors import InvalidInput

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("expected", "people", "grew"),
    [
        (0, 9, False),
        (0, 10, True),
        (100, 109, False),
        (100, 110, True),
        (1000, 1050, False),
        (1000, 1051, True),
        (9_995, 10_000, False),
        (10_000, 10_001, True),
        (20_000, 21_000, False),
        (20_000, 21_001, True),
        (500, 3, False),
    ],
)
def test_what_is_more_than_was_shown(expected: int, people: int, grew: bool) -> None:
    assert people_grew(expected, people) is grew


def test_who_was_shown_no_number_is_held_to_none() -> None:
    people_check(1_000_000, None)


def test_more_people_says_both_numbers() -> None:
    with pytest.raises(MorePeople, match=r"There are 1,200 people now, and 1,000 were shown") as caught:
        people_check(1200, 1000)
    assert caught.value.errors[0]["field"] == "expected_people"


@pytest.mark.parametrize(
    ("posted", "error"),
    [
        ({}, InvalidInput),
        ({"expected_people": "many"}, InvalidInput),
        ({"expected_people": "10001"}, NotConfirmed),
        ({"expected_people": "10001", "typed": "yes"}, NotConfirmed),
    ],
)
def test_a_form_without_the_confirmation_is_refused(posted: dict[str, str], error: type[Exception]) -> None:
    with pytest.raises(error):
        confirmed_posted(posted)


def test_a_confirmed_form_tells_the_number_shown() -> None:
    assert confirmed_posted({"expected_people": "10000"}) == 10_000
    assert confirmed_posted({"expected_people": "10001", "typed": " 10001 "}) == 10_001


def more(campaign: Campaign, count: int) -> None:
    Profile.objects.bulk_create(
        Profile(workspace=campaign.workspace, user_id=f"more-{number}") for number in range(count)
    )


def launched(campaign: Campaign, actor: Actor, expected: int | None) -> Run:
    return campaign_launch(
        campaign=campaign, actor=actor, revision=campaign.revision, at=timezone.now(), expected_people=expected
    )


def test_a_launch_to_more_than_were_shown_starts_nothing(campaign: Campaign, actor: Actor) -> None:
    more(campaign, 10)
    with pytest.raises(MorePeople, match="There are 11 people now, and 1 was shown"):
        launched(campaign, actor, 1)
    stored = Campaign.objects.get()
    assert (Run.objects.count(), stored.status, stored.revision) == (0, CampaignStatus.DRAFT, 1)


@pytest.mark.parametrize("expected", [None, 2, 11, 500])
def test_a_launch_to_about_as_many_goes_ahead(campaign: Campaign, actor: Actor, expected: int | None) -> None:
    more(campaign, 10)
    assert launched(campaign, actor, expected).campaign_id == campaign.pk


def test_scheduling_is_held_to_the_number_shown(campaign: Campaign, actor: Actor) -> None:
    campaign_update(campaign=campaign, actor=actor, revision=1, schedule=later())
    more(campaign, 10)
    with pytest.raises(MorePeople):
        campaign_schedule(campaign=campaign, actor=actor, revision=2, expected_people=1)
    assert Campaign.objects.get().status == CampaignStatus.DRAFT
    campaign_schedule(campaign=Campaign.objects.get(), actor=actor, revision=2, expected_people=11)


def launch_page(campaign: Campaign) -> str:
    return reverse("campaign_launch", kwargs={"workspace": campaign.workspace.slug, "campaign": campaign.pk})


def test_review_posts_what_it_shows(campaign: Campaign, owner: User, client: Client) -> None:
    review = reverse("campaign_review", kwargs={"workspace": campaign.workspace.slug, "campaign": campaign.pk})
    html = cast.signed_in(client, owner).get(review).content.decode()
    assert '<input type="hidden" name="expected_people" value="1">' in html
    assert "data-dialog-now" not in html


def test_a_refused_launch_asks_again_with_the_new_number(campaign: Campaign, owner: User, client: Client) -> None:
    more(campaign, 12)
    posted = {"revision": 1, "expected_people": "1"}
    html = cast.signed_in(client, owner).post(launch_page(campaign), posted, follow=True).content.decode()
    assert Run.objects.count() == 0
    assert "Nothing was launched" in html
    assert "Launch to 13 people" in html
    assert '<input type="hidden" name="expected_people" value="13">' in html
    assert "data-dialog-now" in html
    answer = client.post(launch_page(campaign), {"revision": 1, "expected_people": "13"})
    assert answer.headers["Location"].endswith(f"/runs/{Run.objects.get().pk}/")


@pytest.mark.parametrize("posted", [{}, {"expected_people": "10001"}, {"expected_people": "10001", "typed": "10000"}])
def test_a_launch_that_is_not_confirmed_starts_nothing(
    campaign: Campaign, owner: User, client: Client, posted: dict[str, str]
) -> None:
    shown = cast.signed_in(client, owner).post(launch_page(campaign), {"revision": 1, **posted}, follow=True)
    assert Run.objects.count() == 0
    assert "Nothing was done" in shown.content.decode()


@pytest.fixture
def run(campaign: Campaign) -> Run:
    """Twelve failed."""
    made = run_made(campaign.workspace, campaign_id=campaign.pk, campaign_name=campaign.name, content=campaign.content)
    for number in range(12):
        failed_made(made, f"failed-{number}")
    return made


def resend(run: Run, actor: Actor, expected: int | None) -> Run:
    choice = ResendChoice(run_id=run.pk)
    return run_resend(
        run=run, actor=actor, choice=choice, content="original", at=timezone.now(), expected_people=expected
    )


def test_a_resend_to_more_than_were_shown_starts_nothing(run: Run, actor: Actor) -> None:
    with pytest.raises(MorePeople, match="There are 12 people now, and 2 were shown"):
        resend(run, actor, 2)
    assert Run.objects.count() == 1
    assert resend(run, actor, 3).resend


def resend_page(run: Run) -> str:
    return reverse("run_resend", kwargs={"workspace": run.workspace.slug, "run": run.pk})


RESEND = {"chosen": "1", "state": "failed", "earlier": "0"}


def test_a_refused_resend_shows_the_new_number(run: Run, owner: User, client: Client) -> None:
    answer = cast.signed_in(client, owner).post(resend_page(run), {**RESEND, "expected_people": "1"})
    html = answer.content.decode()
    assert (answer.status_code, Run.objects.count()) == (409, 1)
    assert "There are 12 people now, and 1 was shown" in html
    assert '<input type="hidden" name="expected_people" value="12">' in html
    assert client.post(resend_page(run), {**RESEND, "expected_people": "12"}).status_code == 302


@pytest.mark.parametrize("posted", [{}, {"expected_people": "10001", "typed": "1"}])
def test_a_resend_that_is_not_confirmed_starts_nothing(
    run: Run, owner: User, client: Client, posted: dict[str, str]
) -> None:
    assert cast.signed_in(client, owner).post(resend_page(run), {**RESEND, **posted}).status_code == 422
    assert Run.objects.count() == 1


def across(run: Run, actor: Actor, expected: int | None) -> list[Run]:
    return runs_resend(
        workspace=actor.workspace,
        actor=actor,
        filters=LogFilters(),
        states=("failed",),
        runs={run.pk: 0},
        content="original",
        same_webhook_id=False,
        at=timezone.now(),
        expected_people=expected,
    )


def test_a_resend_of_several_runs_is_held_to_their_sum(run: Run, actor: Actor) -> None:
    other = run_made(actor.workspace, campaign_id=run.campaign_id, content=run.content)
    failed_made(other, "not-ticked")
    with pytest.raises(MorePeople, match="There are 12 people now"):
        across(run, actor, 2)
    assert Run.objects.count() == 2
    assert len(across(run, actor, 12)) == 1


def test_a_refused_resend_of_several_runs_shows_the_new_number(run: Run, owner: User, client: Client) -> None:
    page = reverse("log_resend", kwargs={"workspace": run.workspace.slug})
    posted: dict[str, Any] = {"chosen": "1", "state": "failed", "run": f"{run.pk}:0"}
    answer = cast.signed_in(client, owner).post(page, {**posted, "expected_people": "1"})
    html = answer.content.decode()
    assert (answer.status_code, Run.objects.count()) == (409, 1)
    assert '<input type="hidden" name="expected_people" value="12">' in html
    assert client.post(page, posted).status_code == 422
    assert client.post(page, {**posted, "expected_people": "10001", "typed": "12"}).status_code == 422
    assert client.post(page, {**posted, "expected_people": "12"}).status_code == 302


def test_over_the_api_a_launch_may_name_the_number(campaign: Campaign, client: Client) -> None:
    more(campaign, 10)
    answers = [api_post(client, campaign, f"campaigns/{campaign.pk}/launch", revision=1, expected_people=1)]
    answers += [api_post(client, campaign, f"campaigns/{campaign.pk}/launch", revision=1, expected_people=11)]
    assert [answer.status_code for answer in answers] == [409, 201]
    said = answers[0].json()
    assert (said["code"], said["errors"][0]["field"]) == ("more_people", "expected_people")


def test_over_the_api_a_schedule_may_name_the_number(campaign: Campaign, actor: Actor, client: Client) -> None:
    campaign_update(campaign=campaign, actor=actor, revision=1, schedule=later())
    more(campaign, 10)
    answer = api_post(client, campaign, f"campaigns/{campaign.pk}/schedule", revision=2, expected_people=1)
    assert (answer.status_code, answer.json()["code"]) == (409, "more_people")


def test_over_the_api_a_resend_may_name_the_number(run: Run, campaign: Campaign, client: Client) -> None:
    answer = api_post(client, campaign, f"runs/{run.pk}/resend", expected_people=2)
    assert (answer.status_code, answer.json()["code"]) == (409, "more_people")
    assert api_post(client, campaign, f"runs/{run.pk}/resend", expected_people=12).status_code == 201


def api_post(client: Client, campaign: Campaign, path: str, **body: int) -> Any:
    headers = cast.api_headers(campaign.workspace, name=str(body))
    return client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)
