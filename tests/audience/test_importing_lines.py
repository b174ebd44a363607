import pytest

from audience.errors import ProfileInvalid
from audience.importing.guesses import columns_guessed
from audience.importing.lines import LineReader, columns_typed
from audience.importing.reading import Record
from audience.values import PersonValues


def guessed(*headers):
    return columns_guessed(headers, ",")


def typed(name, *cells):
    columns, count = columns_typed(guessed("user_id", name), [Record(n, ["x", cell]) for n, cell in enumerate(cells)])
    assert count == len(cells)
    return columns


def of_kind(name, kind):
    columns = guessed("user_id", name)
    return columns.model_copy(update={"items": (columns.items[0], columns.items[1].model_copy(update={"kind": kind}))})


def read(columns, *cells, **options):
    return LineReader(columns, **{"mark_test": False, **options}).person(Record(2, list(cells)))


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("age", ["1", " 25", "3.5", "", "-4"], "number"),
        ("age", ["1", "old"], "text"),
        ("size", ["01234", "80331"], "text"),
        ("zip", ["80331", "10115"], "text"),
        ("plan", ["+49301234"], "text"),
        ("amount", ["1234567890123456"], "text"),
        ("amount", ["1e5"], "text"),
        ("vip", ["true", "FALSE"], "boolean"),
        ("vip", ["ja", "Nein"], "boolean"),
        ("vip", ["true", "1"], "text"),
        ("vip", ["1", "0"], "number"),
        ("joined", ["2026-01-31"], "date"),
        ("joined", ["31.01.2026"], "date"),
        ("joined", ["2026-02-31"], "text"),
        ("joined", ["31.02.2026"], "text"),
        ("seen", ["2026-01-31T09:30:00Z"], "datetime"),
        ("tags", ['["a", "b"]', "[]"], "list"),
        ("tags", ["a, b"], "text"),
        ("size", ['{"size": "M"}'], "object"),
        ("nothing", ["", " "], "text"),
    ],
)
def test_a_column_has_the_kind_that_all_its_values_fit(name, cells, kind):
    assert typed(name, *cells).items[1].kind == kind


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("number", "42", 42),
        ("number", "4.5", 4.5),
        ("boolean", "YES", True),
        ("boolean", "0", False),
        ("text", "01234", "01234"),
        ("date", "1.2.2026", "2026-02-01"),
        ("list", "a, b ,", ["a", "b"]),
        ("list", "a, b; c", ["a, b", "c"]),
        ("list", '["a", 1]', ["a", 1]),
        ("object", '{"a": [1]}', {"a": [1]}),
    ],
)
def test_values_are_typed_by_their_column(kind, cell, value):
    assert read(of_kind("x", kind), "u1", cell) == PersonValues("u1", {}, {"x": value})


@pytest.mark.parametrize(
    ("kind", "cell", "words"),
    [
        ("number", "many", "“many” in the column “x” is not a number. Write it like 42"),
        ("boolean", "maybe", "is not true or false"),
        ("date", "2026-02-31", "is not a date"),
        ("datetime", "yesterday", "is not a date and time"),
        ("object", "[1]", "is not a JSON object"),
        ("list", "[1", "is not a list"),
        ("text", "a\x00b", "character that can't be stored"),
        ("list", "a\x00;b", "can't be stored"),
        ("text", "x" * 70_000, "64 KB is the limit"),
    ],
)
def test_a_value_of_another_kind_leaves_the_line_out_by_name(kind, cell, words):
    with pytest.raises(ProfileInvalid, match=words):
        read(of_kind("x", kind), "u1", cell)


def test_an_empty_cell_says_nothing_or_clears():
    columns = guessed("user_id", "email", "phone", "", "plan")
    cells = (" u1 ", " ", "5", "ignored", "")
    assert read(columns, *cells, mark_test=True) == PersonValues("u1", {"phone": "5"}, {}, is_test=True)
    cleared = PersonValues("u1", {"email": "", "phone": "5"}, {"plan": None})
    assert read(columns, *cells, clear_empty=True) == cleared


def test_separators_that_end_a_line_are_no_cells():
    assert read(guessed("user_id", "email"), "u1", "", "", " ") == PersonValues("u1")


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["", "a@example.com"], "user_id is missing"),
        (["u" * 201, ""], "200 is the limit"),
        (["u1", "not an address"], "not an e-mail address"),
        (["u1", "", "one too many"], "3 cells, the header 2. Put values"),
        (["u1"], "1 cell, the header 2. Add the missing"),
        ([], "0 cells, the header 2"),
        (["u\x001", ""], "invisible character"),
    ],
)
def test_a_line_that_can_not_be_a_person_says_why(cells, words):
    with pytest.raises(ProfileInvalid, match=words):
        read(guessed("user_id", "email"), *cells)
