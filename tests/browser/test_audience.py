"""People come in by file, are found by rules, and the pages say what became of each line."""

from time import sleep

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.journey import ANSWER_WITHIN, Marketer
from tests.product import Product

PEOPLE = """user_id,First name,country,age,zip
u-1,Ana,PT,34,01234
,Nobody,PT,1,80331
u-2,Zoë,IE,27,10115
"""


@pytest.fixture
def marketer(page: Page, product: Product) -> Marketer:
    someone = Marketer(page, product)
    someone.sign_up()
    someone.create_workspace("Shop")
    return someone


def test_a_file_is_imported_and_its_people_are_found_by_rules(marketer, page, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE)
    marketer.import_file(path)
    expect(page.get_by_text("Done, with 1 row left out")).to_be_visible(timeout=ANSWER_WITHIN)
    expect(page.get_by_text("The user_id is missing")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all with reasons").click()
    assert "Nobody,PT,1,80331" in download.value.path().read_text()

    marketer.open("Segments")
    page.get_by_role("link", name="Create segment").first.click()
    page.get_by_label("Name", exact=True).fill("Older")
    page.get_by_label("Field of rule 1").select_option(label="age")
    page.get_by_label("Test of rule 1").select_option(label="is greater than")
    page.get_by_label("Value of rule 1").fill("thirty")
    expect(page.get_by_role("paragraph").filter(has_text="which is not a number").first).to_be_visible()
    page.get_by_label("Value of rule 1").fill("30")
    expect(people(page)).to_contain_text("1 person")
    expect(people(page).get_by_role("link", name="Ana (u-1)")).to_be_visible()
    page.get_by_role("button", name="Save segment").click()
    expect(page.get_by_text("People whose age is greater than 30")).to_be_visible()


def test_what_is_typed_while_the_editor_is_under_way_stays_and_counts(marketer, page):
    for user_id, first_name in (("u-1", "Ana"), ("u-2", "Bob")):
        marketer.add_profile(user_id=user_id, first_name=first_name)
    marketer.open("Segments")
    page.get_by_role("link", name="Create segment").first.click()
    page.get_by_label("Field of rule 1").select_option(label="First name")
    value = page.get_by_label("Value of rule 1")
    value.fill("x")
    page.route("**/audience/rules/**", slowly)
    page.get_by_label("Test of rule 1").select_option(label="starts with")
    value.fill("A")
    page.get_by_role("button", name="Add rule").click()
    value.fill("An")
    expect(page.get_by_label("Field of rule 2")).to_be_visible()
    expect(value).to_have_value("An")
    expect(people(page)).to_contain_text("1 person")
    expect(people(page).get_by_role("link", name="Ana (u-1)")).to_be_visible()
    page.get_by_label("Field of rule 2").select_option(label="User ID")
    page.get_by_role("button", name="Remove rule 1").click()
    expect(page.get_by_label("Field of rule 2")).not_to_be_visible()
    expect(page.get_by_label("Field of rule 1")).to_have_value("user_id")


def people(page: Page) -> Locator:
    return page.get_by_role("region", name="People")


def slowly(route: Route) -> None:
    """As over a slow line: the answer takes longer than the next key."""
    answer = route.fetch()
    sleep(0.4)
    route.fulfill(response=answer)


def test_columns_are_mapped_and_checked_before_anything_is_imported(marketer, page, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("Customer ID,Mail,Score\nk-1,ana@example.com,12\nk-2,broken,7\nk-3,,many\n")
    marketer.upload_file(path)
    expect(page.get_by_label("Where Customer ID goes")).to_have_value("field:user_id")
    expect(page.get_by_label("Where Mail goes")).to_have_value("field:email")
    expect(page.get_by_label("Type of Score")).to_have_value("text")
    page.get_by_label("Type of Score").select_option(label="Number")
    page.get_by_label("Where Customer ID goes").select_option(label="Don't import")
    expect(page.get_by_label("Name of the attribute for Customer ID")).to_be_hidden()
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("No column goes to the user ID")).to_be_visible()
    page.get_by_label("Where Customer ID goes").select_option(label="User ID")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("2 rows would be left out")).to_be_visible(timeout=ANSWER_WITHIN)
    expect(page.get_by_text("“many” in the column “Score” is not a number")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Done, with 2 rows left out")).to_be_visible(timeout=ANSWER_WITHIN)
    marketer.open("Profiles")
    expect(page.get_by_role("link", name="k-1")).to_be_visible()
    expect(page.get_by_text("1 profile", exact=True)).to_be_visible()
