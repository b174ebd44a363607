import pytest

from audience.errors import FileRefused
from audience.importing.columns import Column, Columns, column_problems, columns_checked
from audience.importing.guesses import columns_guessed


def names(*headers, known=()):
    return [column.name for column in columns_guessed(headers, ",", known=known).items]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("User ID", "user_id"),
        (" userid ", "user_id"),
        ("E-Mail", "email"),
        ("E-Mail-Adresse", "email"),
        ("Correo electrónico", "email"),
        ("First Name", "first_name"),
        ("vorname", "first_name"),
        ("Prénom", "first_name"),
        ("Surname", "last_name"),
        ("Nachname", "last_name"),
        ("Imię", "first_name"),
        ("Tel.", "phone"),
        ("País", "country"),
        ("Time zone", "time_zone"),
        ("loyaltyLevel", "loyaltyLevel"),
        ("Favourite colour", "favourite_colour"),
        ("größe", "größe"),
        ("2024 sales", "_2024_sales"),
        ("message", "message_value"),
        ("x" * 80, "x" * 60),
        ("", ""),
        ("%", ""),
    ],
)
def test_a_header_becomes_a_name_that_templates_can_write(header, name):
    assert names(header, "user_id" if name != "user_id" else "x")[0] == name


@pytest.mark.parametrize("header", ["Customer ID", "Kundennummer", "id", "External-Id"])
def test_an_id_of_the_person_stands_in_where_no_column_is_called_user_id(header):
    assert names("email", header) == ["email", "user_id"]
    assert names("user_id", header)[1] != "user_id"


def test_a_known_attribute_is_found_in_other_spellings():
    assert names("user_id", "Loyalty level", known=["loyaltyLevel", "loyalty_level"]) == ["user_id", "loyalty_level"]
    assert names("user_id", "PLAN", known=["plan"])[1] == "plan"


def test_the_first_of_two_columns_for_one_place_has_it():
    assert names("user_id", "E-mail", "email", "plan", "plan") == ["user_id", "email", "", "plan", ""]


def test_the_columns_that_a_file_of_rejects_adds_are_left_out():
    assert names("line", "reason", "user_id") == ["", "", "user_id"]


def test_too_many_columns_are_refused():
    with pytest.raises(FileRefused, match="200 is the limit"):
        columns_guessed(["user_id", *(f"n{n}" for n in range(200))], ",")


@pytest.mark.parametrize(
    ("headers", "places", "words"),
    [
        (["email"], ["email"], "no column user_id.*Columns found: email"),
        (["user_id", "A", "B"], ["user_id", "email", "email"], "“B” .*“A” goes to email already"),
        (["user_id", "x"], ["user_id", "message"], "“x” can't be imported like this.*meaning of its own"),
    ],
)
def test_columns_that_nobody_can_be_read_by_are_refused_with_what_to_do(headers, places, words):
    items = tuple(Column(header=header, name=place) for header, place in zip(headers, places, strict=True))
    with pytest.raises(FileRefused, match=words):
        columns_checked(Columns(items=items))


def test_columns_without_a_place_trouble_nobody():
    assert column_problems([Column(header="a", name=""), Column(header="a", name="")]) == {}
