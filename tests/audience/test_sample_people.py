import pytest

from accounts.models import AuditEntry
from audience.attributes import kind_of
from audience.models import Attribute, Profile
from audience.sample_people import sample_people_count, sample_people_load, sample_people_remove
from webhooks_platform.base.errors import NotAllowed


def test_they_are_diverse_and_complete_in_kinds(shop, editor):
    assert sample_people_load(workspace=shop, actor=editor) == 40
    people = list(Profile.objects.order_by("id"))
    assert len(people) == 40 == sample_people_count(shop)
    assert sum(person.is_test for person in people) == 2
    kinds = {kind_of(value) for person in people for value in person.attributes.values()}
    assert kinds == {"text", "number", "boolean", "date", "list", "object"}
    names = " ".join(person.name for person in people)
    assert all(part in names for part in ('"Z"', "O'Neil", "<b>", "\\", "🌷", "محمد", "小林"))
    for field in ("first_name", "email", "phone"):
        assert 0 < sum(not getattr(person, field) for person in people) < 40
    assert any("points" not in person.attributes for person in people)
    assert Attribute.objects.filter(workspace=shop, name="address", kind="object").exists()


def test_loading_twice_changes_nothing_and_removing_takes_only_them(shop, editor, person):
    person("sample-customer", first_name="Real")
    sample_people_load(workspace=shop, actor=editor)
    sample_people_load(workspace=shop, actor=editor)
    assert Profile.objects.count() == 41
    assert sample_people_remove(workspace=shop, actor=editor) == 40
    assert list(Profile.objects.values_list("user_id", flat=True)) == ["sample-customer"]
    assert AuditEntry.objects.filter(action="profiles.sample_removed", detail={"count": 40}).exists()


def test_a_viewer_may_not(shop, onlooker):
    for service in (sample_people_load, sample_people_remove):
        with pytest.raises(NotAllowed):
            service(workspace=shop, actor=onlooker)


def test_the_empty_list_offers_them(marketer, address, shop):
    page = marketer.get(address("profiles")).content.decode()
    assert "Load sample people" in page
    assert address("sample_people_load") in page
    answer = marketer.post(address("sample_people_load"), follow=True)
    assert "40 sample people are here" in answer.content.decode()
    assert marketer.post(address("sample_people_remove")).status_code == 302
    assert not Profile.objects.exists()


def test_the_last_of_them_is_one_person(marketer, address, shop):
    marketer.post(address("sample_people_load"))
    Profile.objects.exclude(pk=Profile.objects.earliest("pk").pk).delete()
    assert "1 sample person is removed." in marketer.post(address("sample_people_remove"), follow=True).content.decode()


@pytest.mark.parametrize(
    ("to", "ends"), [("/w/acme/", "/w/acme/"), ("https://evil.example/", "/profiles/"), ("", "/profiles/")]
)
def test_it_goes_back_only_within_the_product(marketer, address, to, ends):
    assert marketer.post(address("sample_people_load"), {"next": to}).url.endswith(ends)
