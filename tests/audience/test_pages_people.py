import pytest
from django.test import Client

from accounts.models import AuditEntry
from audience import bulk, erasing
from audience.models import Attribute, Erasure, Profile, Segment
from audience.people_list import PeopleFilters
from audience.rules import Group, Rule, Rules
from tests.cast import signed_in


def found(client, address, query=""):
    return [profile.user_id for profile in client.get(address("profiles") + query).context["page"].items]


def test_the_list_shows_searches_and_filters(marketer, address, person, rival):
    person("u-1", first_name="Ana", last_name="Lima", email="ana@example.com", is_test=True)
    person("u-2", first_name="Bob", last_name="Lima")
    person("u-3", workspace=rival, first_name="Ana")
    texts = {
        query: marketer.get(address("profiles") + query).content.decode()
        for query in ("", "?q=lima+ana", "?test=1", "?q=nobody", "?q=EXAMPLE.com")
    }
    assert "Ana Lima" in texts[""]
    assert "Bob Lima" in texts[""]
    assert "u-3" not in texts[""]
    assert "2 profiles" in texts[""]
    for query in ("?q=lima+ana", "?test=1", "?q=EXAMPLE.com"):
        assert "Ana Lima" in texts[query]
        assert "Bob Lima" not in texts[query]
    assert "Nobody found" in texts["?q=nobody"]


def test_an_empty_list_leads_to_the_import(marketer, address, client, viewer):
    assert "Import CSV" in marketer.get(address("profiles")).content.decode()
    assert "Import CSV" not in signed_in(Client(), viewer).get(address("profiles")).content.decode()


def test_the_list_is_leafed_through_both_ways(marketer, address, person):
    for number in range(60):
        person(f"u-{number}")
    first = marketer.get(address("profiles"))
    second = marketer.get(address("profiles") + first.context["older"])
    assert [profile.user_id for profile in second.context["page"].items] == [f"u-{n}" for n in range(9, -1, -1)]
    back = marketer.get(address("profiles") + second.context["newer"])
    assert back.context["page"].items == first.context["page"].items
    assert marketer.get(address("profiles") + "?after=x").status_code == 422


def test_the_list_costs_the_same_for_1_and_25_rows(
    marketer, address, person, django_assert_num_queries, django_assert_max_num_queries
):
    person("first")
    marketer.get(address("profiles"))
    with django_assert_max_num_queries(20) as one:
        marketer.get(address("profiles"))
    for number in range(24):
        person(f"u-{number}", is_test=True)
    with django_assert_num_queries(len(one)):
        marketer.get(address("profiles"))


@pytest.mark.parametrize(
    ("query", "user_ids"),
    [
        ("?email=yes", ["c", "a"]),
        ("?email=no", ["b"]),
        ("?phone=yes&email=yes", ["a"]),
        ("?test=1&email=no", ["b"]),
        ("?sort=user_id", ["a", "b", "c"]),
        ("?sort=-user_id", ["c", "b", "a"]),
        ("?sort=oldest", ["a", "b", "c"]),
        ("?email=maybe&sort=points&segment=x&test=2", ["c", "b", "a"]),
    ],
)
def test_filters_and_orders(marketer, address, person, query, user_ids):
    person("a", email="a@example.com", phone="1")
    person("b", is_test=True)
    person("c", email="c@example.com")
    assert found(marketer, address, query) == user_ids


def test_a_segment_narrows_and_a_removed_one_says_so(marketer, address, person, shop, rival):
    person("a", country="DE")
    person("b", country="PT", is_test=True)
    german = Rules(root=Group(items=(Rule(field="country", operator="is", value="DE"),)))
    segment = Segment.objects.create(workspace=shop, name="Germans", rules=german)
    foreign = Segment.objects.create(workspace=rival, name="Foreign", rules=german)
    assert found(marketer, address, f"?segment={segment.pk}") == ["a"]
    assert found(marketer, address, f"?segment={segment.pk}&test=1") == []
    for gone in (foreign.pk, 10**17):
        answer = marketer.get(address("profiles") + f"?segment={gone}")
        assert answer.context["page"].items == []
        assert "has been removed" in answer.content.decode()


def test_ordered_by_user_id_it_is_leafed_through(marketer, address, person):
    for number in range(60):
        person(f"u-{number:02}")
    first = marketer.get(address("profiles") + "?sort=user_id")
    second = marketer.get(address("profiles") + first.context["older"])
    assert [profile.user_id for profile in second.context["page"].items] == [f"u-{n}" for n in range(50, 60)]


