import pytest

from audience.models import Profile
from audience.upsert import upsert
from audience.values import PersonValues, combined

pytestmark = pytest.mark.django_db


def stored(workspace):
    return {profile.user_id: profile for profile in Profile.objects.filter(workspace=workspace)}


def test_new_people_are_created_and_known_ones_keep_what_is_not_named(shop, person):
    person("ana", first_name="Ana", email="ana@example.com", attributes={"age": 30, "plan": "pro"}, is_test=True)
    done = upsert(
        shop.pk,
        [
            PersonValues("ana", {"email": "", "country": "DE"}, {"age": 31, "plan": None, "tags": ["a"]}),
            PersonValues("bob", {"first_name": 'Zoë "Z" \\ O\'Neil'}, {"vip": True, "gone": None}, is_test=True),
        ],
    )
    assert (set(done.created), set(done.updated), set(done.refused)) == ({"bob"}, {"ana"}, set())
    ana, bob = stored(shop)["ana"], stored(shop)["bob"]
    assert (ana.first_name, ana.email, ana.country, ana.is_test) == ("Ana", "", "DE", True)
    assert ana.attributes == {"age": 31, "tags": ["a"]}
    assert (bob.first_name, bob.attributes, bob.is_test) == ('Zoë "Z" \\ O\'Neil', {"vip": True}, True)


def test_it_can_be_repeated_and_stays_in_its_workspace(shop, rival, person):
    person("ana", workspace=rival, first_name="Other")
    rows = [PersonValues(f"person-{n}", {"first_name": str(n)}) for n in range(300)] + [PersonValues("ana")]
    assert len(upsert(shop.pk, rows).created) == 301
    again = upsert(shop.pk, [*rows[1:], PersonValues("person-0", {"first_name": "Ana"})])
    assert (again.updated, len(again.unchanged)) == (frozenset({"person-0"}), 300)
    assert Profile.objects.filter(workspace=shop).count() == 301
    assert stored(rival)["ana"].first_name == "Other"


def test_growth_by_merging_has_an_end(shop):
    for name in ("a", "b"):
        assert upsert(shop.pk, [PersonValues("ana", attributes={name: "x" * 60_000})]).refused == frozenset()
    assert upsert(shop.pk, [PersonValues("ana", attributes={"c": "x" * 60_000})]).refused == {"ana"}
    assert set(stored(shop)["ana"].attributes) == {"a", "b"}


def test_later_values_go_over_earlier_ones():
    rows = [PersonValues("a", {"email": "x"}, {"n": 1}, True), PersonValues("a", {"phone": "5"}, {"n": 2})]
    assert combined(rows) == [PersonValues("a", {"email": "x", "phone": "5"}, {"n": 2}, True)]
