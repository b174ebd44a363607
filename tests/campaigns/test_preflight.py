"""Pre-flight renders a sample of the audience and counts what would become of it."""

from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from audience.choice import AudienceChoice
from audience.models import Attribute, Profile
from campaigns.preflight import SAMPLE, people_spread, preflight_make
from campaigns.review import campaign_review
from templates_lib.content import JsonPair, JsonPairsBody, RawBody, WebhookContent

pytestmark = pytest.mark.django_db


def preflight(campaign, **options) -> Any:
    return preflight_make(campaign, **options)


def public(host, port):
    return ("93.184.216.34",)


@pytest.fixture
def people(campaign, workspace):
    """20 people with the one there is: 5 without a name, 2 whose points are no number."""
    Attribute.objects.create(workspace=workspace, name="points", kind="text")
    Profile.objects.bulk_create(
        Profile(
            workspace=workspace,
            user_id=f"p-{number}",
            first_name="" if number % 4 == 0 else f"Ada {number}",
            attributes={"points": f"many {number}" if number % 9 == 1 else "3"},
        )
        for number in range(19)
    )
    return Profile.objects.filter(workspace=workspace)


def with_content(campaign, url="https://api.example.com/{{ user_id }}", **parts):
    campaign.content = WebhookContent(url=url, **parts)
    return campaign


def test_everybody_is_tried_and_setbacks_are_counted_with_an_example(campaign, people):
    pairs = (
        JsonPair(name="name", value="{{ first_name }}"),
        JsonPair(name="n", value="{{ points | default(1) }}", type="number"),
    )
    made = preflight(with_content(campaign, body=JsonPairsBody(pairs=pairs)))
    assert (made.audience, made.tried, made.built, made.held, made.everybody) == (20, 20, 13, 7, True)
    assert [(found.kind, found.count) for found in made.setbacks] == [("missing", 5), ("invalid", 2)]
    assert made.setbacks[0].example.first_name == ""
    assert [extreme.words for extreme in made.extremes] == ["Largest body", "Longest URL"]
    assert made.same == 0


def test_requests_that_are_the_same_are_told_in_review(campaign, people):
    found = campaign_review(
        with_content(campaign, url="https://api.example.com/all"), now=timezone.now(), lookup=public
    )
    assert [problem.message for problem in found.problems] == [
        "Every person's request is the same: nothing in it tells them apart."
    ]
    by_name = with_content(campaign, url='https://api.example.com/{{ first_name | default("you") | truncate(3) }}')
    found = campaign_review(by_name, now=timezone.now(), lookup=public)
    assert ["the very same request" in problem.message for problem in found.problems] == [True]


def test_invalid_json_for_some_is_a_warning_and_for_everybody_an_error(campaign, people):
    body = RawBody(text='{"a": {{ points | default("x") | from_json }}}')
    found = campaign_review(with_content(campaign, body=body), now=timezone.now(), lookup=public)
    [problem] = found.problems
    assert (problem.severity, problem.field) == ("warning", "body.text")
    assert problem.message.startswith("For 3 people of 20 tried, ")
    body = RawBody(text='{"a": {{ user_id | from_json }}}')
    found = campaign_review(with_content(campaign, body=body), now=timezone.now(), lookup=public)
    assert [
        (problem.severity, "No request could be built for everybody" in problem.message) for problem in found.problems
    ] == [("error", True)]


def test_the_time_is_bounded_and_what_was_left_out_is_estimated(campaign, people):
    ticks = count(0, 0.2)
    made = preflight(with_content(campaign, url="https://a.example/{{ first_name }}"), clock=lambda: next(ticks))
    assert 1 < made.tried < made.audience == 20
    assert not made.everybody
    assert made.estimate == round(made.held * 20 / made.tried)


def test_a_large_audience_is_tried_from_end_to_end(workspace):
    Profile.objects.bulk_create(
        Profile(workspace=workspace, user_id=f"p-{number}") for number in range(SAMPLE * 2 + 10)
    )
    everyone = Profile.objects.filter(workspace=workspace)
    chosen = list(people_spread(everyone, everyone.count()).values_list("pk", flat=True))
    ids = list(everyone.order_by("id").values_list("pk", flat=True))
    assert SAMPLE // 4 < len(chosen) <= SAMPLE
    assert ids.index(chosen[0]) < 10
    assert ids.index(chosen[-1]) > len(ids) - 10


def test_content_or_an_audience_that_can_not_be_used_has_no_preflight(campaign, people):
    assert preflight(with_content(campaign, url="")) is None
    campaign.audience = AudienceChoice(kind="segment", segment_id=99)
    assert preflight(with_content(campaign)) is None
