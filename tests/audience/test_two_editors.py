"""Two people with one form open: the second is told, keeps what was typed, and overwrites nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from accounts.actors import Actor
from audience.attribute_registry import AttributeValues, attribute_change, attribute_delete
from audience.bulk import profiles_mark_test
from audience.models import Attribute, Profile, Segment
from audience.rules import Group, Rule, Rules
from audience.segments import segment_save
from audience.services import profile_mark_test, profile_save, profiles_upsert
from audience.upsert import upsert
from audience.values import PersonValues
from tests.cast import acting

GERMAN = Rules(root=Group(items=(Rule(field="country", operator="is", value="DE"),)))
FRENCH = Rules(root=Group(items=(Rule(field="country", operator="is", value="FR"),)))
POSTED = {"rules.match": "all", "rules.0.field": "country", "rules.0.operator": "is", "rules.0.value": "AT"}


@pytest.fixture
def colleague(shop, owner) -> Actor:
    return acting(owner, shop)


@pytest.fixture
def ana(person) -> Profile:
    found: Profile = person("u1", first_name="Ana", attributes={"age": "42"})
    return found


@pytest.fixture
def germans(shop) -> Segment:
    return Segment.objects.create(workspace=shop, name="Germans", rules=GERMAN)


def test_a_profile_changed_meanwhile_is_not_overwritten(marketer, address, ana, editor):
    where = address("profile_edit", profile=ana.pk)
    seen = marketer.get(where).context["form"]["revision"].value()
    profile_save(actor=editor, profile=ana, values=PersonValues("u1", {"first_name": "Anna"}, {"plan": "pro"}))
    answer = marketer.post(where, {"user_id": "u1", "first_name": "Typed", "revision": seen})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "This profile was changed meanwhile" in page
    assert 'value="Typed"' in page
    assert f'name="revision" value="{seen}"' in page
    ana.refresh_from_db()
    assert (ana.first_name, ana.attributes) == ("Anna", {"plan": "pro"})


def test_who_changed_the_profile_and_when_is_said(marketer, address, ana, colleague):
    where = address("profile_edit", profile=ana.pk)
    profile_save(actor=colleague, profile=ana, values=PersonValues("u1", {"first_name": "Anna"}, {}))
    page = marketer.post(where, {"user_id": "u1", "revision": 1}).content.decode()
    assert f"was changed by {colleague.user} on " in page


def test_after_an_import_nobody_is_named(marketer, address, ana, colleague, shop):
    where = address("profile_edit", profile=ana.pk)
    profile_mark_test(actor=colleague, profile=ana, is_test=True)
    with transaction.atomic():
        upsert(shop.pk, [PersonValues("u1", {"first_name": "Anna"}, {})])
    page = marketer.post(where, {"user_id": "u1", "revision": 1}).content.decode()
    assert "was changed on " in page
    assert str(colleague.user) not in page


def test_a_profile_saved_again_from_what_it_is_now_is_saved(marketer, address, ana):
    where = address("profile_edit", profile=ana.pk)
    for name in ("Anna", "Anne"):
        seen = marketer.get(where).context["form"]["revision"].value()
        assert marketer.post(where, {"user_id": "u1", "first_name": name, "revision": seen}).status_code == 302
    assert Profile.objects.get().first_name == "Anne"


def test_an_api_call_goes_over_whatever_is_there(ana, editor):
    profile_mark_test(actor=editor, profile=ana, is_test=True)
    profiles_upsert(actor=editor, items=[PersonValues("u1", {"first_name": "Anna"}, {})])
    assert Profile.objects.get().first_name == "Anna"


def test_an_object_read_long_ago_brings_nothing_old_back(ana, editor):
    old = Profile.objects.get()
    profile_mark_test(actor=editor, profile=ana, is_test=True)
    profile_save(actor=editor, profile=old, values=PersonValues("u1", {"first_name": "Anna"}, {}))
    assert Profile.objects.get().is_test


def convert(actor: Actor, profile: Profile) -> None:
    attribute = Attribute.objects.create(workspace=actor.workspace, name="age", kind="text")
    attribute_change(actor=actor, attribute=attribute, values=AttributeValues(kind="number"))


def remove(actor: Actor, profile: Profile) -> None:
    attribute_delete(
        actor=actor, attribute=Attribute.objects.create(workspace=actor.workspace, name="age", kind="text")
    )


WRITERS: dict[str, Callable[[Actor, Profile], Any]] = {
    "a form": lambda actor, person: profile_save(actor=actor, profile=person, values=PersonValues("u1", {}, {})),
    "a test flag": lambda actor, person: profile_mark_test(actor=actor, profile=person, is_test=True),
    "many test flags": lambda actor, person: profiles_mark_test(
        actor=actor, people=Profile.objects.all(), is_test=True
    ),
    "an upsert": lambda actor, person: profiles_upsert(
        actor=actor, items=[PersonValues("u1", {"first_name": "Anna"}, {})]
    ),
    "another type of an attribute": convert,
    "the end of an attribute": remove,
}


@pytest.mark.parametrize("writer", WRITERS)
def test_whatever_writes_a_profile_is_noticed(ana, editor, writer):
    before = Profile.objects.get()
    WRITERS[writer](editor, ana)
    after = Profile.objects.get()
    assert after.revision == before.revision + 1
    assert after.updated_at > before.updated_at


def test_an_upsert_that_changes_nothing_disturbs_nobody(ana, editor):
    profiles_upsert(actor=editor, items=[PersonValues("u1", {"first_name": "Ana"}, {})])
    assert Profile.objects.get().revision == ana.revision


def test_a_segment_changed_meanwhile_is_not_overwritten(marketer, address, germans, colleague):
    where = address("segment_edit", segment=germans.pk)
    seen = marketer.get(where).context["revision"]
    segment_save(actor=colleague, segment=germans, name="French", rules=FRENCH)
    answer = marketer.post(where, {"name": "Typed", **POSTED, "revision": seen})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "This segment was changed meanwhile" in page
    assert f"was changed by {colleague.user} on " in page
    assert 'value="Typed"' in page
    assert f'name="revision" value="{seen}"' in page
    assert [row.value for row in answer.context["editor"].root.items] == ["AT"]
    germans.refresh_from_db()
    assert (germans.name, germans.rules) == ("French", FRENCH)


@pytest.fixture
def plan(shop) -> Attribute:
    return Attribute.objects.create(workspace=shop, name="plan", kind="text", display_name="Plan")


def test_an_attribute_changed_meanwhile_is_not_overwritten(marketer, address, plan, colleague):
    where = address("attribute_edit", attribute=plan.pk)
    seen = marketer.get(where).context["revision"]
    attribute_change(actor=colleague, attribute=plan, values=AttributeValues(display_name="Tariff", fallback="free"))
    answer = marketer.post(where, {"kind": "text", "display_name": "Typed", "revision": seen})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "This attribute was changed meanwhile" in page
    assert f"was changed by {colleague.user} on " in page
    assert 'value="Typed"' in page
    assert f'name="revision" value="{seen}"' in page
    plan.refresh_from_db()
    assert (plan.display_name, plan.fallback) == ("Tariff", "free")


def test_an_attribute_saved_again_from_what_it_is_now_is_saved(marketer, address, plan):
    where = address("attribute_edit", attribute=plan.pk)
    for name in ("One", "Two"):
        seen = marketer.get(where).context["revision"]
        assert marketer.post(where, {"kind": "text", "display_name": name, "revision": seen}).status_code == 302
    assert Attribute.objects.get().display_name == "Two"


def test_people_who_make_an_attribute_a_text_change_it(marketer, address, person, shop, editor):
    profiles_upsert(actor=editor, items=[PersonValues("u1", {}, {"age": 42})])
    age = Attribute.objects.get()
    profiles_upsert(actor=editor, items=[PersonValues("u2", {}, {"age": "old"})])
    answer = marketer.post(
        address("attribute_edit", attribute=age.pk), {"kind": "number", "display_name": "Age", "revision": age.revision}
    )
    assert answer.status_code == 409
    assert "was changed on " in answer.content.decode()


def test_an_api_call_with_an_old_revision_changes_no_attribute(api, plan):
    change = {"revision": plan.revision, "fallback": "free"}
    status, body = api("patch", "api_attribute", data=change, name="plan")
    assert (status, body["revision"], body["display_name"]) == (200, plan.revision + 1, "Plan")
    status, problem = api("patch", "api_attribute", data={**change, "fallback": "late"}, name="plan")
    assert (status, problem["code"]) == (409, "attribute_changed")
    assert api("patch", "api_attribute", data={"fallback": "pro"}, name="plan")[0] == 200


def test_a_segment_saved_again_from_what_it_is_now_is_saved(marketer, address, germans):
    where = address("segment_edit", segment=germans.pk)
    for name in ("One", "Two"):
        seen = marketer.get(where).context["revision"]
        assert marketer.post(where, {"name": name, **POSTED, "revision": seen}).status_code == 302
    assert Segment.objects.get().name == "Two"


def test_an_old_segment_keeps_what_is_not_named(germans, editor):
    old = Segment.objects.get()
    segment_save(actor=editor, segment=germans, rules=FRENCH)
    segment_save(actor=editor, segment=old, name="French")
    assert (Segment.objects.get().name, Segment.objects.get().rules) == ("French", FRENCH)


def test_an_api_call_that_names_an_old_revision_changes_nothing(api, germans, editor):
    change = {"revision": germans.revision, "name": "By API"}
    status, body = api("patch", "api_segment", data=change, segment=germans.pk)
    assert (status, body["revision"]) == (200, germans.revision + 1)
    status, problem = api("patch", "api_segment", data={**change, "name": "Late"}, segment=germans.pk)
    assert (status, problem["code"]) == (409, "segment_changed")
    assert api("patch", "api_segment", data={"name": "Whatever is there"}, segment=germans.pk)[0] == 200
    assert Segment.objects.get().name == "Whatever is there"
