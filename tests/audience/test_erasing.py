import json

import pytest
from django.test import Client

from accounts.models import AuditEntry
from audience import erasing
from audience.erasing import profile_delete, profiles_delete, user_id_digest
from audience.errors import ProfileInvalid
from audience.models import Erasure, Profile
from tests.cast import api_headers, signed_in
from webhooks_platform.base.errors import NotAllowed


def test_the_proof_names_nobody_and_can_be_checked(editor, person):
    erasure = profile_delete(actor=editor, profile=person("crm-77", first_name="Ana", email="ana@example.com"))
    assert not Profile.objects.exists()
    assert erasure.digest == user_id_digest(erasure.salt, "crm-77")
    assert erasure.completed_at is not None
    assert erasure.requested_by_label == editor.label
    entry = AuditEntry.objects.get(action="profile.erased")
    assert (entry.target_label, entry.detail["notifications"]) == (f"Erased person {erasure.pk}", 0)
    assert "ana" not in json.dumps(list(AuditEntry.objects.values("target_label", "detail"))).lower()


def test_two_erasures_of_one_user_id_have_nothing_in_common(editor, person):
    first, second = (profile_delete(actor=editor, profile=person("same")) for _ in range(2))
    assert first.digest != second.digest


def test_many_at_once_have_a_limit(editor, person, onlooker, monkeypatch):
    people = [person(f"u{number}") for number in range(3)]
    with pytest.raises(NotAllowed):
        profiles_delete(actor=onlooker, profiles=people)
    monkeypatch.setattr(erasing, "ERASE_LIMIT", 2)
    with pytest.raises(ProfileInvalid, match="3 people at once; 2 is the limit"):
        profiles_delete(actor=editor, profiles=people)
    assert len(profiles_delete(actor=editor, profiles=people[:2])) == 2
    assert Profile.objects.count() == 1
    assert AuditEntry.objects.get(action="profiles.erased").detail == {"count": 2}


def test_the_pages_show_and_hand_out_the_proof(marketer, address, person, editor):
    erasure = profile_delete(actor=editor, profile=person("crm-77"))
    assert f"Erased person {erasure.pk}" in marketer.get(address("erasures")).content.decode()
    shown = marketer.get(address("erasure_detail", erasure=erasure.pk)).content.decode()
    assert erasure.digest in shown
    assert "Complete" in shown
    proof = marketer.get(address("erasure_proof", erasure=erasure.pk))
    assert proof["Content-Disposition"] == f'attachment; filename="erasure-{erasure.pk}.json"'
    document = proof.json()
    assert document["erased"] == {"profiles": 1, "notifications": 0, "attempts": 0, "exchanges": 0}
    assert document["user_id"]["sha256"] == erasure.digest


def test_an_erased_person_is_found_by_the_user_id_that_somebody_still_knows(marketer, address, person, editor):
    erasure = profile_delete(actor=editor, profile=person("crm-77"))
    found = marketer.post(address("erasures"), {"user_id": " crm-77 "})
    assert found.url == address("erasure_detail", erasure=erasure.pk)
    for other in ("crm-78", ""):
        answer = marketer.post(address("erasures"), {"user_id": other})
        assert "Nobody with this user ID was erased." in answer.content.decode()


def test_the_list_of_erasures_starts_empty_and_costs_the_same_for_25(
    marketer, address, shop, viewer, django_assert_num_queries, django_assert_max_num_queries
):
    assert "Nobody was erased yet" in signed_in(Client(), viewer).get(address("erasures")).content.decode()

    def add(count):
        for number in range(count):
            Erasure.objects.create(workspace=shop, profile_id=number, digest="d", salt="s", requested_by_label="Mara")

    add(1)
    marketer.get(address("erasures"))
    with django_assert_max_num_queries(20) as one:
        marketer.get(address("erasures"))
    add(24)
    with django_assert_num_queries(len(one)):
        marketer.get(address("erasures"))


def test_the_api_deletes_with_proof(client, shop, person, rival):
    person("a/b")
    headers = api_headers(shop)
    answer = client.delete("/api/v1/profiles/a/b", headers=headers)
    assert answer.status_code == 204
    proof = client.get(answer["Location"], headers=headers).json()
    assert proof["digest"] == user_id_digest(proof["salt"], "a/b")
    assert [item["id"] for item in client.get("/api/v1/erasures", headers=headers).json()["items"]] == [proof["id"]]
    assert client.get(answer["Location"], headers=api_headers(rival)).status_code == 404
