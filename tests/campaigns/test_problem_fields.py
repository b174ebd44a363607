"""Every problem links to a field: its step's page has an element of that id."""

from datetime import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from audience.choice import AudienceChoice
from audience.models import Profile, Segment
from audience.rules import Group, Rule, Rules
from campaigns.models import Campaign
from campaigns.problems import campaign_problems
from campaigns.repeat import Repeat
from campaigns.schedule import Schedule
from channels.models import ChannelKind
from channels.services import channel_switch
from templates_lib.content import JsonPair, JsonPairsBody, Pair, RawBody, WebhookContent
from tests import cast

pytestmark = pytest.mark.django_db
URL = "https://api.example.com/people/{{ user_id }}"
PAST = datetime(2020, 1, 1, 9, 0)
NO_NUMBER = Rules(root=Group(items=(Rule(field="created_at", operator="in_last_days", value="soon"),)))


def with_content(**parts):
    return {"content": WebhookContent(**{"url": URL, **parts})}


CASES = {
    "no channel": {"channel": ""},
    "nobody": {"audience": AudienceChoice(kind="test_users")},
    "no such segment": {"audience": AudienceChoice(kind="segment", segment_id=9)},
    "no segment chosen": {"audience": AudienceChoice(kind="segment")},
    "a rule's value": {"audience": AudienceChoice(kind="rules", rules=NO_NUMBER)},
    "no URL": with_content(url=""),
    "open tag": with_content(url="https://a.example/{{ user_id "),
    "header name": with_content(headers=(Pair(name="X A", value="a"),)),
    "parameter": with_content(parameters=(Pair(name="a", value="{{ last_name }}"),)),
    "JSON value": with_content(body=JsonPairsBody(pairs=(JsonPair(name="a", value="{", type="json"),))),
    "raw JSON": with_content(body=RawBody(text='{"a": ')),
    "message not placed": with_content(message_text="Hi"),
    "message missing": with_content(body=RawBody(text='{"a": "{{ message }}"}')),
    "connection": with_content(connection_id=99),
    "no time": {"schedule": Schedule(kind="later")},
    "time passed": {"schedule": Schedule(kind="later", local=PAST)},
    "repeat over": {"schedule": Schedule(kind="repeat", local=PAST, repeat=Repeat(until=PAST.date()))},
}


@pytest.fixture
def missing_fields(client, owner, campaign):
    """The problems whose field isn't on the page of their step."""
    cast.signed_in(client, owner)

    def missing():
        found = Campaign.objects.get(pk=campaign.pk)
        problems = campaign_problems(found, now=timezone.now(), asking="counts")
        assert problems
        return [problem for problem in problems if f'id="{problem.field}"' not in page_of(problem.step)]

    def page_of(step):
        address = {"workspace": "acme", "campaign": campaign.pk}
        return client.get(reverse(f"campaign_{step}", kwargs=address)).content.decode()

    return missing


@pytest.mark.parametrize("case", CASES)
def test_each_problem_s_field_is_on_its_page(missing_fields, campaign, case):
    Campaign.objects.filter(pk=campaign.pk).update(**CASES[case])
    assert missing_fields() == []


def test_also_while_the_channel_is_off(missing_fields, campaign, actor):
    channel_switch(workspace=actor.workspace, actor=actor, kind=ChannelKind.WEBHOOK, enabled=False)
    assert missing_fields() == []


def test_also_where_the_daily_limit_is_passed(missing_fields, campaign, workspace):
    Profile.objects.create(workspace=workspace, user_id="u-2")
    workspace.channel_switches.update(daily_limit=1)
    assert missing_fields() == []


def test_a_segment_s_rule_that_can_not_be_tested_leads_to_the_segment(missing_fields, campaign, workspace):
    segment = Segment.objects.create(workspace=workspace, name="New", rules=NO_NUMBER)
    campaign.audience = AudienceChoice(kind="segment", segment_id=segment.pk)
    campaign.save()
    assert missing_fields() == []
    [problem] = campaign_problems(campaign, now=timezone.now())
    assert problem.field == "segment_id"
