import json

import pytest

from audience.models import Attribute, Segment
from audience.rules import Group, Rule, Rules
from audience.segments import segment_duplicate

GERMAN = Rules(root=Group(items=(Rule(field="country", operator="is", value="DE"),)))
AGE = {"rules.1.field": "attributes.age", "rules.1.operator": "less", "rules.1.value": "9"}
POSTED = {"rules.match": "all", "rules.0.field": "country", "rules.0.operator": "is", "rules.0.value": "DE"}


@pytest.fixture
def german(shop):
    return Segment.objects.create(workspace=shop, name="Germans", rules=GERMAN)


def test_segments_are_listed_as_sentences(marketer, address, german):
    text = marketer.get(address("segments")).content.decode()
    assert "Germans" in text
    assert "People whose Country is “DE”" in text


def test_a_segment_is_created_edited_and_deleted(marketer, address):
    posted = {
        "name": "Rich",
        **POSTED,
        "rules.1.field": "attributes.age",
        "rules.1.operator": "less",
        "rules.1.value": "9",
    }
    assert marketer.post(address("segment_new"), posted).url == address("segments")
    segment = Segment.objects.get()
    assert [item.field for item in segment.rules.root.items] == ["country", "attributes.age"]
    form = marketer.get(address("segment_edit", segment=segment.pk))
    assert [(row.field, row.value) for row in form.context["editor"].root.items] == [
        ("country", "DE"),
        ("attributes.age", "9"),
    ]
    marketer.post(address("segment_edit", segment=segment.pk), {"name": "Any", **POSTED, "rules.match": "any"})
    segment.refresh_from_db()
    assert (segment.name, segment.rules.root.match, len(segment.rules.root.items)) == ("Any", "any", 1)
    marketer.post(address("segment_delete", segment=segment.pk))
    assert not Segment.objects.exists()


def test_the_numbers_come_after_the_list(marketer, address, shop, german, person):
    person("ana", country="DE")
    person("bob", country="AT")
    broken = Rules(root=Group(items=(Rule(field="attributes.age", operator="less", value="old"),)))
    other = Segment.objects.create(workspace=shop, name="Broken", rules=broken)
    text = marketer.get(address("segment_numbers"), {"id": [german.pk, other.pk, "x"]}).content.decode()
    assert f'<span id="people-{german.pk}" hx-swap-oob="true">1</span>' in text
    assert f'<span id="uses-{german.pk}" hx-swap-oob="true"> – </span>' in " ".join(text.split())
    assert "A rule can't be tested" in text


def test_a_copy_has_the_same_rules_and_a_free_name(marketer, address, german):
    for name in ("Germans (copy)", "Germans (copy 2)"):
        answer = marketer.post(address("segment_copy", segment=german.pk))
        copy = Segment.objects.get(name=name)
        assert (answer.url, copy.rules) == (address("segment_edit", segment=copy.pk), GERMAN)


def test_the_copy_of_a_long_name_is_short_enough(editor, shop):
    long = Segment.objects.create(workspace=shop, name="x" * 80, rules=GERMAN)
    assert segment_duplicate(actor=editor, segment=long).name == "x" * 73 + " (copy)"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": ""}, "Give the segment a name"),
        ({"name": "Germans"}, "already. Use another name"),
        ({"rules.0.field": ""}, "Add at least one rule"),
        ({"rules.0.value": ""}, "Say what Country is compared with"),
        ({"rules.0.operator": "greater", "rules.0.field": "attributes.age", "rules.0.value": "old"}, "not a number"),
    ],
)
def test_a_segment_that_does_not_work_is_refused_on_the_page(marketer, address, german, changed, words):
    answer = marketer.post(address("segment_new"), {"name": "New", **POSTED, **changed})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Segment.objects.count() == 1


def test_the_list_costs_the_same_for_1_and_25_rows(
    marketer, address, shop, german, teammate, django_assert_num_queries, django_assert_max_num_queries
):
    Segment.objects.update(created_by=teammate)
    marketer.get(address("segments"))
    with django_assert_max_num_queries(20) as one:
        marketer.get(address("segments"))
    for number in range(24):
        Segment.objects.create(workspace=shop, name=str(number), rules=GERMAN, created_by=teammate)
    with django_assert_num_queries(len(one)):
        marketer.get(address("segments"))


def test_the_count_is_live(marketer, address, person, rival):
    person("ana", country="DE", first_name="Ana")
    person("bob")
    person("other", workspace=rival, country="DE")
    text = marketer.post(address("audience_count"), POSTED).content.decode()
    assert '<strong class="number">1</strong> person' in text
    assert "Ana (ana)" in text
    assert "Country: DE" in text
    everyone = marketer.get(address("audience_count"), {"audience": "everyone"}).content.decode()
    assert '<strong class="number">2</strong> people' in everyone
    assert "Everyone" in everyone


