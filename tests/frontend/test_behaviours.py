"""The behaviours in a real browser, found as people find them: by role and label."""

import re

from playwright.sync_api import Page, Route, expect

from tests.frontend import pages

# It shows for a second and a half only.
NOTE_COPIED = """
  new MutationObserver(() => { window.copied ||= Boolean(document.querySelector(".is-copied")); })
    .observe(document.body, { attributes: true, subtree: true });
"""


def test_a_change_is_saved_by_itself(page: Page, site: str) -> None:
    page.goto("/form")
    waiting: list[Route] = []
    page.route("**/save", lambda route: waiting.append(route))
    with page.expect_request("**/save"):
        page.get_by_label("Title").fill("Spring sale")
    expect(page.locator("[data-save-status]")).to_have_text("Saving…")
    waiting[0].continue_()
    expect(page.locator("[data-save-status]")).to_have_text("Saved")
    assert [one["title"] for one in pages.saved] == ["Spring sale"]
    expect(page.locator("#version")).to_have_value("2")


def test_a_second_editor_is_told_and_overwrites_nothing(page: Page, site: str) -> None:
    page.goto("/form")
    page.get_by_label("Answer").fill("conflict")
    expect(page.locator("[data-save-status]")).to_contain_text("Couldn't save: Kim saved a newer version.")
    page.get_by_label("Title").fill("Mine")
    page.wait_for_timeout(1000)
    assert len(pages.saved) == 1
    expect(page.get_by_role("button", name="Reload")).to_be_visible()


def test_a_failed_save_can_be_tried_again(page: Page, site: str) -> None:
    page.goto("/form")
    page.get_by_label("Answer").fill("broken once")
    expect(page.locator("[data-save-status]")).to_contain_text("Couldn't save: Something went wrong on our side.")
    page.get_by_role("button", name="Retry").click()
    expect(page.locator("[data-save-status]")).to_have_text("Saved")


def test_leaving_saves_first(page: Page, site: str) -> None:
    page.goto("/form")
    page.get_by_label("Title").fill("Just typed")
    page.get_by_role("link", name="Another page").click()
    expect(page.get_by_role("heading", name="Other page")).to_be_visible()
    assert pages.saved[-1]["title"] == "Just typed"


def test_sending_another_form_saves_first(page: Page, site: str) -> None:
    page.goto("/form")
    page.get_by_label("Title").fill("Just typed")
    page.get_by_role("button", name="Launch").click()
    expect(page.get_by_role("heading", name="Other page")).to_be_visible()
    assert pages.saved[-1]["title"] == "Just typed"


def test_a_refused_save_takes_back_what_was_to_follow_it(page: Page, site: str) -> None:
    page.goto("/form")
    page.get_by_label("Answer").fill("refused once")
    page.get_by_role("button", name="Launch").click()
    expect(page.locator("[data-save-status]")).to_contain_text("Couldn't save: Give it a title.")
    page.get_by_label("Title").press_sequentially("S")
    expect(page.locator("[data-save-status]")).to_have_text("Saved")
    with page.expect_request(lambda asked: asked.url.endswith("/save") and "title=Sale" in (asked.post_data or "")):
        page.get_by_label("Title").press_sequentially("ale")
    expect(page.locator("[data-save-status]")).to_have_text("Saved")
    assert pages.saved[-1]["title"] == "Sale"


def test_who_is_signed_out_is_not_told_that_it_was_saved(page: Page, site: str) -> None:
    page.goto("/form")
    page.get_by_label("Answer").fill("signed out")
    expect(page.locator("[data-save-status]")).to_contain_text("Couldn't save: You are signed out.")


def test_rows_grow_and_are_sent_with_their_numbers(page: Page, site: str) -> None:
    page.goto("/form")
    page.get_by_label("Header 3", exact=True).fill("X-New")
    expect(page.get_by_label("Header 4", exact=True)).to_be_visible()
    expect(page.locator("[data-save-status]")).to_have_text("Saved")
    sent = pages.saved[-1]
    assert (sent["headers.2.name"], sent["headers.2.enabled"]) == ("X-New", "on")
    assert "headers.1.enabled" not in sent


