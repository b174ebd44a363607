import pytest

from accounts.models import AuditEntry
from audience.erasing import profile_delete
from audience.errors import ProfileInvalid, RuleInvalid, SegmentInvalid
from audience.fields import fields_available
from audience.models import Profile, Segment
from audience.rules import Group, Rule, Rules
from audience.segments import segment_delete, segment_save
from audience.services import (
    BULK_LIMIT,
    profile_mark_test,
    profile_save,
    profiles_upsert,
)
from audience.values import PersonValues
from webhooks_platform.base.errors import NotAllowed

ANA = PersonValues("ana", {"email": "ana@example.com"}, {"age": 30}, is_test=True)
GERMAN = Rules(root=Group(items=(Rule(field="country", operator="is", value="DE"),)))


def audited():
    return list(AuditEntry.objects.order_by("id").values_list("action", "target_label"))


def test_a_profile_is_created_changed_and_deleted(editor, shop):
    profile = profile_save(actor=editor, values=ANA)
    assert (profile.workspace, profile.email, profile.is_test) == (shop, "ana@example.com", True)
    profile_save(actor=editor, profile=profile, values=PersonValues("ana-2", {"email": ""}, {"plan": "pro"}))
    profile.refresh_from_db()
    assert (profile.user_id, profile.email, profile.attributes) == ("ana-2", "", {"plan": "pro"})
    profile_mark_test(actor=editor, profile=profile, is_test=False)
    erasure = profile_delete(actor=editor, profile=profile)
    assert not Profile.objects.exists()
    assert audited() == [
        ("profile.created", "An erased person"),
        ("profile.changed", "An erased person"),
        ("profile.test_off", "An erased person"),
        ("profile.erased", f"Erased person {erasure.pk}"),
    ]


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        (PersonValues(""), "user_id", "user_id is missing"),
        (PersonValues("x" * 201), "user_id", "201 characters"),
        (PersonValues("a\nb"), "user_id", "invisible"),
        (PersonValues("a", {"email": "ana@"}), "email", "not an e-mail address"),
        (PersonValues("a", {"phone": "5" * 41}), "phone", "40 is the limit"),
        (PersonValues("a", {"first_name": "\x00"}), "first_name", "invisible"),
        (PersonValues("a", {}, {"email": "x"}), "attributes.email", "standard field"),
        (PersonValues("a", {}, {"two words": 1}), "attributes.two words", "letters, digits and underscores"),
        (PersonValues("a", {}, {"message": 1}), "attributes.message", "meaning of its own"),
        (PersonValues("a", {}, {"n" * 61: 1}), f"attributes.{'n' * 61}", "too long"),
        (PersonValues("a", {}, {"n": {"deep": ["\ud800"]}}), "attributes.n", "can't be stored"),
        (PersonValues("a", {}, {"n": 2**53 + 1}), "attributes.n", "Send it as text"),
        (PersonValues("a", {}, {"n": float("inf")}), "attributes.n", "not numbers in JSON"),
        (PersonValues("a", {}, {"n": "x" * 65_537}), "attributes", "64 KB"),
    ],
)
def test_values_that_can_not_be_kept_are_refused_by_name(editor, values, field, words):
    with pytest.raises(ProfileInvalid, match=words) as caught:
        profile_save(actor=editor, values=values)
    assert caught.value.field == field
    [item] = profiles_upsert(actor=editor, items=[values])
    assert (item.result, item.field) == ("rejected", field)
    assert not Profile.objects.exists()


def test_a_user_id_is_taken_once_in_a_workspace(editor, person, rival):
    person("ana", workspace=rival)
    profile_save(actor=editor, values=ANA)
    with pytest.raises(ProfileInvalid, match="already") as caught:
        profile_save(actor=editor, values=ANA)
    assert caught.value.field == "user_id"


def test_viewers_change_nothing(onlooker, person, shop):
    ana, segment = person("ana"), Segment.objects.create(workspace=shop, name="A")
    changes = [
        lambda: profile_save(actor=onlooker, values=ANA),
        lambda: profile_mark_test(actor=onlooker, profile=ana, is_test=True),
        lambda: profile_delete(actor=onlooker, profile=ana),
        lambda: profiles_upsert(actor=onlooker, items=[ANA]),
        lambda: segment_save(actor=onlooker, name="B", rules=GERMAN),
        lambda: segment_delete(actor=onlooker, segment=segment),
    ]
    for change in changes:
        with pytest.raises(NotAllowed):
            change()


def test_bulk_items_are_judged_one_by_one(editor, person):
    person("bob", first_name="Bob")
    items = [ANA, PersonValues(""), PersonValues("bob", {"country": "DE"}), PersonValues("ana", {"phone": "1"})]
    results = profiles_upsert(actor=editor, items=items)
    assert [item.result for item in results] == ["created", "rejected", "updated", "created"]
    assert (results[1].index, results[1].field) == (1, "user_id")
    assert Profile.objects.get(user_id="ana").phone == "1"
    assert Profile.objects.get(user_id="bob").first_name == "Bob"


def test_bulk_has_a_limit(editor):
    with pytest.raises(ProfileInvalid, match="1000 is the limit"):
        profiles_upsert(actor=editor, items=[ANA] * (BULK_LIMIT + 1))


def test_attributes_become_fields_of_rules(editor, shop, rival):
    profile_save(actor=editor, values=PersonValues("a", {}, {"age": 3, "born": "2000-01-31", "vip": True, "x": []}))
    profiles_upsert(actor=editor, items=[PersonValues("b", {}, {"age": 4, "x": "text", "gone": None})])
    kinds = {field.variable: field.kind for field in fields_available(shop) if field.is_attribute}
    assert kinds == {"age": "number", "born": "date", "vip": "boolean", "x": "text"}
    assert "greater" in next(field for field in fields_available(shop) if field.name == "attributes.age").operators
    assert all(not field.is_attribute for field in fields_available(rival))


def test_attribute_names_have_a_limit(editor):
    profile_save(actor=editor, values=PersonValues("a", {}, {f"n{n}": 1 for n in range(500)}))
    with pytest.raises(ProfileInvalid, match="500 attribute names"):
        profile_save(actor=editor, values=PersonValues("b", {}, {"one_more": 1}))


def test_a_segment_is_created_changed_and_deleted(editor, shop):
    segment = segment_save(actor=editor, name=" Germans ", rules=GERMAN)
    assert (segment.name, segment.rules, segment.workspace) == ("Germans", GERMAN, shop)
    segment_save(actor=editor, segment=segment, name="Germans", rules=GERMAN)
    segment_delete(actor=editor, segment=segment)
    assert [action for action, _ in audited()] == ["segment.created", "segment.changed", "segment.deleted"]


def test_a_segment_needs_a_free_name_and_rules_that_work(editor, shop):
    Segment.objects.create(workspace=shop, name="Taken")
    bad = Rules(root=Group(items=(Rule(field="attributes.age", operator="less", value="old"),)))
    for name, rules, error, field in [
        ("", GERMAN, SegmentInvalid, "name"),
        ("Taken", GERMAN, SegmentInvalid, "name"),
        ("New", Rules(), SegmentInvalid, "rules"),
        ("New", bad, RuleInvalid, "rules.0.value"),
    ]:
        with pytest.raises(error) as caught:
            segment_save(actor=editor, name=name, rules=rules)
        assert caught.value.field == field
