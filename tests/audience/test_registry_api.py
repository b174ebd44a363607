import pytest

from accounts.models import Role
from audience.models import Attribute, Profile, Segment

RULES = {
    "root": {
        "match": "all",
        "items": [
            {"field": "country", "operator": "one_of", "value": "DE, AT"},
            {
                "kind": "group",
                "match": "any",
                "items": [{"field": "attributes.age", "operator": "at_least", "value": "18"}],
            },
        ],
    }
}


def test_a_segment_is_created_read_changed_and_deleted(api, person):
    person("ana", country="DE", attributes={"age": 20})
    person("bob", country="DE", attributes={"age": 10})
    status, made = api("post", "api_segments", data={"name": "Adults", "rules": RULES})
    assert (status, made["rules"]["root"]["items"][1]["match"]) == (201, "any")
    status, read = api("get", "api_segment", segment=made["id"])
    assert (status, read["name"], read["people"]) == (200, "Adults", 1)
    status, changed = api("patch", "api_segment", data={"name": "Grown up"}, segment=made["id"])
    assert (status, changed["name"], changed["rules"]) == (200, "Grown up", made["rules"])
    assert api("delete", "api_segment", segment=made["id"]) == (204, None)
    assert api("get", "api_segment", segment=made["id"])[0] == 404


def test_a_rule_at_fault_is_named_by_its_path(api):
    broken = {
        "root": {"items": [{"kind": "group", "items": [{"field": "created_at", "operator": "on", "value": "x"}]}]}
    }
    status, problem = api("post", "api_segments", data={"name": "A", "rules": broken})
    assert (status, problem["errors"][0]["field"]) == (422, "rules.0.0.value")
    assert "not a date" in problem["detail"]
    assert not Segment.objects.exists()


def test_an_attribute_is_created_read_changed_and_deleted(api, person):
    person("ana", attributes={"age": "20"})
    status, made = api("post", "api_attributes", data={"name": "age", "display_name": "Age", "fallback": "old"})
    assert (status, made["kind"], made["display_name"]) == (201, "text", "Age")
    assert [row["name"] for row in api("get", "api_attributes")[1]["items"]] == ["age"]
    status, problem = api("patch", "api_attribute", data={"kind": "number"}, name="age")
    assert (status, problem["errors"][0]["field"]) == (422, "fallback")
    status, changed = api("patch", "api_attribute", data={"kind": "number", "fallback": "18"}, name="age")
    assert (status, changed["kind"], changed["display_name"]) == (200, "number", "Age")
    assert Profile.objects.get().attributes == {"age": 20}
    status, read = api("get", "api_attribute", name="age")
    assert (read["people"], read["used_by"]) == (1, [])
    assert api("delete", "api_attribute", name="age") == (204, None)
    assert Profile.objects.get().attributes == {}


def test_an_attribute_in_use_is_not_deleted(api):
    api("post", "api_attributes", data={"name": "age", "kind": "number"})
    api("post", "api_segments", data={"name": "Adults", "rules": RULES})
    status, problem = api("delete", "api_attribute", name="age")
    assert (status, problem["code"]) == (409, "attribute_in_use")
    [use] = api("get", "api_attribute", name="age")[1]["used_by"]
    assert (use["name"], use["url"]) == ("Segment “Adults”", f"/w/acme/segments/{Segment.objects.get().pk}/")


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_viewers_and_strangers_change_nothing(api, shop, rival, method):
    Attribute.objects.create(workspace=shop, name="age", kind="number")
    Attribute.objects.create(workspace=rival, name="theirs", kind="number")
    mine = Segment.objects.create(workspace=shop, name="Mine")
    foreign = Segment.objects.create(workspace=rival, name="Theirs")
    assert api(method, "api_attribute", role=Role.VIEWER, data={}, name="age")[0] == 403
    assert api(method, "api_segment", role=Role.VIEWER, data={}, segment=mine.pk)[0] == 403
    assert api(method, "api_segment", data={}, segment=foreign.pk)[0] == 404
    assert api(method, "api_attribute", data={}, name="theirs")[0] == 404
