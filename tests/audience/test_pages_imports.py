import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from audience.importing.running import import_run
from audience.models import Attribute, Import, Profile
from tests.cast import signed_in

pytestmark = pytest.mark.usefixtures("media")

GERMAN = "Kundennummer;E-Mail;Vorname;Punkte;plan\nk1;ana@example.com;Zoë;12;pro\nk2;kaputt;Jörg;zwölf;free\nk3;;;7;\n"
PLACES = {
    "columns.0.to": "field:user_id",
    "columns.1.to": "field:email",
    "columns.2.to": "field:first_name",
    "columns.3.to": "new",
    "columns.3.name": "points",
    "columns.3.kind": "number",
    "columns.4.to": "",
}


def upload(client, address, text, **fields):
    data = text if isinstance(text, bytes) else text.encode()
    return client.post(address("import_new"), {"file": SimpleUploadedFile("people.csv", data), **fields})


def check(client, address, **changes):
    """Sends the mapping of the latest draft and runs its check."""
    draft = Import.objects.latest("id")
    answer = client.post(address("import_map", pk=draft.pk), {**PLACES, **changes})
    import_run(import_id=draft.pk)
    return answer


def imported(client, address):
    """Starts the latest import, whose check is done, and runs it."""
    checked = Import.objects.latest("id")
    client.post(address("import_begin", pk=checked.pk))
    import_run(import_id=checked.pk)
    checked.refresh_from_db()
    return checked


def page(client, address, name="import_detail"):
    return client.get(address(name, pk=Import.objects.latest("id").pk)).content.decode()


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_an_upload_leads_to_where_its_columns_go(marketer, address, teammate, shop):
    Attribute.objects.create(workspace=shop, name="plan", kind="text")
    answer = upload(marketer, address, GERMAN.encode("cp1252"))
    draft = Import.objects.get()
    assert answer.url == address("import_map", pk=draft.pk)
    assert (draft.created_by, draft.file_name, draft.status) == (teammate, "people.csv", "draft")
    shown = marketer.get(answer.url)
    places = [row.to for row in shown.context["rows"]]
    assert places == ["field:user_id", "field:email", "field:first_name", "new", "attribute:plan"]
    text = shown.content.decode()
    assert "Jörg" in text
    assert '<option value="cp1252" selected>' in text
    assert '<option value=";" selected>' in text
    assert not Profile.objects.exists()


def test_the_check_changes_nobody_and_says_what_would_happen(marketer, address, person):
    person("k3", attributes={"points": 7})
    upload(marketer, address, GERMAN)
    check(marketer, address)
    text = page(marketer, address)
    assert Profile.objects.count() == 1
    report = Import.objects.get().check_report
    assert (report.created, report.updated, report.unchanged, report.rejected) == (1, 0, 1, 1)
    assert "1 row would be left out" in text
    assert "“kaputt” is not an e-mail address" not in text  # the column Punkte is judged before it
    assert "“zwölf” in the column “Punkte” is not a number" in text
    assert "Change columns" in text
    done = imported(marketer, address)
    assert (done.created_count, done.unchanged_count, done.rejected_count) == (1, 1, 1)
    assert Profile.objects.get(user_id="k1").attributes == {"points": 12}


def test_columns_can_be_changed_after_the_check(marketer, address):
    upload(marketer, address, GERMAN)
    check(marketer, address)
    assert "Where do the columns go?" in page(marketer, address, "import_map")
    check(marketer, address, **{"columns.3.kind": "text", "columns.1.to": ""})
    assert Import.objects.get().check_report.rejected == 0
    imported(marketer, address)
    assert Profile.objects.get(user_id="k2").attributes == {"points": "zwölf"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"columns.0.to": ""}, "No column goes to the user ID"),
        ({"columns.1.to": "field:user_id"}, "goes to user_id already"),
        ({"columns.3.name": ""}, "Give the new attribute a name"),
        ({"columns.3.name": "message"}, "meaning of its own"),
        ({"columns.3.name": "two words"}, "letters, digits and underscores"),
    ],
)
def test_a_mapping_that_does_not_work_says_which_column_and_why(marketer, address, changes, words):
    upload(marketer, address, GERMAN)
    answer = marketer.post(address("import_map", pk=Import.objects.get().pk), {**PLACES, **changes})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Import.objects.get().status == "draft"


