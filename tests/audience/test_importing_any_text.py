"""Whatever a file holds, a person comes out with the same text, or the line is left out with a reason."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.errors import FileRefused, ProfileInvalid
from audience.importing.lines import LineReader, columns_typed
from audience.importing.reading import file_examined, records

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(rows=st.lists(st.tuples(texts, texts), min_size=1, max_size=5), separator=st.sampled_from(",;\t"))
def test_every_text_arrives_or_is_refused_by_name(rows, separator):
    rows = [("first", ""), *((user_id, note) for user_id, note in rows if user_id.strip() or note.strip())]
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=separator)
    writer.writerow(["user_id", "note"])
    writer.writerows(rows)
    data = written.getvalue().encode()
    columns = file_examined(io.BytesIO(data))
    columns, count = columns_typed(columns, records(io.BytesIO(data), columns))
    found = list(records(io.BytesIO(data), columns))
    assert count == len(found) == len(rows)
    for record, (user_id, note) in zip(found, rows, strict=True):
        try:
            person = LineReader(columns, mark_test=False).person(record)
        except ProfileInvalid:
            assert not user_id.strip() or not user_id.strip().isprintable() or "\x00" in note
        else:
            assert person.user_id == user_id.strip()
            assert str(person.attributes.get("note", "")).lower() == note.strip().lower()


@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_words(data):
    for start in (b"", b"user_id,x\n"):
        try:
            columns = file_examined(io.BytesIO(start + data))
            list(records(io.BytesIO(start + data), columns))
        except FileRefused:
            continue


@pytest.mark.parametrize(
    "text", ['Zoë "Z" O\'Neil \\ <b>', "{{ first_name }}", "=1+1", "\N{PILE OF POO}", "  spaced  "]
)
def test_awkward_texts(text):
    written = io.StringIO(newline="")
    csv.writer(written).writerows([["user_id", "first_name"], ["u", text]])
    data = written.getvalue().encode("utf-8-sig")
    columns = file_examined(io.BytesIO(data))
    [record] = records(io.BytesIO(data), columns)
    assert LineReader(columns, mark_test=False).person(record).fields == {"first_name": text.strip()}
