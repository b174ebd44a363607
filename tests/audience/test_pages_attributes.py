import pytest

from audience.models import Attribute, Profile, Segment
from audience.rules import Group, Rule, Rules

POINTS = Rules(root=Group(items=(Rule(field="attributes.points", operator="greater", value="3"),)))
POSTED = {"kind": "number", "display_name": "Bonus points", "fallback": "0", "description": "From the shop."}


@pytest.fixture
def points(shop):
    return Attribute.objects.create(workspace=shop, name="points", kind="text")


def test_an_attribute_is_created_listed_and_found(marketer, address):
    assert marketer.post(address("attribute_new"), {"name": "points", **POSTED}).url == address("attributes")
    text = marketer.get(address("attributes"), {"q": "BONUS"}).content.decode()
    assert "Bonus points" in text
    assert "From the shop." in text
    assert "No attribute found" in marketer.get(address("attributes"), {"q": "zip"}).content.decode()


def test_search_is_offered_where_there_is_something_to_find(marketer, address, shop):
    assert "Search attributes" not in marketer.get(address("attributes")).content.decode()
    assert "Search attributes" in marketer.get(address("attributes"), {"q": "zip"}).content.decode()
    Attribute.objects.create(workspace=shop, name="points", kind="text")
    assert "Search attributes" in marketer.get(address("attributes")).content.decode()


def test_the_next_page_keeps_what_was_searched_for(marketer, address, shop):
    rows = [Attribute(workspace=shop, name=f"r{number:03}", kind="text", display_name="R&D") for number in range(51)]
    Attribute.objects.bulk_create(rows)
    assert 'href="?q=R%26D&amp;after=' in marketer.get(address("attributes"), {"q": "R&D"}).content.decode()


def test_the_numbers_come_after_the_list(marketer, address, shop, points, person):
    person("ana", attributes={"points": 5})
    Segment.objects.create(workspace=shop, name="Rich", rules=POINTS)
    text = marketer.get(address("attribute_numbers"), {"name": ["points", "other"]}).content.decode()
    assert f'<span id="people-{points.pk}" hx-swap-oob="true">1</span>' in text
    assert "Segment “Rich”" in text


def test_a_type_that_does_not_fit_is_refused_at_its_field(marketer, address, points, person):
    person("ana", attributes={"points": "many"})
    answer = marketer.post(address("attribute_edit", attribute=points.pk), POSTED)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Not every value is a number: “many” (ana)." in text
    assert 'value="Bonus points"' in text
    assert "<h1>points</h1>" in text


def test_deleting_asks_for_the_name_and_refuses_while_in_use(marketer, address, shop, points, person):
    person("ana", attributes={"points": "12"})
    where = address("attribute_delete", attribute=points.pk)
    marketer.post(where, {"typed": "point"})
    assert Attribute.objects.exists()
    segment = Segment.objects.create(workspace=shop, name="Rich", rules=POINTS)
    page = marketer.get(address("attribute_edit", attribute=points.pk)).content.decode()
    assert "once no segment, campaign or template uses it" in page
    assert 'id="delete-dialog"' not in page
    marketer.post(where, {"typed": "points"})
    assert Attribute.objects.exists()
    segment.delete()
    assert marketer.post(where, {"typed": "points"}).url == address("attributes")
    assert Profile.objects.get().attributes == {}


def test_the_list_costs_the_same_for_1_and_25_rows(
    marketer, address, shop, points, django_assert_num_queries, django_assert_max_num_queries
):
    marketer.get(address("attributes"))
    with django_assert_max_num_queries(20) as one:
        marketer.get(address("attributes"))
    Attribute.objects.bulk_create(Attribute(workspace=shop, name=f"n{n}", kind="text") for n in range(24))
    with django_assert_num_queries(len(one)):
        marketer.get(address("attributes"))


def test_a_persons_page_calls_attributes_by_their_display_names(marketer, address, points, person):
    Attribute.objects.update(display_name="Bonus points")
    ana = person("ana", attributes={"points": 5, "unlisted": 1})
    text = marketer.get(address("profile_detail", profile=ana.pk)).content.decode()
    assert "Bonus points" in text
    assert "unlisted" in text


def test_the_palette_finds_attributes(marketer, address, points):
    Attribute.objects.update(display_name="Bonus")
    text = marketer.get(address("palette"), {"q": "bon"}).content.decode()
    assert address("attribute_edit", attribute=points.pk) in text
