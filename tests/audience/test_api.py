from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Role
from audience.models import Profile, Segment
from audience.rules import Group, Rule, Rules


def test_people_are_upserted_in_bulk_each_with_its_own_result(api, person, shop):
    person("bob", first_name="Bob", attributes={"plan": "basic", "age": 5})
    status, body = api(
        "post",
        "api_profiles_bulk",
        data={
            "profiles": [
                {"user_id": " ana ", "email": "ana@example.com", "attributes": {"tags": ["a"]}, "is_test": True},
                {"user_id": "bob", "country": "DE", "attributes": {"plan": None}},
                {"user_id": ""},
                {"user_id": "x", "emial": "typo"},
            ]
        },
    )
    assert status == 200
    assert (body["created"], body["updated"], body["rejected"]) == (1, 1, 2)
    assert [item["result"] for item in body["items"]] == ["created", "updated", "rejected", "rejected"]
    assert (body["items"][2]["index"], body["items"][2]["field"]) == (2, "user_id")
    assert "Put your own values into attributes" in body["items"][3]["detail"]
    bob = Profile.objects.get(workspace=shop, user_id="bob")
    assert (bob.first_name, bob.country, bob.attributes) == ("Bob", "DE", {"age": 5})


@pytest.mark.parametrize(
    ("item", "field"),
    [
        ("ana", ""),
        ({"user_id": 5}, "user_id"),
        ({"user_id": "a", "email": None}, "email"),
        ({"user_id": "a", "attributes": []}, "attributes"),
        ({"user_id": "a", "is_test": "yes"}, "is_test"),
        ({"user_id": "a", "attributes": {"x y": 1}}, "attributes.x y"),
        ({"user_id": "a", "attributes": {"x": 2**60}}, "attributes.x"),
        ({"user_id": "a\x00"}, "user_id"),
        ({}, "user_id"),
    ],
)
def test_an_item_that_can_not_be_a_person_is_rejected_by_field(api, item, field):
    status, body = api("post", "api_profiles_bulk", data={"profiles": [item]})
    assert (status, body["rejected"], body["items"][0]["field"]) == (200, 1, field)
    assert not Profile.objects.exists()


def test_a_bulk_call_that_is_no_list_or_too_long_is_refused(api):
    calls: list[Any] = [[], {}, {"profiles": {}}, {"profiles": [{"user_id": "a"}] * 1001}]
    for data in calls:
        status, body = api("post", "api_profiles_bulk", data=data)
        assert (status, body["code"]) == (422, "profile_invalid")


def test_profiles_are_listed_in_pages_and_searched(api, person, rival):
    for name in ("ana", "bob", "cem"):
        person(name, is_test=name == "bob")
    person("other", workspace=rival)
    _, first = api("get", "api_profiles", query="limit=2")
    assert [item["user_id"] for item in first["items"]] == ["cem", "bob"]
    _, second = api("get", "api_profiles", query=f"limit=2&cursor={first['next_cursor']}")
    assert ([item["user_id"] for item in second["items"]], second["next_cursor"]) == (["ana"], "")
    _, found = api("get", "api_profiles", query="search=AN")
    assert [item["user_id"] for item in found["items"]] == ["ana"]
    _, test_users = api("get", "api_profiles", query="is_test=true")
    assert [item["user_id"] for item in test_users["items"]] == ["bob"]
    assert api("get", "api_profiles", query="limit=0")[0] == 422
    assert api("get", "api_profiles", query="cursor=x")[0] == 422


def test_one_person_is_read_and_deleted_by_the_customers_own_id(api, person, rival):
    person("a/b c", attributes={"age": 4})
    person("foreign", workspace=rival)
    status, body = api("get", "api_profile", user_id="a/b c")
    assert (status, body["user_id"], body["attributes"]) == (200, "a/b c", {"age": 4})
    assert api("get", "api_profile", user_id="foreign")[0] == 404
    assert api("delete", "api_profile", user_id="foreign")[0] == 404
    assert api("delete", "api_profile", user_id="a/b c") == (204, None)
    assert api("get", "api_profile", user_id="a/b c")[0] == 404


def test_segments_are_listed_with_their_rules(api, shop, rival):
    rules = Rules(root=Group(items=(Rule(field="country", operator="is", value="DE"),)))
    Segment.objects.create(workspace=shop, name="Germans", rules=rules)
    Segment.objects.create(workspace=rival, name="Theirs", rules=rules)
    status, body = api("get", "api_segments")
    assert (status, [item["name"] for item in body["items"]]) == (200, ["Germans"])
    assert body["items"][0]["rules"]["root"]["items"][0]["value"] == "DE"


def test_a_token_of_a_viewer_changes_nothing(api, person):
    person("ana")
    assert api("post", "api_profiles_bulk", role=Role.VIEWER, data={"profiles": []})[0] == 403
    assert api("delete", "api_profile", role=Role.VIEWER, user_id="ana")[0] == 403
    assert api("get", "api_profiles", role=Role.VIEWER)[0] == 200


def test_without_a_token_nothing_is_told(client, db):
    for name, kwargs in (("api_profiles", {}), ("api_segments", {}), ("api_profile", {"user_id": "ana"})):
        assert client.get(reverse(name, kwargs=kwargs)).status_code == 401


def test_other_methods_are_refused(api):
    assert api("put", "api_profiles")[0] == 405
    assert api("put", "api_segments")[0] == 405
