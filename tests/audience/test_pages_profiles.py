import pytest
from django.test import Client

from accounts.models import AuditEntry
from audience.models import Erasure, Profile
from audience.services import profile_save
from audience.values import PersonValues
from tests.cast import signed_in

ROWS = {
    "attributes.0.name": "age",
    "attributes.0.type": "number",
    "attributes.0.value": "42",
    "attributes.1.name": "tags",
    "attributes.1.type": "list",
    "attributes.1.value": '["gold"]',
    "attributes.2.name": "",
    "attributes.2.type": "text",
    "attributes.2.value": "",
}


def test_a_profile_is_added_by_hand(marketer, address, shop):
    person = {"user_id": " u1 ", "email": "a@example.com", "is_test": "on"}
    answer = marketer.post(address("profile_new"), {**person, **ROWS})
    profile = Profile.objects.get()
    assert answer.url == address("profile_detail", profile=profile.pk)
    assert (profile.workspace, profile.user_id, profile.email, profile.is_test) == (shop, "u1", "a@example.com", True)
    assert profile.attributes == {"age": 42, "tags": ["gold"]}


def test_a_profile_is_shown_and_edited(marketer, address, person):
    ana = person("u1", first_name="Ana", attributes={"age": 42, "vip": True, "born": "2000-01-31", "size": {"eu": 38}})
    shown = marketer.get(address("profile_detail", profile=ana.pk)).content.decode()
    for text in ("Ana", "u1", "age", "42", "true", "2000-01-31"):
        assert text in shown
    form = marketer.get(address("profile_edit", profile=ana.pk))
    assert [(row.name, row.kind, row.value) for row in form.context["form"].rows] == [
        ("age", "number", "42"),
        ("born", "date", "2000-01-31"),
        ("size", "object", '{"eu":38}'),
        ("vip", "boolean", "true"),
    ]
    marketer.post(address("profile_edit", profile=ana.pk), {"user_id": "u1", "last_name": "Lima", **ROWS})
    ana.refresh_from_db()
    assert (ana.first_name, ana.last_name, ana.attributes) == ("", "Lima", {"age": 42, "tags": ["gold"]})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"user_id": ""}, "The user_id is missing"),
        ({"user_id": "taken"}, "already. Use another ID"),
        ({"user_id": "u", "email": "x"}, "is not an e-mail address"),
        ({"user_id": "u", "attributes.0.name": "two words"}, "Use letters, digits and underscores"),
        ({"user_id": "u", "attributes.0.name": ""}, "The attribute has no name"),
        ({"user_id": "u", "attributes.0.name": "tags"}, "is there twice"),
        ({"user_id": "u", "attributes.0.value": "many"}, "is not a number"),
        ({"user_id": "u", "attributes.1.value": "[1"}, "This is not JSON"),
        ({"user_id": "u", "attributes.0.type": "boolean"}, "neither true nor false"),
        ({"user_id": "u", "attributes.0.type": "date", "attributes.0.value": "2026-13-01"}, "is not a date"),
        ({"user_id": "u", "attributes.0.type": "text", "attributes.0.value": "x" * 70_000}, "64 KB is the limit"),
    ],
)
def test_what_can_not_be_saved_is_said_and_kept_in_the_form(marketer, address, person, fields, words):
    person("taken")
    answer = marketer.post(address("profile_new"), {**ROWS, "country": "Wonderland", **fields})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text
    assert "Wonderland" in text
    assert Profile.objects.count() == 1


def test_the_test_flag_is_switched_where_one_is(marketer, address, person):
    ana = person("u1")
    answer = marketer.post(address("profile_test", profile=ana.pk), {"is_test": "1", "query": "q=a"})
    ana.refresh_from_db()
    assert (ana.is_test, answer.url) == (True, address("profiles") + "?q=a")
    answer = marketer.post(address("profile_test", profile=ana.pk), {"is_test": "0", "next": "detail"})
    ana.refresh_from_db()
    assert (ana.is_test, answer.url) == (False, address("profile_detail", profile=ana.pk))


def test_deleting_asks_for_the_user_id(marketer, address, person):
    ana = person("u1")
    where = address("profile_delete", profile=ana.pk)
    assert "Delete profile" in marketer.get(where).content.decode()
    assert "<dialog" in marketer.get(where, headers={"HX-Request": "true"}).content.decode()
    assert marketer.post(where, {"typed": "u2"}).status_code == 422
    assert Profile.objects.exists()
    answer = marketer.post(where, {"typed": "u1"})
    assert answer.url == address("erasure_detail", erasure=Erasure.objects.get().pk)
    assert not Profile.objects.exists()


def test_names_are_escaped(marketer, address, person):
    ana = person('u"1<b>', first_name="<script>alert(1)</script>", attributes={"x": "<img>"})
    pages = [address(name, profile=ana.pk) for name in ("profile_detail", "profile_edit")]
    for where in (address("profiles"), *pages):
        text = marketer.get(where).content.decode()
        assert "<script>alert" not in text
        assert "<img>" not in text
        assert "1<b>" not in text


def test_admins_see_who_changed_what_and_no_values(client, address, person, owner, editor, marketer):
    ana = person("u1", first_name="Ana", attributes={"age": 42, "plan": "pro"})
    values = PersonValues("u1", {"first_name": "Anna"}, {"age": 43, "plan": "pro", "vip": True}, is_test=False)
    profile_save(actor=editor, profile=ana, values=values)
    assert AuditEntry.objects.get().detail == {"changed": ["age", "first_name", "vip"]}
    shown = signed_in(Client(), owner).get(address("profile_detail", profile=ana.pk)).content.decode()
    assert "Changed: age, First name, vip" in shown
    assert "Changes of this person" not in marketer.get(address("profile_detail", profile=ana.pk)).content.decode()
