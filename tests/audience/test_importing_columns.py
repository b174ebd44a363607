import pytest

from audience.errors import FileRefused
from audience.importing.columns import columns_from


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("User ID", "user_id"),
        (" userid ", "user_id"),
        ("E-Mail", "email"),
        ("First Name", "first_name"),
        ("Surname", "last_name"),
        ("Time zone", "time_zone"),
        ("loyaltyLevel", "loyaltyLevel"),
        ("Favourite colour", "favourite_colour"),
        ("größe", "größe"),
        ("2024 sales", "_2024_sales"),
        ("", ""),
    ],
)
def test_a_header_becomes_a_name_that_templates_can_write(header, name):
    other = "user_id" if name != "user_id" else "x"
    assert columns_from([header, other], ",").items[0].name == name


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        (["email", "Customer ID"], "Rename the column “Customer ID” to user_id"),
        (["user_idd"], "Rename the column “user_idd”"),
        (["email", "plan"], "Add a column user_id .* Columns found: email, plan"),
        (["user_id", "E-mail", "email"], "“E-mail” and “email” would both be email"),
        (["user_id", "message"], "“message” can't be an attribute"),
        (["user_id", "x" * 61], "too long"),
        (["user_id"] + [f"n{n}" for n in range(200)], "200 is the limit"),
    ],
)
def test_a_header_row_that_can_not_work_is_refused_with_what_to_do(headers, words):
    with pytest.raises(FileRefused, match=words):
        columns_from(headers, ",")
