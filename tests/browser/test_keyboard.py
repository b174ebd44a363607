"""The main path of the journey without a mouse, and where the focus is afterwards."""

import pytest
from playwright.sync_api import expect

from tests.browser.journey import DEMO_LOGIN, Marketer

STOPS = 80
# After the last stop of a dialog the focus is at the browser's own controls, where the page has none.
WITHIN = "dialog => dialog.contains(document.activeElement) || document.activeElement === document.body"


@pytest.fixture
def dora(page, product):
    """Signed in to the demo workspace."""
    page.goto(f"{product.url}/accounts/login/")
    email, password = DEMO_LOGIN
    write(page, page.get_by_label("E-mail address"), email)
    write(page, page.get_by_label("Password"), password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Home", exact=True)).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.type("gc")
    expect(page.get_by_role("heading", name="Existing campaigns")).to_be_visible()
    page.wait_for_load_state()  # keys, unlike clicks, wait for nothing
    return Marketer(page, product)


@pytest.fixture
def nina(page, product):
    """Signed in to a workspace of her own, where nothing is yet."""
    someone = Marketer(page, product)
    someone.sign_up("Nina")
    someone.create_workspace("Acme")
    page.wait_for_load_state()
    return someone


def reach(page, target):
    """Presses Tab until the focus is there, and sees that it is shown."""
    expect(target).to_be_visible()
    for _ in range(STOPS):
        if target.evaluate("element => element === document.activeElement"):
            assert target.evaluate("element => element.matches(':focus-visible')")
            return target
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} can't be reached with the keyboard")


def press(page, target, key="Enter"):
    reach(page, target)
    page.keyboard.press(key)


def write(page, target, text):
    reach(page, target)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(text)


def choose(page, first, wanted):
    """Goes to the first or the chosen radio of a group and on to another with the arrows."""
    press(page, first, "Space")
    for _ in range(STOPS):
        if wanted.is_checked():
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{wanted} can't be chosen with the arrows")


def go_to_step(dora, name):
    press(dora.page, dora.steps.get_by_role("link", name=name))
    expect(dora.steps.get_by_role("link", name=name)).to_have_attribute("aria-current", "step")


def test_a_campaign_is_built_and_launched_with_the_keyboard(dora, page, product):
    press(page, page.get_by_role("link", name="Create Campaign").first)
    write(page, page.get_by_label("Campaign name"), "By keyboard")
    press(page, page.get_by_role("button", name="Create Campaign"))
    press(page, page.get_by_role("radio", name="Webhook"), "Space")
    dora.saved()
    go_to_step(dora, "Audience")
    choose(page, page.locator("[name=audience]:checked"), page.get_by_role("radio", name="Test users"))
    dora.saved()
    go_to_step(dora, "Content")
    write(page, dora.editor("URL"), f"{product.receiver.url}/200")
    message_and_body_are_typed(dora)
    go_to_step(dora, "Review & launch")
    press(page, page.get_by_role("button", name="Launch"))
    press(page, page.get_by_role("dialog").get_by_role("button", name="Launch to"))
    dora.run_is("Completed")
    details_are_opened_and_left(page)


def message_and_body_are_typed(dora):
    page = dora.page
    type_and_leave(page, dora.editor("Message text"), 'Hi {{ first_name | default("you") }}')
    choose(page, page.locator("[name='body.kind']:checked"), page.get_by_role("radio", name="Raw text"))
    type_and_leave(page, dora.editor("Raw text"), '{"text": "{{ message }}"}')
    dora.saved()


def type_and_leave(page, editor, text):
    """With each key as typed, so that brackets close and completion opens; Escape, Tab and Shift+Tab lead out."""
    reach(page, editor)
    page.keyboard.type(text)
    expect(editor).to_have_text(text)
    for key in ("Tab", "Shift+Tab"):
        page.keyboard.press("Escape")
        page.keyboard.press(key)
        expect(editor).not_to_be_focused()
        editor.focus()
    expect(editor).to_have_text(text)


def details_are_opened_and_left(page):
    press(page, page.get_by_role("main").get_by_role("link", name="Notifications log"))
    options = page.get_by_role("region", name="Notifications", exact=True).get_by_role("button", name="Options").first
    press(page, options)
    press(page, page.get_by_role("link", name="Details", exact=True))
    details = page.get_by_role("dialog")
    expect(details.get_by_text("Delivered", exact=True).first).to_be_visible()
    assert details.evaluate(WITHIN)
    page.keyboard.press("Escape")
    expect(details).to_have_count(0)
    expect(options).to_be_focused()