def test_odd_values_of_the_form_fall_back(marketer, address):
    upload(marketer, address, GERMAN)
    check(marketer, address, **{"columns.3.kind": "x", "columns.4.to": "attribute:none", "existing_people": "?"})
    checked = Import.objects.get()
    assert (checked.existing_people, checked.columns.items[3].kind, checked.columns.items[4].name) == (
        "update",
        "text",
        "",
    )


@pytest.mark.parametrize(
    ("existing", "email", "count"),
    [("update", "new@example.com", 2), ("only_new", "", 2), ("only_update", "new@example.com", 1)],
)
def test_what_becomes_of_people_who_are_here(marketer, address, person, existing, email, count):
    person("a", first_name="Ana")
    upload(marketer, address, "user_id,email\na,new@example.com\nb,b@example.com\n")
    draft = Import.objects.get()
    places = {"columns.0.to": "field:user_id", "columns.1.to": "field:email", "existing_people": existing}
    marketer.post(address("import_map", pk=draft.pk), places)
    import_run(import_id=draft.pk)
    report = Import.objects.get().check_report
    done = imported(marketer, address)
    assert (Profile.objects.get(user_id="a").email, Profile.objects.count()) == (email, count)
    assert (report.created, report.updated, report.skipped) == (
        done.created_count,
        done.updated_count,
        done.skipped_count,
    )


@pytest.mark.parametrize(("empty", "stored"), [("keep", ("Ana", {"plan": "pro"})), ("clear", ("", {}))])
def test_empty_cells_keep_or_clear(marketer, address, person, empty, stored):
    person("a", first_name="Ana", attributes={"plan": "pro"})
    upload(marketer, address, "user_id,first_name,plan,x\na,,,1\n")
    draft = Import.objects.get()
    places = {
        "columns.0.to": "field:user_id",
        "columns.1.to": "field:first_name",
        "columns.2.to": "new",
        "columns.2.name": "plan",
        "empty_cells": empty,
    }
    marketer.post(address("import_map", pk=draft.pk), places)
    import_run(import_id=draft.pk)
    if empty == "keep":
        assert "would change nobody" in page(marketer, address)
    imported(marketer, address)
    ana = Profile.objects.get()
    assert (ana.first_name, ana.attributes) == stored


def test_the_mapping_of_the_same_headers_comes_back(marketer, address):
    upload(marketer, address, GERMAN)
    check(marketer, address, existing_people="only_new")
    imported(marketer, address)
    upload(marketer, address, GERMAN)
    draft = Import.objects.latest("id")
    assert [column.name for column in draft.columns.items] == ["user_id", "email", "first_name", "points", ""]
    assert draft.existing_people == "only_new"
    assert "Same columns as last time" in page(marketer, address, "import_map")
    upload(marketer, address, "user_id\na\n")
    assert "Same columns as last time" not in page(marketer, address, "import_map")


def test_another_encoding_and_separator_read_the_file_again(marketer, address):
    upload(marketer, address, "user_id;name\na;Čeněk\n".encode("cp1250"))
    assert "Čeněk" not in page(marketer, address, "import_map")
    draft = Import.objects.get()
    marketer.post(address("import_reading", pk=draft.pk), {"encoding": "cp1250", "delimiter": ";"})
    assert "Čeněk" in page(marketer, address, "import_map")
    marketer.post(address("import_reading", pk=draft.pk), {"encoding": "cp1250", "delimiter": ","})
    assert Import.objects.get().columns.headers == ("user_id;name",)
    marketer.post(address("import_reading", pk=draft.pk), {"encoding": "rot13", "delimiter": "x"})
    assert Import.objects.get().columns.encoding == "cp1250"


def test_columns_of_the_same_name_are_told(marketer, address):
    upload(marketer, address, "user_id,plan,plan\na,1,2\n")
    text = page(marketer, address, "import_map")
    assert "Some columns have the same name" in text
    assert [column.name for column in Import.objects.get().columns.items] == ["user_id", "plan", ""]