def test_removing_a_row_closes_the_gap(page: Page, site: str) -> None:
    page.goto("/form")
    page.locator("code-editor .cm-content").nth(3).wait_for()
    page.get_by_label("Remove header 1").click()
    expect(page.get_by_label("Header 1", exact=True)).to_have_value("B")
    expect(page.get_by_role("textbox", name="Value 1", exact=True)).to_have_text("{{ x }}")
    expect(page.locator("[data-save-status]")).to_have_text("Saved")
    assert pages.saved[-1]["headers.0.value"] == "{{ x }}"


def test_an_editor_writes_to_its_form(page: Page, site: str) -> None:
    page.goto("/form")
    expect(page.locator("code-editor:not(:has(.cm-content))")).to_have_count(0)
    page.get_by_label("Body").fill('{"a": 1}')
    expect(page.locator("[data-save-status]")).to_have_text("Saved")
    assert pages.saved[-1]["body.text"] == '{"a": 1}'


def test_a_one_line_editor_takes_no_line_breaks(page: Page, site: str) -> None:
    page.goto("/form")
    page.locator("#url .cm-content").wait_for()
    page.get_by_label("URL").press("End")
    page.keyboard.type("{{ user_id }}\n")
    expect(page.locator("[data-save-status]")).to_have_text("Saved")
    assert pages.saved[-1]["url"] == "https://example.com/{{ user_id }}"


def test_a_part_is_shown_and_sent_only_when_it_applies(page: Page, site: str) -> None:
    page.goto("/form")
    expect(page.get_by_label("Only for b")).to_be_hidden()
    page.get_by_text("B", exact=True).click()
    expect(page.get_by_label("Only for b")).to_be_visible()
    expect(page.locator("[data-save-status]")).to_have_text("Saved")
    assert pages.saved[-1]["only_b"] == "z"
    page.get_by_role("radiogroup", name="Kind").get_by_text("A", exact=True).click()
    expect(page.get_by_label("Only for b")).to_be_hidden()


def test_types_of_rows_come_and_go_with_the_kind(page: Page, site: str) -> None:
    page.goto("/form")
    expect(page.get_by_label("Type 1")).to_be_hidden()
    page.get_by_label("Pair 3", exact=True).fill("new")
    expect(page.locator("[data-save-status]")).to_have_text("Saved")
    assert not [name for name in pages.saved[-1] if name.endswith(".type")]
    page.get_by_text("B", exact=True).click()
    expect(page.get_by_label("Type 4")).to_be_visible()
    page.get_by_label("Pair 4", exact=True).fill("newer")
    expect(page.get_by_label("Type 5")).to_be_visible()


def test_a_problem_link_puts_the_cursor_in_its_field(page: Page, site: str) -> None:
    page.goto("/form")
    page.locator("code-editor .cm-content").nth(3).wait_for()
    page.get_by_role("link", name="Mend the header").click()
    expect(page.get_by_role("textbox", name="Value 2", exact=True)).to_be_focused()


def test_a_problem_link_opens_the_tab_of_its_field(page: Page, site: str) -> None:
    page.goto("/actions")
    page.get_by_role("link", name="Go deep").click()
    expect(page.get_by_label("Deep")).to_be_focused()
    expect(page.get_by_role("tab", name="Two")).to_have_attribute("aria-selected", "true")


def test_arrow_keys_move_between_tabs(page: Page, site: str) -> None:
    page.goto("/actions")
    page.get_by_role("tab", name="One").press("ArrowRight")
    expect(page.get_by_role("tab", name="Two")).to_be_focused()
    expect(page.get_by_text("First part")).to_be_hidden()


def test_typed_confirmation_and_focus_back_to_the_menu(page: Page, site: str) -> None:
    page.goto("/actions")
    page.get_by_role("button", name="Options").press("Enter")
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Delete…").click()
    confirm = page.get_by_role("button", name="Delete workspace")
    expect(confirm).to_be_disabled()
    page.get_by_label("Type Acme to confirm").fill("Acme")
    expect(confirm).to_be_enabled()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Options")).to_be_focused()


