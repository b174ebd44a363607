"""Who may open what: every page of the audience, by outsider, viewer, and with the wrong method."""

import pytest
from django.test import Client

from audience.models import Attribute, Erasure, Import, Segment
from tests.cast import signed_in

# name: (keyword of its row, methods, whether it needs the right to change)
PAGES = {
    "profiles": ("", {"GET"}, False),
    "profile_columns": ("", {"POST"}, False),
    "profiles_bulk": ("", {"POST"}, True),
    "profile_new": ("", {"GET", "POST"}, True),
    "profile_detail": ("profile", {"GET"}, False),
    "profile_edit": ("profile", {"GET", "POST"}, True),
    "profile_delete": ("profile", {"GET", "POST"}, True),
    "profile_test": ("profile", {"POST"}, True),
    "imports": ("", {"GET"}, False),
    "import_new": ("", {"GET", "POST"}, True),
    "import_sample": ("", {"GET"}, False),
    "import_detail": ("pk", {"GET"}, False),
    "import_rejects": ("pk", {"GET"}, False),
    "import_map": ("pk", {"GET", "POST"}, True),
    "import_reading": ("pk", {"POST"}, True),
    "import_begin": ("pk", {"POST"}, True),
    "import_stop": ("pk", {"POST"}, True),
    "sample_people_load": ("", {"POST"}, True),
    "sample_people_remove": ("", {"POST"}, True),
    "erasures": ("", {"GET", "POST"}, False),
    "erasure_detail": ("erasure", {"GET"}, False),
    "erasure_proof": ("erasure", {"GET"}, False),
    "attributes": ("", {"GET"}, False),
    "attribute_numbers": ("", {"GET"}, False),
    "attribute_new": ("", {"GET", "POST"}, True),
    "attribute_edit": ("attribute", {"GET", "POST"}, True),
    "attribute_delete": ("attribute", {"POST"}, True),
    "segments": ("", {"GET"}, False),
    "segment_new": ("", {"GET", "POST"}, True),
    "segment_edit": ("segment", {"GET", "POST"}, True),
    "segment_numbers": ("", {"GET"}, False),
    "segment_copy": ("segment", {"POST"}, True),
    "segment_delete": ("segment", {"POST"}, True),
    "audience_count": ("", {"GET", "POST"}, False),
    "audience_rules": ("", {"POST"}, False),
}
EVERY = [(name, method) for name in PAGES for method in ("GET", "POST", "DELETE")]


@pytest.fixture
def rows(shop, person):
    return {
        "profile": person("ana").pk,
        "pk": Import.objects.create(workspace=shop, file_name="a.csv").pk,
        "erasure": Erasure.objects.create(workspace=shop, profile_id=1).pk,
        "attribute": Attribute.objects.create(workspace=shop, name="plan", kind="text").pk,
        "segment": Segment.objects.create(workspace=shop, name="A").pk,
    }


def where_of(address, name, rows):
    keyword = PAGES[name][0]
    return address(name, **({keyword: rows[keyword]} if keyword else {}))


@pytest.mark.parametrize(("name", "method"), EVERY)
def test_who_may_open_what(address, rows, viewer, outsider, name, method):
    _, methods, changes = PAGES[name]
    where = where_of(address, name, rows)
    allowed = method in methods
    stranger = signed_in(Client(), outsider).generic(method, where)
    onlooker = signed_in(Client(), viewer).generic(method, where)
    assert stranger.status_code == (404 if allowed else 405)
    done = 302 if name == "profile_columns" else 200  # back to the list
    assert onlooker.status_code == (405 if not allowed else 403 if changes else done)
    assert Client().generic(method, where).status_code == (302 if allowed else 405)


@pytest.mark.parametrize("name", [name for name, (keyword, _, _) in PAGES.items() if keyword])
def test_rows_of_another_workspace_are_not_found(address, rows, rival, marketer, person, name):
    foreign = {
        "profile": person("other", workspace=rival).pk,
        "pk": Import.objects.create(workspace=rival, file_name="a.csv").pk,
        "erasure": Erasure.objects.create(workspace=rival, profile_id=1).pk,
        "attribute": Attribute.objects.create(workspace=rival, name="plan", kind="text").pk,
        "segment": Segment.objects.create(workspace=rival, name="A").pk,
    }
    method = "GET" if "GET" in PAGES[name][1] else "POST"
    assert marketer.generic(method, where_of(address, name, foreign)).status_code == 404
