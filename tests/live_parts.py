"""What somebody does in a part of a page that is fetched again and again, while it is."""

from playwright.sync_api import Locator, Page, expect


def fetched(page: Page, address: str) -> None:
    """Waits until the page has asked twice for what is new: then the first answer is shown."""
    for _ in range(2):
        with page.expect_response(address):
            pass


def keeps_the_focus(target: Locator, address: str) -> None:
    target.focus()
    fetched(target.page, address)
    expect(target).to_be_focused()


def press_slowly(target: Locator, address: str) -> None:
    """The button of the mouse is held until the part was fetched anew."""
    target.hover()
    target.page.mouse.down()
    fetched(target.page, address)
    target.page.mouse.up()
