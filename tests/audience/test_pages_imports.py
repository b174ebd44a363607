import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audience.importing.running import import_run
from audience.models import Import, Profile

pytestmark = pytest.mark.usefixtures("media")


@pytest.fixture
def imported(marketer, address):
    """An import of one good and one bad line, run to its end."""
    upload(marketer, address, "user_id,email,plan\nana,ana@example.com,pro\n,x@example.com,basic\n")
    import_run(import_id=Import.objects.get().pk)
    return Import.objects.get()


def upload(client, address, text, **fields):
    file = SimpleUploadedFile("people.csv", text.encode())
    return client.post(address("import_new"), {"file": file, **fields})


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_an_upload_leads_to_its_progress(marketer, address, teammate):
    answer = upload(marketer, address, "user_id\nana\n", mark_test="on")
    started = Import.objects.get()
    assert answer.url == address("import_detail", pk=started.pk)
    assert (started.created_by, started.mark_test, started.file_name) == (teammate, True, "people.csv")
    text = marketer.get(answer.url).content.decode()
    assert "Waiting" in text
    assert 'hx-trigger="every 1s"' in text


def test_a_finished_import_polls_no_more_and_shows_what_was_left_out(marketer, address, imported):
    text = marketer.get(address("import_detail", pk=imported.pk)).content.decode()
    assert "every 1s" not in text
    assert "1 row left out" in text
    assert "The user_id is missing" in text
    fragment = marketer.get(address("import_detail", pk=imported.pk), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "people.csv" in marketer.get(address("imports")).content.decode()


def test_rejects_come_back_with_line_and_reason_and_can_be_imported_corrected(marketer, address, imported):
    rows = rows_of(marketer.get(address("import_rejects", pk=imported.pk)))
    assert rows[0] == ["line", "reason", "user_id", "email", "plan"]
    assert rows[1][0] == "3"
    assert "user_id is missing" in rows[1][1]
    assert rows[1][2:] == ["", "x@example.com", "basic"]
    rows[1][2] = "xaver"
    corrected = io.StringIO()
    csv.writer(corrected).writerows(rows)
    upload(marketer, address, corrected.getvalue())
    import_run(import_id=Import.objects.latest("id").pk)
    assert Profile.objects.get(user_id="xaver").attributes == {"plan": "basic"}


def test_the_sample_can_be_imported(marketer, address, shop):
    sample = marketer.get(address("import_sample"))
    assert sample["Content-Disposition"] == 'attachment; filename="profiles.csv"'
    upload(marketer, address, sample.content.decode())
    import_run(import_id=Import.objects.get().pk)
    assert (Import.objects.get().created_count, Import.objects.get().rejected_count) == (3, 0)
    assert shop.profiles.get(user_id="c-1001").attributes["age"] == 34


@pytest.mark.parametrize(
    ("text", "words"),
    [("email\nx\n", "no column user_id"), ("", "This file is empty"), ("user_id\n", "no people below it")],
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
