import pytest

from audience.errors import ProfileInvalid
from audience.importing.columns import columns_from
from audience.importing.lines import columns_typed, person_from
from audience.importing.reading import Record
from audience.values import PersonValues


def typed(name, *cells):
    columns, count = columns_typed(
        columns_from(["user_id", name], ","), [Record(n, ["x", cell]) for n, cell in enumerate(cells)]
    )
    assert count == len(cells)
    return columns


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
        ("vip", ["true", "1"], "text"),
        ("joined", ["2026-01-31"], "date"),
        ("joined", ["2026-02-31"], "text"),
        ("nothing", ["", " "], "text"),
    ],
)
def test_a_column_has_the_kind_that_all_its_values_fit(name, cells, kind):
    assert typed(name, *cells).items[1].kind == kind


@pytest.mark.parametrize(
    ("name", "cells", "value"),
    [("age", ["42"], 42), ("age", ["4.5"], 4.5), ("vip", ["TRUE"], True), ("zip", ["01234"], "01234")],
)
def test_values_are_typed_by_their_column(name, cells, value):
    person = person_from(Record(2, ["u1", cells[0]]), typed(name, *cells), mark_test=False)
    assert person == PersonValues("u1", {}, {name: value})


def test_an_empty_cell_says_nothing_and_a_short_line_neither():
    columns = columns_from(["user_id", "email", "phone", "", "plan"], ",")
    assert person_from(Record(2, [" u1 ", " ", "5", "ignored"]), columns, mark_test=True) == PersonValues(
        "u1", {"phone": "5"}, {}, is_test=True
    )


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["", "a@example.com"], "user_id is missing"),
        ([], "user_id is missing"),
        (["u" * 201], "200 is the limit"),
        (["u1", "not an address"], "not an e-mail address"),
        (["u1", "", "one too many"], "3 cells, the header 2"),
        (["u\x001"], "invisible character"),
    ],
)
def test_a_line_that_can_not_be_a_person_says_why(cells, words):
    with pytest.raises(ProfileInvalid, match=words):
        person_from(Record(2, cells), columns_from(["user_id", "email"], ","), mark_test=False)
