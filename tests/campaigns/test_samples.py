import pytest
from django.urls import reverse

from audience.choice import AudienceChoice
from audience.models import Profile
from campaigns.models import Campaign
from campaigns.samples import review_samples
from templates_lib.content import JsonPair, JsonPairsBody, WebhookContent
from tests import cast

pytestmark = pytest.mark.django_db
BODY = JsonPairsBody(
    pairs=(
        JsonPair(name="a", value='{{ first_name | default("there") }}'),
        JsonPair(name="b", value='{{ plan | default("-") }} {{ order.lines | default([]) | length }}'),
    )
)
CONTENT = WebhookContent(url="https://a.example", body=BODY)


@pytest.fixture
def crowd(campaign, profile):
    """After Zoë: somebody with everything, somebody with nothing, somebody with a name."""
    for user_id, name, plan in [("full", "Ada", "pro"), ("bare", "", ""), ("named", "Bo", "")]:
        attributes = {"plan": plan, "order": {"lines": []}} if plan else {}
        Profile.objects.create(
            workspace=campaign.workspace, user_id=user_id, first_name=name, attributes=attributes
        )  # fmt: skip
    Campaign.objects.update(content=CONTENT)
    campaign.refresh_from_db()
    return campaign


def shown(campaign):
    return [(sample.why, sample.person.user_id) for sample in review_samples(campaign)]


def test_three_different_people(crowd):
    assert shown(crowd) == [("Fewest values", "bare"), ("First", "u-1"), ("Last", "named")]
    assert review_samples(crowd)[0].preview.lacking == ("first_name", "plan", "order.lines")


def test_nobody_is_shown_twice(crowd):
    Profile.objects.exclude(user_id="bare").delete()
    assert shown(crowd) == [("Fewest values", "bare")]


def test_without_variables_one_in_between_makes_three(crowd):
    Campaign.objects.update(content=WebhookContent(url="https://a.example"))
    crowd.refresh_from_db()
    assert shown(crowd) == [("First", "u-1"), ("Last", "named"), ("In between", "full")]


@pytest.mark.parametrize(
    ("lacking", "others"),
    [("u-1", [("Last", "named"), ("In between", "full")]), ("named", [("First", "u-1"), ("In between", "full")])],
)
def test_who_has_fewest_values_and_stands_at_an_end_is_shown_once_of_three(crowd, lacking, others):
    everything = {"first_name": "Ada", "attributes": {"plan": "pro", "order": {"lines": []}}}
    Profile.objects.exclude(user_id=lacking).update(**everything)
    Profile.objects.filter(user_id=lacking).update(first_name="", attributes={})
    assert shown(crowd) == [("Fewest values", lacking), *others]


def test_an_audience_of_three_is_shown_whole_wherever_its_people_stand(crowd):
    Campaign.objects.update(content=WebhookContent(url="https://a.example"))
    crowd.refresh_from_db()
    Profile.objects.filter(user_id__in=["bare", "named"]).delete()
    assert shown(crowd) == [("First", "u-1"), ("Last", "full")]
    Profile.objects.create(workspace=crowd.workspace, user_id="far", pk=Profile.objects.latest("pk").pk + 1_000)
    assert shown(crowd) == [("First", "u-1"), ("Last", "far"), ("In between", "full")]


def test_only_the_audience_is_shown(crowd):
    Campaign.objects.update(audience=AudienceChoice(kind="test_users"))
    crowd.refresh_from_db()
    assert shown(crowd) == []


def test_review_shows_them_and_the_head_counts(client, owner, crowd):
    cast.signed_in(client, owner)
    where = {"workspace": "acme", "campaign": crowd.pk}
    page = client.get(reverse("campaign_review", kwargs=where)).content.decode()
    assert "What people get" in page
    assert page.count('id="sample-') == 3
    counted = client.get(reverse("campaign_recipients", kwargs=where)).content.decode()
    assert '<b class="number">4</b> recipients' in counted
