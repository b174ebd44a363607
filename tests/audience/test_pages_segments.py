import pytest

from audience.models import Attribute, Segment
from audience.rules import Group, Rule, Rules

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
    assert [(row.field, row.value) for row in form.context["editor"].rows] == [
        ("country", "DE"),
        ("attributes.age", "9"),
    ]
    marketer.post(address("segment_edit", segment=segment.pk), {"name": "Any", **POSTED, "rules.match": "any"})
    segment.refresh_from_db()
    assert (segment.name, segment.rules.root.match, len(segment.rules.root.items)) == ("Any", "any", 1)
    marketer.post(address("segment_delete", segment=segment.pk))
    assert not Segment.objects.exists()


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
    everyone = marketer.get(address("audience_count"), {"audience": "everyone"}).content.decode()
    assert '<strong class="number">2</strong> people' in everyone
    assert "Everyone" in everyone


def test_a_rule_that_is_not_finished_is_said_instead_of_a_count(marketer, address):
    answer = marketer.post(address("audience_count"), {**POSTED, "rules.0.value": ""})
    assert answer.status_code == 200
    assert 'href="#rules.0.value"' in answer.content.decode()
    removed = marketer.get(address("audience_count"), {"audience": "segment", "segment_id": "999999"})
    assert "has been removed" in removed.content.decode()


def test_the_editor_adds_and_removes_rules_and_fits_operators_to_the_field(marketer, address, shop):
    Attribute.objects.create(workspace=shop, name="age", kind="number")
    more = marketer.post(address("audience_rules") + "?add=1", POSTED)
    assert [row.field for row in more.context["editor"].rows] == ["country", ""]
    changed = marketer.post(
        address("audience_rules"), {**POSTED, "rules.0.field": "attributes.age", "rules.0.operator": "contains"}
    )
    [row] = changed.context["editor"].rows
    assert (row.operator, "greater" in dict(row.operators)) == ("is", True)
    fewer = marketer.post(address("audience_rules") + "?remove=0", POSTED)
    assert [row.field for row in fewer.context["editor"].rows] == [""]
    assert fewer["HX-Trigger"] == "change"


def test_a_field_that_nobody_has_any_more_stays_in_the_editor(marketer, address):
    answer = marketer.post(address("audience_rules"), {**POSTED, "rules.0.field": "attributes.gone"})
    assert "attributes.gone" in answer.content.decode()
