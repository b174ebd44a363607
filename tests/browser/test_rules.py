"""Rules in groups inside groups, by keyboard and by mouse; and the attribute registry that names what they test."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.journey import ANSWER_WITHIN, Marketer
from tests.product import Product

PEOPLE = """user_id,first_name,country,points,plan,joined
u-1,Ana,PT,10,pro,2001-01-01
u-2,Bob,PT,500,free,2001-01-01
u-3,Cem,AT,500,pro,2001-01-01
u-4,Dot,PT,10,free,2001-01-01
"""


@pytest.fixture
def marketer(page: Page, product: Product, tmp_path) -> Marketer:
    someone = Marketer(page, product)
    someone.sign_up()
    someone.create_workspace("Shop")
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE)
    someone.import_file(path)
    expect(page.get_by_text("Done", exact=True).first).to_be_visible(timeout=ANSWER_WITHIN)
    return someone


def people(page: Page) -> Locator:
    return page.get_by_role("region", name="People")


def rule(page: Page, number: int, field: str, test: str, value: str = "") -> None:
    # What was just added listens when it has settled, 20 ms later: no person is as fast.
    expect(page.locator("#rules").locator("xpath=descendant-or-self::*[contains(@class, 'htmx-')]")).to_have_count(0)
    page.get_by_label(f"Field of rule {number}").select_option(label=field)
    page.get_by_label(f"Test of rule {number}").select_option(label=test)
    if value:
        page.get_by_label(f"Value of rule {number}").fill(value)


def test_groups_inside_groups_choose_people(marketer, page):
    marketer.open("Segments")
    page.get_by_role("link", name="Create segment").first.click()
    page.get_by_label("Name", exact=True).fill("Worth a call")
    rule(page, 1, "Country", "is one of", "PT, ES")
    page.get_by_role("button", name="Add group", exact=True).click()
    expect(page.get_by_label("Field of rule 2")).to_be_focused()
    rule(page, 2, "points", "is at least", "100")
    page.get_by_role("button", name="Add rule to group 1").click()
    rule(page, 3, "plan", "is not", "free")
    expect(people(page)).to_contain_text("2 people")
    expect(people(page)).to_contain_text(
        "People whose Country is one of “PT”, “ES” and (points is at least 100 or plan is not “free”)"
    )
    expect(people(page)).to_contain_text("Country: PT · points: 500 · plan: free")
    page.get_by_role("group", name="Group 1").get_by_text("All of the rules").click()
    expect(people(page)).to_contain_text("0 people")
    page.get_by_role("group", name="Group 1").get_by_text("Any of the rules").click()
    page.get_by_role("button", name="Add group inside group 1").click()
    expect(page.get_by_role("button", name="Add group inside group 2")).to_have_count(0)
    page.get_by_role("button", name="Remove group 2").click()
    expect(page.get_by_label("Field of rule 4")).to_have_count(0)
    page.get_by_role("button", name="Save segment").click()
    row = page.get_by_role("row").filter(has_text="Worth a call")
    expect(row.get_by_role("cell", name="2", exact=True)).to_be_visible()
    row.get_by_role("button", name="Options for Worth a call").click()
    page.get_by_role("button", name="Duplicate").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Worth a call (copy)")
    expect(page.get_by_label("Value of rule 2")).to_have_value("100")


def test_rules_are_made_with_the_keyboard_alone(marketer, page):
    marketer.open("Segments")
    page.get_by_role("link", name="Create segment").first.click()
    field = page.get_by_label("Field of rule 1")
    field.focus()
    list_typed_into = field.element_handle()
    page.keyboard.type("C")
    expect(page.get_by_label("Value of rule 1")).to_be_visible()
    expect(field).to_have_value("country")
    # Whoever types on finds the same list: a new one would take the rest of the word for the beginning of another.
    assert list_typed_into.evaluate("list => list.isConnected")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Test of rule 1")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("PT")
    expect(people(page)).to_contain_text("3 people")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Remove rule 1")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Field of rule 2")).to_be_focused()
    expect(page.get_by_label("Value of rule 1")).to_have_value("PT")


def test_a_campaigns_own_rules_are_saved_as_they_are_made(marketer, page):
    marketer.switch_webhook_on()
    marketer.create_campaign("Spring")
    page.get_by_role("link", name="Audience").first.click()
    page.get_by_role("radio", name="Rules made here").check(force=True)
    rule(page, 1, "points", "is less than", "100")
    recipients = page.get_by_role("region", name="Recipients")
    expect(recipients).to_contain_text("2 people")
    page.get_by_role("button", name="Add group", exact=True).click()
    rule(page, 2, "plan", "is", "pro")
    expect(recipients).to_contain_text("1 person")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.get_by_role("radio", name="Everyone").check(force=True)
    expect(recipients).to_contain_text("4 people")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.reload()
    page.get_by_role("radio", name="Rules made here").check(force=True)
    expect(page.get_by_label("Value of rule 2")).to_have_value("pro")
    expect(recipients).to_contain_text("1 person")


def test_an_attribute_gets_a_name_and_a_type_and_goes(marketer, page):
    marketer.open("Profiles", "Attributes")
    row = page.get_by_role("row").filter(has_text="points")
    expect(row.get_by_role("cell", name="4", exact=True)).to_be_visible()
    page.get_by_role("link", name="plan", exact=True).click()
    page.get_by_label("Display name").fill("Plan of the customer")
    page.get_by_label("Type", exact=True).select_option(label="Number")
    page.get_by_role("button", name="Save attribute").click()
    expect(page.get_by_text("Not every value is a number: “pro” (u-1)")).to_be_visible()
    page.get_by_label("Type", exact=True).select_option(label="Text")
    page.get_by_role("button", name="Save attribute").click()
    page.get_by_role("link", name="Plan of the customer").click()
    page.get_by_role("button", name="Delete attribute…").click()
    dialog = page.get_by_role("dialog", name="Delete “Plan of the customer”?")
    expect(dialog.get_by_role("button", name="Delete attribute")).to_be_disabled()
    dialog.get_by_label("Type plan to confirm").fill("plan")
    dialog.get_by_role("button", name="Delete attribute").click()
    expect(
        page.get_by_role("region", name="Messages").get_by_text("“plan” is deleted, with the values of 4 people.")
    ).to_be_visible()