def test_a_draft_and_a_checked_import_can_be_cancelled(marketer, address, media):
    upload(marketer, address, GERMAN)
    check(marketer, address)
    marketer.post(address("import_stop", pk=Import.objects.get().pk))
    assert Import.objects.get().status == "cancelled"
    assert "Nothing of the file was imported" in page(marketer, address)
    assert marketer.get(address("import_map", pk=Import.objects.get().pk)).url == address(
        "import_detail", pk=Import.objects.get().pk
    )
    answer = marketer.post(address("import_begin", pk=Import.objects.get().pk), follow=True)
    assert "started or cancelled meanwhile" in answer.content.decode()
    answer = marketer.post(address("import_stop", pk=Import.objects.get().pk), follow=True)
    assert "had ended by then" in answer.content.decode()


def test_it_polls_only_while_a_worker_is_busy(marketer, address):
    upload(marketer, address, GERMAN)
    assert "every 1s" not in page(marketer, address)
    marketer.post(address("import_map", pk=Import.objects.get().pk), PLACES)
    assert "every 1s" in page(marketer, address)
    import_run(import_id=Import.objects.get().pk)
    assert "every 1s" not in page(marketer, address)
    fragment = marketer.get(address("import_detail", pk=Import.objects.get().pk), headers={"HX-Request": "true"})
    assert "<html" not in fragment.content.decode()
    assert "people.csv" in marketer.get(address("imports")).content.decode()


def test_rejects_come_back_with_line_and_reason_and_can_be_imported_corrected(marketer, address):
    places = {
        "columns.0.to": "field:user_id",
        "columns.1.to": "field:email",
        "columns.2.to": "new",
        "columns.2.name": "plan",
    }
    upload(marketer, address, "user_id,email,plan\nana,ana@example.com,pro\n,x@example.com,basic\n")
    marketer.post(address("import_map", pk=Import.objects.get().pk), places)
    import_run(import_id=Import.objects.get().pk)
    done = imported(marketer, address)
    rows = rows_of(marketer.get(address("import_rejects", pk=done.pk)))
    assert rows[0] == ["line", "reason", "user_id", "email", "plan"]
    assert rows[1][0] == "3"
    assert "user_id is missing" in rows[1][1]
    rows[1][2] = "xaver"
    corrected = io.StringIO()
    csv.writer(corrected).writerows(rows)
    upload(marketer, address, corrected.getvalue())
    shown = marketer.get(address("import_map", pk=Import.objects.latest("id").pk))
    assert [row.to for row in shown.context["rows"]] == ["", "", "field:user_id", "field:email", "attribute:plan"]


def test_the_sample_needs_no_correction(marketer, address):
    sample = marketer.get(address("import_sample"))
    assert sample["Content-Disposition"] == 'attachment; filename="profiles.csv"'
    upload(marketer, address, sample.content)
    kinds = {column.name: column.kind for column in Import.objects.get().columns.items if column.is_attribute}
    assert kinds == {"loyalty_level": "text", "age": "number", "newsletter": "boolean"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "This file is empty"),
        ("user_id\n", "no people below it"),
        (b"PK\x03\x04x", "not CSV"),
        (",".join(f"c{n}" for n in range(201)) + "\nx\n", "200 is the limit"),
    ],
)
def test_a_file_that_does_not_work_is_refused_on_the_page(marketer, address, text, words):
    answer = upload(marketer, address, text)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Import.objects.exists()


def test_no_file_is_said(marketer, address):
    answer = marketer.post(address("import_new"), {})
    assert answer.status_code == 422
    assert "Choose a CSV file first." in answer.content.decode()


def test_a_viewer_sees_the_history_and_changes_nothing(marketer, address, viewer):
    upload(marketer, address, GERMAN)
    onlooker = signed_in(Client(), viewer)
    assert "Choose columns" not in page(onlooker, address)
    for name in ("import_map", "import_reading", "import_begin", "import_stop"):
        assert onlooker.post(address(name, pk=Import.objects.get().pk)).status_code == 403
    assert Import.objects.get().status == "draft"


def test_the_history_costs_the_same_for_1_and_25_rows(
    marketer, address, shop, teammate, django_assert_num_queries, django_assert_max_num_queries
):
    def add(count):
        for _ in range(count):
            Import.objects.create(workspace=shop, file_name="a.csv", created_by=teammate)

    add(1)
    marketer.get(address("imports"))
    with django_assert_max_num_queries(20) as one:
        marketer.get(address("imports"))
    add(24)
    with django_assert_num_queries(len(one)):
        marketer.get(address("imports"))
