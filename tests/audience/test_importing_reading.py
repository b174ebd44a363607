from io import BytesIO

import pytest

from audience.errors import FileRefused
from audience.importing.reading import Record, file_examined, file_read_as, first_records, records, twin_headers


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
    ("encoding", "found"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("cp1252", "cp1252")]
)
def test_the_encoding_is_found(encoding, found):
    columns, rows = read("user_id;name\na;Zoë\nb;Müller\n".encode(encoding))
    assert (columns.encoding, columns.delimiter) == (found, ";")
    assert [row.cells[1] for row in rows] == ["Zoë", "Müller"]


def test_one_byte_near_the_end_decides():
    columns, rows = read(b"user_id\n" + b"a\n" * 600_000 + b"\xff\n")
    assert columns.encoding == "cp1252"
    assert rows[-1].cells == ["ÿ"]


def test_another_encoding_and_separator_can_be_chosen():
    data = "user_id,name;x\na,Žofie;1\n".encode("cp1250")
    assert file_examined(BytesIO(data)).encoding == "cp1252"
    columns = file_read_as(BytesIO(data), encoding="cp1250", delimiter=";")
    assert columns.headers == ("user_id,name", "x")
    assert [row.cells for row in records(BytesIO(data), columns)] == [["a,Žofie", "1"]]


def test_bytes_that_the_chosen_encoding_does_not_know_are_told_by_line():
    data = b"user_id,name\na,ok\nb,\x81\n"
    columns = file_read_as(BytesIO(data), encoding="cp1252", delimiter=",")
    assert [bool(row.problem) for row in records(BytesIO(data), columns)] == [False, True]


def test_headers_that_come_twice_are_named():
    columns, _ = read(b"user_id,Plan,plan,x\na,1,2,3\n")
    assert twin_headers(columns) == ["Plan", "plan"]


def test_the_first_records_stop_where_the_file_can_not_be_read_on():
    data = b'user_id,x\na,1\nb,"2\n'
    columns = file_examined(BytesIO(data))
    assert first_records(BytesIO(data), columns, 9) == [Record(2, ["a", "1"])]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\n \n", "is empty"),
        (b"user_id,email\n\n", "no people below it"),
        ("user_id,name\na,b\n".encode("utf-16-le") * 10, "holds no text"),
        (bytes(range(256)) * 20, "holds no text"),
        (b"PK\x03\x04rest", "workbook or ZIP"),
        (b"%PDF-1.7 rest", "a PDF"),
        (b"\x1f\x8brest", "gzip"),
        (b"\x89PNG\r\n\x1a\nrest", "a picture"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel workbook"),
    ],
)
def test_files_that_are_no_csv_of_people_are_refused_in_words(data, words):
    with pytest.raises(FileRefused, match=words):
        file_examined(BytesIO(data))
