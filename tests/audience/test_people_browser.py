"""The list of profiles in a browser: its columns, and what is done to many people at once."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from audience.models import Attribute, Erasure, Profile
from tests.browser.axe import STILL

PEOPLE = ("Ana", "Bob", "Cem")


@pytest.fixture
def people(visit: Callable[[str], Page], shop, person) -> Page:
    """The list of three people, of whom Cem is a test user."""
    Attribute.objects.create(workspace=shop, name="plan", kind="text", display_name="Plan")
    for first_name in PEOPLE:
        known = {"language": "pt", "attributes": {"plan": f"{first_name}'s plan"}}
        person(first_name.lower(), first_name=first_name, is_test=first_name == "Cem", **known)
    return visit("/w/acme/profiles/")


def choose(page: Page, *names: str) -> Locator:
    """Ticks them, and gives the bar of what can be done to them."""
    for name in names:
        page.get_by_role("checkbox", name=f"Choose {name} ({name.lower()})").check()
    return page.get_by_role("form", name="Chosen people")


def test_columns_are_chosen_and_stay(people: Page) -> None:
    people.get_by_role("button", name="Columns").click()
    dialog = people.get_by_role("dialog", name="Columns")
    for name in ("Language", "Plan"):
        dialog.get_by_role("checkbox", name=name).check()
    dialog.get_by_role("checkbox", name="E-mail").uncheck()
    dialog.get_by_role("button", name="Show these").click()
    heads = people.get_by_role("columnheader")
    for _ in range(2):
        expect(heads).to_contain_text(["Person", "Phone", "Language", "Country", "Added", "Plan"])
        expect(heads.filter(has_text="E-mail")).to_have_count(0)
        expect(people.get_by_role("row", name="Ana")).to_contain_text("Ana's plan")
        people.reload()


def test_only_those_ticked_become_test_users(people: Page) -> None:
    bar = choose(people, "Ana", "Bob")
    expect(bar.get_by_role("status")).to_have_text("2 chosen")
    bar.get_by_role("button", name="Mark as test users").click()
    dialog = people.get_by_role("dialog", name="Mark 2 people as test users?")
    expect(dialog).to_contain_text("Ana")
    Profile.objects.filter(user_id="cem").update(is_test=False)
    dialog.get_by_role("button", name="Mark as test users").click()
    expect(people.get_by_role("rowheader", name="Ana")).to_contain_text("test user")
    assert set(Profile.objects.filter(is_test=True).values_list("user_id", flat=True)) == {"ana", "bob"}


def test_nobody_is_changed_by_a_dialog_that_is_closed(people: Page) -> None:
    choose(people, "Cem").get_by_role("button", name="No longer test users").click()
    dialog = people.get_by_role("dialog", name="Make 1 person ordinary again?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert Profile.objects.get(user_id="cem").is_test
    people.get_by_role("button", name="No longer test users").click()
    dialog.get_by_role("button", name="No longer test users").click()
    expect(people.get_by_role("rowheader", name="Cem")).not_to_contain_text("test user")
    assert not Profile.objects.get(user_id="cem").is_test


def test_many_are_deleted_once_their_number_is_typed(people: Page) -> None:
    people.get_by_role("checkbox", name="Choose all on this page").check()
    bar = people.get_by_role("form", name="Chosen people")
    bar.get_by_role("button", name="Delete").click()
    dialog = people.get_by_role("dialog", name="Delete 3 people?")
    delete = dialog.get_by_role("button", name="Delete 3")
    expect(delete).to_be_disabled()
    dialog.get_by_role("textbox").fill("3")
    delete.click()
    expect(people.get_by_role("heading", name="No profiles yet")).to_be_visible()
    expect(people.get_by_role("search")).to_have_count(0)
    expect(people.get_by_role("navigation", name="Which profiles")).to_have_count(0)
    assert (Profile.objects.count(), Erasure.objects.count()) == (0, 3)


def test_choosing_none_takes_the_bar_away(people: Page) -> None:
    bar = choose(people, "Ana")
    bar.get_by_role("button", name="Choose none").click()
    expect(bar).to_be_hidden()
    expect(people.get_by_role("checkbox", name="Choose Ana (ana)")).not_to_be_checked()


def test_other_people_whom_a_rule_means_are_shown(people: Page, person, visit: Callable[[str], Page]) -> None:
    for number in range(9):
        person(f"many-{number}", first_name=f"Person {number}")
    page = visit("/w/acme/segments/new/")
    page.get_by_label("Field of rule 1").select_option(label="User ID")
    page.get_by_label("Test of rule 1").select_option(label="contains")
    page.get_by_label("Value of rule 1").fill("many")
    shown = page.get_by_role("list", name="For example").get_by_role("listitem")
    expect(page.get_by_text("9 people")).to_be_visible()
    page.evaluate(STILL)
    first = shown.all_inner_texts()
    # From the field itself: what leaving it begins must not take the others' place.
    page.get_by_role("button", name="Show others").click()
    expect(shown.filter(has_text=first[0])).to_have_count(0)
    page.evaluate(STILL)
    expect(page.get_by_text("9 people")).to_be_visible()
    assert not set(first) & set(shown.all_inner_texts())
