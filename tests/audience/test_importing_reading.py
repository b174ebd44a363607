from io import BytesIO

import pytest

from audience.errors import FileRefused
from audience.importing.reading import Record, file_examined, records


def read(data):
    columns = file_examined(BytesIO(data))
    return columns, list(records(BytesIO(data), columns))


@pytest.mark.parametrize(("separator"), [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_separators_line_endings_and_byte_order_mark(separator, ending):
    text = ending.join([separator.join(row) for row in (["user_id", "name"], ["a", "Zoë"], [], ["", " "], ["b", ""])])
    columns, found = read(b"\xef\xbb\xbf" + text.encode())
    assert columns.delimiter == separator
    assert [column.name for column in columns.items] == ["user_id", "name"]
    assert [record.cells for record in found] == [["a", "Zoë"], ["b", ""]]
    assert [record.line for record in found] == [2, 5]


def test_quotes_keep_separators_quotes_and_line_breaks():
    _, found = read(b'user_id,words\na,"one, ""two""\nthree"\nb,plain\n')
    assert found == [Record(2, ["a", 'one, "two"\nthree']), Record(4, ["b", "plain"])]


def test_a_line_whose_quotes_do_not_match_is_told_and_the_next_is_read():
    _, found = read(b'user_id,words\na,"x"y\nb,ok\n')
    assert found[0].line == 2
    assert "quotes" in found[0].problem
    assert found[1] == Record(3, ["b", "ok"])


@pytest.mark.parametrize("rest", [b'"never closed\nc,d\n', b'"' + b"long " * 40_000])
def test_a_quote_that_is_never_closed_is_refused_at_its_line(rest):
    with pytest.raises(FileRefused, match="opens on line 3"):
        read(b"user_id,words\na,b\nb," + rest)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\n \n", "is empty"),
        (b"user_id,email\n\n", "no people below it"),
        ("user_id,name\na,b\n".encode("utf-16"), "UTF-16"),
        ("user_id,name\na,b\n".encode("utf-16-le") * 10, "UTF-16"),
        ("user_id,name\na,b\nc,Zoë\n".encode("latin-1"), "line 3 has a byte"),
        (b"user_id\n" + b"a\n" * 600_000 + b"\xff\n", "line 600002 has a byte"),
        (b"user_id\na\n\xc3", "line 3 has a byte"),
        (b"PK\x03\x04rest", "workbook or ZIP"),
        (b"email\na@example.com\n", "no column user_id"),
    ],
)
def test_files_that_are_no_utf8_csv_of_people_are_refused_in_words(data, words):
    with pytest.raises(FileRefused, match=words):
        file_examined(BytesIO(data))
