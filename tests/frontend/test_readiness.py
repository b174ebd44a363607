"""The tests' own waiting, where scripts come late."""

from time import sleep

from playwright.sync_api import Page, Route, expect


def test_a_press_waits_for_the_scripts_of_the_next_page(page: Page, site: str) -> None:
    page.goto("/form")
    page.route("**/dist/app*.js*", slowly)
    page.evaluate("location.href = '/actions'")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("Checked")).to_be_visible()


def slowly(route: Route) -> None:
    answer = route.fetch()
    sleep(1)
    route.fulfill(response=answer)