def test_a_rule_that_is_not_finished_is_said_instead_of_a_count(marketer, address):
    answer = marketer.post(address("audience_count"), {**POSTED, "rules.0.value": ""})
    assert answer.status_code == 200
    assert 'href="#rules.0.value"' in answer.content.decode()
    removed = marketer.get(address("audience_count"), {"audience": "segment", "segment_id": "999999"})
    assert "has been removed" in removed.content.decode()


def rows(answer):
    return [row.field for row in answer.context["editor"].root.items]


def test_the_editor_adds_and_removes_rules_and_fits_operators_to_the_field(marketer, address, shop):
    Attribute.objects.create(workspace=shop, name="age", kind="number")
    assert rows(marketer.post(address("audience_rules") + "?add=rules", POSTED)) == ["country", ""]
    changed = marketer.post(
        address("audience_rules"), {**POSTED, "rules.0.field": "attributes.age", "rules.0.operator": "contains"}
    )
    [row] = changed.context["editor"].root.items
    assert (row.operator, "greater" in dict(row.operators)) == ("is", True)
    fewer = marketer.post(address("audience_rules") + "?remove=rules.0", POSTED)
    assert rows(fewer) == [""]
    assert fewer["HX-Trigger"] == "change"


NESTED = {
    **POSTED,
    "rules.4.match": "any",
    "rules.4.1.field": "attributes.age",
    "rules.4.1.operator": "greater",
    "rules.4.1.value": "old",
    "rules.4.2.match": "all",
    "rules.4.2.0.field": "attributes.tags",
    "rules.4.2.0.operator": "not_contains",
    "rules.4.2.0.value": "golf",
}


def test_groups_inside_groups_are_saved_and_read_back(marketer, address, shop):
    marketer.post(address("segment_new"), {"name": "Nested", **NESTED, "rules.4.1.value": "30"})
    segment = Segment.objects.get()
    outer = segment.rules.root.items[1]
    assert (outer.match, outer.items[0].value, outer.items[1].match) == ("any", "30", "all")
    form = marketer.get(address("segment_edit", segment=segment.pk))
    inner = form.context["editor"].root.items[1].items[1]
    assert (inner.path, inner.number, inner.can_nest) == ("rules.1.1", 2, False)
    assert 'aria-label="Add group inside group 2"' not in form.content.decode()
    text = marketer.get(address("segments")).content.decode()
    assert "Country is “DE” and (age is greater than 30 or tags does not contain “golf”)" in text


def test_a_refused_segment_shows_each_mistake_at_its_field_and_loses_nothing(marketer, address, shop):
    for name, kind in (("age", "number"), ("tags", "list")):
        Attribute.objects.create(workspace=shop, name=name, kind=kind)
    answer = marketer.post(address("segment_new"), {"name": "Nested", **NESTED, "rules.0.value": ""})
    assert answer.status_code == 422
    first, group = answer.context["editor"].root.items
    assert first.error == "Say what Country is compared with."
    assert (group.path, group.items[0].value) == ("rules.4", "old")
    assert "not a number" in group.items[0].error
    assert group.items[1].items[0].value == "golf"
    assert 'href="#rules.0.value"' in answer.content.decode()


def test_a_value_of_the_wrong_type_is_said_at_its_field_while_typing(marketer, address, shop):
    Attribute.objects.create(workspace=shop, name="age", kind="number", display_name="Age")
    answer = marketer.post(address("audience_count"), {**NESTED, "rules.4.1.operator": "is", "rules.0.value": ""})
    [problem] = json.loads(answer["HX-Trigger"])["problems"]["items"]
    assert problem["field"] == "rules-4-1-value"
    assert problem["message"].startswith("Age is compared with “old”, which is not a number.")


def test_others_are_shown_in_turn(marketer, address, person):
    for number in range(6):
        person(f"p{number}", country="DE")
    first = marketer.post(address("audience_count"), POSTED).context["answer"]
    others = marketer.post(address("audience_count") + f"?after={first.last_shown}", POSTED).context["answer"]
    assert [each.profile.user_id for each in first.people] == ["p5", "p4", "p3", "p2"]
    assert [each.profile.user_id for each in others.people] == ["p1", "p0", "p5", "p4"]


def test_a_field_that_nobody_has_any_more_stays_in_the_editor(marketer, address):
    answer = marketer.post(address("audience_rules"), {**POSTED, "rules.0.field": "attributes.gone"})
    assert "attributes.gone" in answer.content.decode()


def test_a_value_stays_in_the_page_while_its_test_changes_to_one_that_is_typed_alike(marketer, address):
    several = {**POSTED, "rules.0.operator": "one_of", "rules.0.input": "text"}
    [row] = marketer.post(address("audience_rules"), several).context["editor"].root.items
    assert (row.input, row.keep_typed, row.value) == ("several", True, "DE")
    days = {**several, "rules.0.field": "created_at", "rules.0.operator": "in_last_days"}
    [row] = marketer.post(address("audience_rules"), days).context["editor"].root.items
    assert (row.input, row.keep_typed, row.value) == ("days", False, "")