def test_the_focus_stays_where_people_went_before_the_browser_told_of_the_closing(page: Page, site: str) -> None:
    page.goto("/actions")
    page.get_by_role("button", name="More").click()
    page.get_by_role("dialog").evaluate("""
      dialog => new Promise(done => {
        dialog.addEventListener("close", done);
        dialog.close();
        document.querySelector("main [data-bs-toggle=dropdown]").focus();
      })
    """)
    expect(page.get_by_role("button", name="Options")).to_be_focused()


def test_a_form_asks_before_it_is_sent(page: Page, site: str) -> None:
    page.goto("/actions")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("dialog", name="Pause this run?")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Pause")).to_be_focused()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Pause run").click()
    expect(page.get_by_role("heading", name="Other page")).to_be_visible()


def test_answers_bring_toasts_and_problems(page: Page, site: str) -> None:
    page.goto("/actions")
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".toast-note")).to_contain_text("Template saved")
    expect(page.get_by_text("The URL has no host")).to_be_visible()
    expect(page.get_by_label("URL")).to_have_attribute("aria-invalid", "true")


def test_a_refusal_is_said_in_its_own_words(page: Page, site: str) -> None:
    page.goto("/actions")
    page.get_by_role("button", name="Refuse").click()
    expect(page.locator(".toast-bad")).to_contain_text("Webhook is off in this workspace.")
    page.get_by_role("button", name="Close message").click()
    expect(page.locator(".toast-note")).to_have_count(0)


def test_a_crash_is_said_in_words_and_shows_no_traceback(page: Page, site: str) -> None:
    page.goto("/actions")
    page.get_by_role("button", name="Crash").click()
    expect(page.locator(".toast-bad")).to_contain_text("Something went wrong on our side.")
    expect(page.get_by_text("Traceback")).to_have_count(0)


def test_an_invalid_form_is_shown_in_place(page: Page, site: str) -> None:
    page.goto("/actions")
    page.get_by_role("button", name="Invalid").click()
    expect(page.get_by_text("Choose a name")).to_be_visible()
    expect(page.locator(".toast-note")).to_have_count(0)


def test_a_drawer_has_its_own_address(page: Page, site: str) -> None:
    page.goto("/actions")
    page.get_by_role("button", name="Open Ada").click()
    expect(page.get_by_role("dialog", name="Ada Lovelace")).to_be_visible()
    expect(page).to_have_url(f"{site}/drawer")
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(page).to_have_url(f"{site}/actions")
    expect(page.get_by_role("button", name="Open Ada")).to_be_focused()


def test_a_message_of_the_last_page_is_shown(page: Page, site: str) -> None:
    page.goto("/told")
    expect(page.locator(".toast-ok")).to_contain_text("Campaign launched")


def test_the_theme_is_kept(page: Page, site: str) -> None:
    page.goto("/actions")
    page.get_by_role("button", name="Your account").click()
    page.get_by_text("Dark", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.goto("/other")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_copying(page: Page, site: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/actions")
    page.evaluate(NOTE_COPIED)
    page.get_by_role("button", name="Copy id").click()
    page.wait_for_function("window.copied")
    expect(page.locator(".is-copied")).to_have_count(0)
    assert page.evaluate("navigator.clipboard.readText()") == "ntf_01"


def test_the_sidebar_opens_on_a_phone(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/actions")
    sidebar = page.get_by_role("button", name="Your account")
    expect(sidebar).not_to_be_in_viewport()
    page.get_by_role("button", name="Open navigation").click()
    expect(sidebar).to_be_in_viewport()


def test_an_address_leaves_out_empty_filters(page: Page, site: str) -> None:
    """Where a list has saved views, no filter at all means all of its rows, not the default view."""
    page.goto("/patterns")
    filters = page.get_by_role("search", name="Filter")
    filters.get_by_role("button", name="Filter").click()
    expect(page).to_have_url(re.compile(r"/patterns\?view=all$"))
    filters.get_by_label("Search campaigns").fill("win")
    filters.get_by_role("button", name="Filter").click()
    expect(page).to_have_url(re.compile(r"/patterns\?q=win$"))
