"""What somebody sees when the server or the network fails, and that they can go on."""

from playwright.sync_api import Page, Route, expect

from tests.frontend import pages


def test_what_failed_is_tried_again_from_its_message(page: Page, site: str) -> None:
    page.goto("/actions")
    page.get_by_role("button", name="Flaky").click()
    note = page.locator(".toast-bad")
    expect(note).to_contain_text("Something went wrong on our side.")
    note.get_by_role("button", name="Retry").click()
    expect(page.get_by_text("There it is")).to_be_visible()
    expect(note).to_have_count(0)
    assert [one["path"] for one in pages.saved] == ["/flaky?page=2"] * 2


def test_a_refusal_is_not_tried_again(page: Page, site: str) -> None:
    page.goto("/actions")
    page.get_by_role("button", name="Refuse").click()
    expect(page.locator(".toast-bad")).to_be_visible()
    expect(page.get_by_role("button", name="Retry")).to_have_count(0)


def test_a_network_that_is_gone_is_said_and_tried_again(page: Page, site: str) -> None:
    page.goto("/actions")
    page.route("**/toast", lambda route: route.abort())
    page.get_by_role("button", name="Check").click()
    note = page.locator(".toast-bad")
    expect(note).to_contain_text("The server can't be reached.")
    page.unroute("**/toast")
    note.get_by_role("button", name="Retry").click()
    expect(page.locator(".toast-ok")).to_contain_text("Template saved")


def test_being_offline_is_said_until_it_is_over(page: Page, site: str) -> None:
    page.goto("/actions")
    page.context.set_offline(True)
    expect(page.locator(".toast-bad")).to_contain_text("You are offline.")
    with page.expect_event("requestfailed", lambda asked: asked.url.endswith("/toast")):
        page.get_by_role("button", name="Check").click()
    expect(page.locator(".toast-bad")).to_have_count(1)
    page.context.set_offline(False)
    expect(page.locator(".toast-ok")).to_contain_text("You are online again.")
    expect(page.locator(".toast-bad")).to_have_count(0)


def test_polling_fails_in_silence(page: Page, site: str) -> None:
    with page.expect_response("**/crash"):
        page.goto("/actions")
    with page.expect_response("**/crash"):
        pass
    expect(page.locator(".toast-note")).to_have_count(0)


def test_the_same_failure_is_said_once(page: Page, site: str) -> None:
    page.goto("/actions")
    for _ in range(3):
        with page.expect_response("**/crash"):
            page.get_by_role("button", name="Crash").click()
    expect(page.locator(".toast-bad")).to_have_count(1)


def test_a_slow_answer_is_shown_to_be_on_its_way(page: Page, site: str) -> None:
    page.goto("/actions")
    waiting: list[Route] = []
    page.route("**/toast", lambda route: waiting.append(route))
    page.get_by_role("button", name="Check").click()
    expect(page.locator("body.is-waiting")).to_have_count(1)
    waiting[0].continue_()
    expect(page.locator("body.is-waiting")).to_have_count(0)


def test_paper_shows_the_page_alone_in_ink(page: Page, site: str) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.goto("/actions")
    expect(page.get_by_role("heading", name="Actions")).to_be_visible()
    expect(page.locator("#side")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_a_menu_that_scrolls_shows_its_current_entry(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/steps")
    expect(page.get_by_role("navigation", name="Steps").locator("[aria-current]")).to_be_in_viewport(ratio=0.95)