def test_columns_are_each_members_own(marketer, address, person, shop, viewer):
    Attribute.objects.create(workspace=shop, name="loyalty_level", kind="text", display_name="Loyalty")
    person("a", language="pt", attributes={"loyalty_level": "gold"})
    columns = ["attributes.loyalty_level", "language", "secret", "updated_at"]
    answer = marketer.post(address("profile_columns"), {"columns": columns, "query": "?q=a&sort=user_id"})
    assert answer.url == address("profiles") + "?q=a&sort=user_id"
    shown = marketer.get(address("profiles"))
    assert shown.context["heads"] == ["Language", "Changed", "Loyalty"]
    assert "gold" in shown.content.decode()
    other = signed_in(Client(), viewer)
    assert other.get(address("profiles")).context["heads"] == ["E-mail", "Phone", "Country", "Added"]
    other.post(address("profile_columns"), {})
    assert other.get(address("profiles")).context["heads"] == []


def test_at_most_twelve_columns(marketer, address, shop):
    names = [f"n{number}" for number in range(20)]
    Attribute.objects.bulk_create(Attribute(workspace=shop, name=name, kind="text") for name in names)
    marketer.post(address("profile_columns"), {"columns": [f"attributes.{name}" for name in names]})
    assert len(marketer.get(address("profiles")).context["heads"]) == 12


def meant(action, people=(), **fields):
    return {"action": action, "chosen": [person.pk for person in people], **fields}


def test_the_count_comes_first_then_test_users_are_marked(marketer, address, person):
    people = [person(f"u{number}", is_test=number == 0) for number in range(7)]
    asked = marketer.post(address("profiles_bulk"), meant("test_on", people)).content.decode()
    assert "Mark 7 people as test users?" in asked
    assert "and 2 more" in asked
    assert Profile.objects.filter(is_test=True).count() == 1
    marketer.post(address("profiles_bulk"), meant("test_on", people[:3], count="3"))
    assert Profile.objects.filter(is_test=True).count() == 3
    assert AuditEntry.objects.get(action="profiles.test_on").detail == {"count": 2}
    answer = marketer.post(address("profiles_bulk"), meant("test_off", people, count="7"), follow=True)
    assert "3 people are no longer test users." in answer.content.decode()


def test_everybody_whom_the_filters_match_can_be_deleted(marketer, address, person, rival):
    for number in range(3):
        person(f"u{number}", country="DE")
    person("other")
    person("u9", workspace=rival)
    everybody = meant("delete", scope="all", query="?q=u")
    asked = marketer.post(address("profiles_bulk"), everybody).content.decode()
    assert "Delete 3 people?" in asked
    assert Profile.objects.count() == 5
    answer = marketer.post(address("profiles_bulk"), {**everybody, "count": "3"}, follow=True)
    assert "3 people are deleted" in answer.content.decode()
    assert set(Profile.objects.values_list("user_id", flat=True)) == {"other", "u9"}
    assert Erasure.objects.count() == 3


def test_one_person_is_no_people(marketer, address, person):
    one = [person("u1")]
    said = [
        marketer.post(address("profiles_bulk"), meant(action, one, count="1"), follow=True).content.decode()
        for action in ("test_on", "test_off", "delete")
    ]
    for words, page in zip(("now a test user", "no longer a test user", "deleted"), said, strict=True):
        assert f"1 person is {words}." in page
    assert "The proof is under Erased people." in said[2]


def test_other_people_than_were_counted_are_not_deleted(marketer, address, person):
    person("u1")
    everybody = meant("delete", scope="all", query="?view=all", count="1")
    person("u2")
    answer = marketer.post(address("profiles_bulk"), everybody, follow=True)
    assert "By now 2 people match, not 1" in answer.content.decode()
    assert Profile.objects.count() == 2


def test_too_many_are_refused_before_they_are_confirmed(marketer, address, person, monkeypatch):
    for module in (erasing, bulk):
        monkeypatch.setattr(module, "ERASE_LIMIT", 1)
    monkeypatch.setattr("audience.views.people.ERASE_LIMIT", 1)
    people = [person("u1"), person("u2")]
    assert "too many at once" in marketer.post(address("profiles_bulk"), meant("delete", people)).content.decode()
    answer = marketer.post(address("profiles_bulk"), meant("delete", people, count="2"), follow=True)
    assert "1 is the limit" in answer.content.decode()


def test_nobody_and_people_of_others_are_nobody(marketer, address, person, rival):
    foreign = person("u1", workspace=rival)
    for chosen in ([], [foreign]):
        answer = marketer.post(address("profiles_bulk"), meant("delete", chosen))
        assert "Nobody is chosen" in answer.content.decode()
    marketer.post(address("profiles_bulk"), meant("delete", [foreign], count="1"))
    assert Profile.objects.filter(pk=foreign.pk).exists()


def test_filters_of_an_address_make_that_address_again():
    filters = PeopleFilters.of({"q": " ana ", "test": "1", "sort": "user_id", "email": "no", "page": "2"})
    assert filters.query() == "?q=ana&test=1&email=no&sort=user_id"
    assert PeopleFilters().query() == "?view=all"
    assert filters.query(after="x").endswith("&after=x")
