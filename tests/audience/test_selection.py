from datetime import date

import pytest
import time_machine

from audience.choice import AudienceChoice
from audience.errors import SegmentRemoved
from audience.models import Segment
from audience.rules import Group, Rule, Rules
from audience.selection import (
    audience_count,
    audience_sample,
    choice_frozen,
    choice_sentence,
    people_without,
    profiles_chosen,
)

GERMAN = Rules(root=Group(items=(Rule(field="country", operator="is", value="DE"),)))


@pytest.fixture
def people(person, rival):
    person("other", workspace=rival, country="DE", is_test=True)
    return [person("ana", country="DE", first_name="Ana"), person("bob", is_test=True)]


def ids(workspace, **choice):
    return sorted(profile.user_id for profile in profiles_chosen(workspace, AudienceChoice(**choice)))


def test_each_choice_stays_in_its_workspace(shop, rival, people):
    segment = Segment.objects.create(workspace=shop, name="Germans", rules=GERMAN)
    other = rival.profiles.get()
    assert ids(shop, kind="everyone") == ["ana", "bob"]
    assert ids(shop, kind="test_users") == ["bob"]
    assert ids(shop, kind="segment", segment_id=segment.pk) == ["ana"]
    assert ids(shop, kind="rules", rules=GERMAN) == ["ana"]
    assert ids(shop, kind="profiles", profile_ids=(people[1].pk, other.pk)) == ["bob"]


def test_a_removed_or_foreign_segment_is_said(shop, rival):
    foreign = Segment.objects.create(workspace=rival, name="Theirs")
    for choice in (AudienceChoice(kind="segment", segment_id=foreign.pk), AudienceChoice(kind="segment")):
        for ask in (profiles_chosen, choice_frozen, choice_sentence):
            with pytest.raises(SegmentRemoved, match="Choose another"):
                ask(shop, choice)


def test_a_frozen_choice_no_longer_follows_its_segment(shop, people):
    segment = Segment.objects.create(workspace=shop, name="Germans", rules=GERMAN)
    frozen = choice_frozen(shop, AudienceChoice(kind="segment", segment_id=segment.pk))
    segment.delete()
    assert [profile.user_id for profile in profiles_chosen(shop, frozen)] == ["ana"]
    assert choice_frozen(shop, frozen) is frozen


def test_a_frozen_choice_keeps_its_day(shop):
    recent = Rules(root=Group(items=(Rule(field="created_at", operator="in_last_days", value="7"),)))
    shop.time_zone = "Pacific/Kiritimati"
    with time_machine.travel("2026-11-24 14:00:00Z", tick=False):
        frozen = choice_frozen(shop, AudienceChoice(kind="rules", rules=recent))
    assert frozen.rules.as_of == date(2026, 11, 25)
    assert choice_frozen(shop, frozen) is frozen


def test_sentences(shop, people):
    segment = Segment.objects.create(workspace=shop, name="Germans", rules=GERMAN)
    sentences = {
        "Everyone": AudienceChoice(),
        "Test users": AudienceChoice(kind="test_users"),
        "People whose Country is “DE”": AudienceChoice(kind="rules", rules=GERMAN),
        "Segment “Germans”: People whose Country is “DE”": AudienceChoice(kind="segment", segment_id=segment.pk),
        "Ana (ana)": AudienceChoice(kind="profiles", profile_ids=(people[0].pk,)),
        "2 chosen people": AudienceChoice(kind="profiles", profile_ids=(1, 2)),
    }
    assert {choice_sentence(shop, choice): choice for choice in sentences.values()} == sentences


def test_people_without_a_value_are_counted_by_variable(shop, rival, person, people):
    person("cem", attributes={"plan": "pro", "age": ""})
    names = ["first_name", "plan", "age", "never_seen", "campaign", "first_name"]
    assert people_without(shop, AudienceChoice(), names) == {"first_name": 2, "plan": 2, "age": 3, "never_seen": 3}
    assert people_without(shop, AudienceChoice(kind="rules", rules=GERMAN), ["first_name"]) == {"first_name": 0}
    assert people_without(shop, AudienceChoice(), []) == {}


def test_count_and_sample(shop, people):
    assert audience_count(shop, AudienceChoice()) == 2
    assert audience_sample(shop, AudienceChoice(), size=1) == [people[1]]
