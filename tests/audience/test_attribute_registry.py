import pytest

from accounts.models import AuditEntry
from audience.attribute_registry import AttributeValues, attribute_change, attribute_create, attribute_delete
from audience.attribute_values import people_having
from audience.errors import AttributeInUse, AttributeInvalid
from audience.models import Attribute, Profile, Segment
from audience.rules import Group, Rule, Rules
from webhooks_platform.base.errors import NotAllowed


@pytest.fixture
def points(shop):
    return Attribute.objects.create(workspace=shop, name="points", kind="text")


def values_of(name):
    return {each.user_id: each.attributes.get(name) for each in Profile.objects.order_by("user_id")}


def test_an_attribute_is_created_before_anybody_has_it(editor, shop):
    wanted = AttributeValues("number", " Bonus points ", "0", "From the shop system.")
    made = attribute_create(actor=editor, name=" points ", values=wanted)
    assert (made.workspace, made.name, made.kind) == (shop, "points", "number")
    assert (made.label, made.fallback, made.description) == ("Bonus points", "0", "From the shop system.")
    assert AuditEntry.objects.get().action == "attribute.created"


@pytest.mark.parametrize(
    ("name", "values", "field", "words"),
    [
        ("", {}, "name", "Give the attribute a name"),
        ("e-mail", {}, "name", "can't be used as a name"),
        ("country", {}, "name", "is a standard field"),
        ("points", {}, "name", "already"),
        ("new", {"kind": "color"}, "kind", "Choose one of the types"),
        ("new", {"display_name": "first NAME"}, "display_name", "Another field is called"),
        ("new", {"display_name": "Points"}, "display_name", "Another field is called"),
        ("new", {"display_name": "x" * 81}, "display_name", "at most 80"),
        ("new", {"description": "a\nb"}, "description", "one line"),
        ("new", {"kind": "number", "fallback": "none"}, "fallback", "not a number"),
        ("new", {"kind": "boolean", "fallback": "maybe"}, "fallback", "neither true nor false"),
        ("new", {"kind": "list", "fallback": "red"}, "fallback", "not JSON"),
    ],
)
def test_what_can_not_be_an_attribute_is_said_at_its_field(editor, points, name, values, field, words):
    with pytest.raises(AttributeInvalid, match=words) as caught:
        attribute_create(actor=editor, name=name, values=AttributeValues(**values))
    assert caught.value.field == field
    assert Attribute.objects.count() == 1


def test_another_type_needs_values_that_fit_and_says_which_do_not(editor, points, person):
    person("ana", attributes={"points": "12"})
    person("bob", attributes={"points": "a few"})
    person("cem", attributes={"points": ["1"]})
    with pytest.raises(
        AttributeInvalid, match=r"Not every value is a number: “a few” \(bob\), “\[\"1\"\]” \(cem\)\."
    ) as caught:
        attribute_change(actor=editor, attribute=points, values=AttributeValues("number"))
    assert caught.value.field == "kind"
    assert caught.value.message.startswith('Not every value is a number: “a few” (bob), “["1"]” (cem).')
    assert Attribute.objects.get().kind == "text"
    assert values_of("points")["ana"] == "12"


@pytest.mark.parametrize(
    ("kind", "stored", "expected"),
    [
        ("number", ["12", " 1.5", 3, "", None], [12, 1.5, 3, "", None]),
        ("boolean", ["TRUE", "false", True], [True, False, True]),
        ("text", [12, True, "x"], ["12", "true", "x"]),
        ("date", ["2026-01-31 ", "2000-02-29"], ["2026-01-31", "2000-02-29"]),
        ("datetime", ["2026-01-31T10:00Z", "2026-01-31 09:30:00"], ["2026-01-31T10:00Z", "2026-01-31 09:30:00"]),
    ],
)
def test_values_are_stored_anew_as_their_type(editor, points, person, rival, kind, stored, expected):
    Attribute.objects.update(kind="list")
    for number, value in enumerate(stored):
        person(f"p{number}", attributes={"points": value, "other": "7"})
    person("theirs", workspace=rival, attributes={"points": "8"})
    attribute_change(actor=editor, attribute=Attribute.objects.get(), values=AttributeValues(kind))
    found = values_of("points")
    assert [found[f"p{number}"] for number in range(len(expected))] == expected
    assert (found["theirs"], values_of("other")["p0"]) == ("8", "7")


def test_an_attribute_that_a_segment_reads_stays(editor, points, shop):
    rule = Rule(field="attributes.points", operator="greater", value="3")
    Segment.objects.create(workspace=shop, name="Rich", rules=Rules(root=Group(items=(Group(items=(rule,)),))))
    with pytest.raises(AttributeInUse, match="used by Segment “Rich”"):
        attribute_delete(actor=editor, attribute=points)
    assert Attribute.objects.exists()


def test_deleting_takes_the_values_along(editor, points, person, rival):
    person("ana", attributes={"points": "12", "plan": "pro"})
    person("theirs", workspace=rival, attributes={"points": "8"})
    assert attribute_delete(actor=editor, attribute=points) == 1
    assert Profile.objects.get(user_id="ana").attributes == {"plan": "pro"}
    assert Profile.objects.get(user_id="theirs").attributes == {"points": "8"}
    assert AuditEntry.objects.get().action == "attribute.deleted"


def test_people_are_counted_who_have_a_value(shop, rival, person):
    for user_id, value in (("a", 0), ("b", ""), ("c", None), ("d", False), ("e", [])):
        person(user_id, attributes={"points": value})
    person("theirs", workspace=rival, attributes={"points": 1})
    assert people_having(shop, ["points", "never"]) == {"points": 3, "never": 0}


def test_viewers_change_no_attribute(onlooker, points):
    for change in (
        lambda: attribute_create(actor=onlooker, name="x", values=AttributeValues()),
        lambda: attribute_change(actor=onlooker, attribute=points, values=AttributeValues()),
        lambda: attribute_delete(actor=onlooker, attribute=points),
    ):
        with pytest.raises(NotAllowed):
            change()
