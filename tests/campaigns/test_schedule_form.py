import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from campaigns.schedule import Schedule
from campaigns.schedule_form import pace_words, schedule_posted
from campaigns.services import campaign_launch
from channels.models import Connection
from channels.policy import Rate, SendPolicy
from tests import cast
from webhooks_platform.base.errors import InvalidInput


@pytest.mark.parametrize("kind", ["now", "later"])
def test_a_rate_belongs_to_either_kind(kind: str) -> None:
    posted = QueryDict(f"kind={kind}&date=2027-01-05&time=10:00&rate_count=300&rate_per=minute")
    assert schedule_posted(posted, Schedule()).rate == Rate(count=300, per="minute")


def test_no_number_is_no_rate() -> None:
    assert schedule_posted(QueryDict("kind=now&rate_count=+&rate_per=hour"), Schedule()).rate is None


@pytest.mark.parametrize("count", ["0", "-1", "many", "1.5", "1000001"])
def test_a_number_that_is_none_says_what_to_enter(count: str) -> None:
    with pytest.raises(InvalidInput, match="whole number from 1 to 1,000,000") as raised:
        schedule_posted(QueryDict(f"kind=now&rate_count={count}&rate_per=second"), Schedule())
    assert raised.value.field == "rate_count"


def test_words() -> None:
    assert Rate(count=1500, per="hour").words == "1,500 an hour"


def test_review_says_the_tighter_of_campaign_and_connection(campaign: Campaign) -> None:
    assert pace_words(campaign) == "As fast as the destination answers"
    connection = Connection.objects.create(
        workspace=campaign.workspace,
        name="CRM",
        origin="https://api.example.com",
        policy=SendPolicy(rate=Rate(count=60, per="minute")),
    )
    campaign.content = campaign.content.model_copy(update={"connection_id": connection.pk})
    assert pace_words(campaign) == "60 a minute at most, as CRM allows"
    campaign.schedule = campaign.schedule.model_copy(update={"rate": Rate(count=7, per="minute")})
    assert pace_words(campaign) == "7 a minute at most, as this campaign's schedule says"


def test_the_step_saves_it_and_the_launch_uses_it(client, owner, actor, campaign: Campaign) -> None:
    path = reverse("campaign_schedule", kwargs={"workspace": campaign.workspace.slug, "campaign": campaign.pk})
    posted = {"revision": campaign.revision, "kind": "now", "rate_count": "7", "rate_per": "minute"}
    assert cast.signed_in(client, owner).post(path, posted).status_code == 200
    campaign.refresh_from_db()
    assert campaign.schedule.rate == Rate(count=7, per="minute")
    run = campaign_launch(campaign=campaign, actor=actor, revision=campaign.revision, at=timezone.now())
    assert run.rate == Rate(count=7, per="minute")


def test_the_step_says_what_the_connection_allows(client, owner, campaign: Campaign) -> None:
    policy = SendPolicy(rate=Rate(count=50))
    crm = Connection.objects.create(
        workspace=campaign.workspace, name="CRM", origin="https://api.example.com", policy=policy
    )
    campaign.content = campaign.content.model_copy(update={"connection_id": crm.pk})
    campaign.save()
    path = reverse("campaign_schedule", kwargs={"workspace": campaign.workspace.slug, "campaign": campaign.pk})
    page = cast.signed_in(client, owner).get(path).content.decode()
    assert "CRM allows 50 a second; the tighter of the two counts." in page