def test_a_template_is_saved_and_used_with_the_keyboard(dora, page):
    press(page, page.get_by_role("row", name="Welcome to the new plan").get_by_role("button", name="Options"))
    press(page, page.get_by_role("button", name="Save as template"))
    write(page, page.get_by_label("Template name"), "For the keyboard")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="For the keyboard")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.type("gc")
    expect(page.get_by_role("heading", name="Existing campaigns")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("c")
    write(page, page.get_by_label("Campaign name"), "From a template")
    page.keyboard.press("Enter")
    press(page, page.get_by_role("radio", name="Webhook"), "Space")
    dora.saved()
    go_to_step(dora, "Content")
    press(page, page.get_by_role("button", name="Use a template"))
    templates = page.get_by_role("dialog").get_by_role("radio")
    choose(page, templates.first, templates.and_(page.get_by_role("radio", name="For the keyboard")))
    press(page, page.get_by_role("dialog").get_by_role("button", name="Use template"))
    messages = page.get_by_role("region", name="Messages")
    expect(messages.get_by_text("Filled from “For the keyboard”")).to_be_visible()
    expect(page.get_by_role("radio", name="JSON key-value pairs")).to_be_checked()


def test_the_focus_returns_to_what_opened_a_dialog(dora, page):
    options = page.get_by_role("row", name="Welcome to the new plan").get_by_role("button", name="Options")
    press(page, options)
    press(page, page.get_by_role("button", name="Save as template"))
    expect(page.get_by_role("dialog").get_by_label("Template name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(options).to_be_focused()
    press(page, options)
    page.keyboard.press("Escape")
    expect(options).to_be_focused()


def test_the_focus_stays_within_an_open_dialog(dora, page):
    press(page, page.get_by_role("link", name="Welcome to the new plan"))
    go_to_step(dora, "Content")
    opener = page.get_by_role("button", name="Use a template")
    press(page, opener)
    dialog = page.get_by_role("dialog", name="Use a template")
    for _ in range(8):
        page.keyboard.press("Tab")
        assert dialog.evaluate(WITHIN)
    press(page, dialog.get_by_role("button", name="Close").last)
    expect(opener).to_be_focused()


def test_a_person_is_found_and_opened_from_any_page(dora, page):
    page.keyboard.press("ControlOrMeta+k")
    page.keyboard.insert_text("u_1017")
    expect(page.get_by_role("group", name="Profiles").get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("main").get_by_text("u_1017").first).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("ControlOrMeta+k")
    expect(page.get_by_role("combobox", name="Search or jump to")).to_be_focused()
    page.keyboard.press("Escape")


def test_enter_pressed_before_anything_is_found_opens_what_is_found(dora, page):
    page.keyboard.press("ControlOrMeta+k")
    page.keyboard.insert_text("u_1017")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main").get_by_text("u_1017").first).to_be_visible()


def test_the_keys_of_the_page_are_listed(dora, page):
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys.get_by_text("Go to Profiles")).to_be_visible()
    expect(keys.get_by_text("Create Campaign")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    expect(page.get_by_label("Campaign name")).to_be_focused()


def test_the_channel_is_switched_on_and_off_with_the_keyboard(nina, page):
    page.keyboard.type("gs")
    press(page, page.get_by_role("link", name="Channels", exact=True))
    switch = page.get_by_role("switch", name="Webhook")
    press(page, switch, "Space")
    expect(page.get_by_text("Switched on by Nina")).to_be_visible()
    expect(switch).to_be_checked()
    press(page, switch, "Space")
    expect(page.get_by_text("Switched off by Nina")).to_be_visible()


def test_a_person_is_added_with_the_keyboard(nina, page):
    page.keyboard.type("gp")
    press(page, page.get_by_role("link", name="Add profile").first)
    write(page, page.get_by_label("User ID"), "u-1")
    write(page, page.get_by_label("First name"), "Ana")
    press(page, page.get_by_label("Test user"), "Space")
    write(page, page.get_by_role("textbox", name="Attribute 1", exact=True), "plan")
    write(page, page.get_by_role("textbox", name="Value 1", exact=True), "pro")
    press(page, page.get_by_role("button", name="Save profile"))
    expect(page.get_by_role("heading", name="Ana")).to_be_visible()
    expect(page.get_by_role("main").get_by_text("pro", exact=True)).to_be_visible()


def test_a_segment_with_a_rule_is_made_with_the_keyboard(nina, page):
    page.keyboard.type("ga")
    press(page, page.get_by_role("link", name="Create segment").first)
    write(page, page.get_by_label("Name", exact=True), "Portuguese")
    pick(page, page.get_by_label("Field of rule 1"), "Coun", "country")
    pick(page, page.get_by_label("Test of rule 1"), "is one", "one_of")
    write(page, page.get_by_label("Value of rule 1"), "PT, BR")
    press(page, page.get_by_role("button", name="Save segment"))
    expect(page.get_by_text("People whose Country is one of")).to_be_visible()


def pick(page, select, beginning, value):
    """Chooses an option of a list by the first letters of its words."""
    reach(page, select)
    page.keyboard.type(beginning)
    expect(select).to_have_value(value)
    expect(select).to_be_focused()
