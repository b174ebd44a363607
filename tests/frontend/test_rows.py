from frontend.rows import Row, rows_from


def test_rows_come_back_in_order_with_their_switches() -> None:
    posted = {
        "headers.0.name": "A",
        "headers.0.value": "1",
        "headers.0.enabled": "on",
        "headers.10.name": "C",
        "headers.10.value": "3",
        "headers.2.name": " B ",
        "headers.2.value": " 2 ",
    }
    assert rows_from(posted, "headers") == (
        Row("A", "1", enabled=True),
        Row("B", " 2 ", enabled=False),
        Row("C", "3", enabled=False),
    )


def test_blank_rows_are_left_out_but_half_written_ones_stay() -> None:
    posted = {"p.0.name": "", "p.0.value": "", "p.1.name": "", "p.1.value": "lonely"}
    assert [row.value for row in rows_from(posted, "p")] == ["lonely"]


def test_a_row_has_a_type_when_the_form_has_types() -> None:
    assert rows_from({"p.0.name": "a", "p.0.type": "number"}, "p")[0].type == "number"


def test_other_groups_are_not_mixed_in() -> None:
    assert rows_from({"other.0.name": "a", "xp.0.name": "b", "p.x.name": "c"}, "p") == ()
