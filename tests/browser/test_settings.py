"""An owner sets a workspace up: channels, connections, members, tokens."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.journey import PASSWORD, Marketer
from tests.product import Product
from tests.readiness import waits_until_ready


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complained of: refused by the CSP, script errors, missing files."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture
def marketer(page: Page, product: Product) -> Marketer:
    someone = Marketer(page, product)
    someone.sign_up("Olivia")
    someone.create_workspace("Acme")
    return someone


def test_webhook_is_switched_on_and_off(marketer, page, complaints):
    marketer.open("Settings", "Channels", "Manage Channels")
    switch = page.get_by_role("switch", name="Webhook")
    expect(switch).not_to_be_checked()
    switch.click()
    expect(page.get_by_text("Switched on by Olivia")).to_be_visible()
    switch.click()
    expect(page.get_by_text("Switched off by Olivia")).to_be_visible()
    expect(page.get_by_text("While Webhook is off")).to_be_visible()
    assert complaints == []


def test_a_connection_is_made_and_its_secret_never_seen_again(marketer, page, complaints):
    marketer.open("Settings", "Connections")
    page.get_by_role("link", name="New connection").first.click()
    page.get_by_label("Name", exact=True).fill("CRM")
    page.get_by_label("Origin").fill("https://API.example.com")
    expect(page.get_by_label("Secret", exact=True)).to_be_hidden()
    page.get_by_label("How to sign in there").select_option(label="Bearer token")
    page.get_by_label("Secret", exact=True).fill("s3cret-token")
    page.get_by_role("button", name="Save connection").click()
    page.get_by_role("link", name="CRM").click()
    page.get_by_label("Parts of this connection").get_by_role("link", name="Settings").click()
    expect(page.get_by_label("Origin")).to_have_value("https://api.example.com")
    expect(page.get_by_label("Replace the secret")).to_have_value("")
    assert "s3cret" not in page.content()
    assert complaints == []


def test_a_connection_is_tested_before_anything_is_sent(marketer, page, product, complaints):
    page_of_connection(marketer, product.receiver.url)
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_role("main").get_by_text("Answered 200 in")).to_be_visible()
    expect(page.get_by_text("It can be reached, and takes the request.")).to_be_visible()
    assert complaints == []


def test_a_test_of_a_connection_says_what_is_wrong(marketer, page, product):
    host = product.receiver.url.rpartition(":")[0]
    page_of_connection(marketer, f"{host}:9")
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_role("alert")).to_contain_text("Blocked")
    page.get_by_label("Origin").fill(product.receiver.url)
    expect(page.get_by_role("button", name="Test connection")).to_be_disabled()
    page.get_by_role("button", name="Save connection").click()
    row = page.get_by_role("row", name="CRM")
    row.get_by_role("button", name="Options").click()
    row.get_by_role("button", name="Test connection").click()
    expect(page.get_by_role("main").get_by_text("Answered 200 in")).to_be_visible()


def page_of_connection(marketer, origin):
    """Makes the connection CRM and opens its settings."""
    marketer.add_connection(name="CRM", origin=origin, at_once=4)
    marketer.page.get_by_role("link", name="CRM").click()
    marketer.page.get_by_label("Parts of this connection").get_by_role("link", name="Settings").click()


def test_somebody_joins_by_the_link_that_was_copied(marketer, page, product, new_context):
    marketer.open("Settings", "Members")
    page.get_by_role("button", name="Invite").click()
    page.get_by_label("E-mail address").fill("nina@example.com")
    page.get_by_role("button", name="Create invitation").click()
    link = page.locator("[data-copy*='/invitations/']").first.get_attribute("data-copy")
    theirs = new_context().new_page()
    waits_until_ready(theirs)
    theirs.goto(link)
    theirs.get_by_role("link", name="Create an account").click()
    expect(theirs.get_by_label("E-mail address")).to_have_value("nina@example.com")
    theirs.get_by_label("Your name").fill("Nina")
    theirs.get_by_label("Password").fill(PASSWORD)
    theirs.get_by_role("button", name="Sign up").click()
    theirs.get_by_role("button", name="Join workspace").click()
    expect(theirs.get_by_role("heading", level=1)).to_be_visible()
    theirs.close()
    page.reload()
    expect(page.get_by_role("row", name="Nina")).to_contain_text("Marketer")


def test_a_token_is_shown_once_and_opens_the_api(marketer, page, complaints):
    marketer.open("Settings", "API tokens")
    page.get_by_role("button", name="Create token").first.click()
    dialog = page.get_by_role("dialog", name="Create an API token")
    dialog.get_by_label("Name").fill("Warehouse")
    dialog.get_by_role("button", name="Create token").click()
    text = page.locator(".copyable code").inner_text()
    answer = page.request.get("/api/v1/me", headers={"Authorization": f"Bearer {text}"})
    assert answer.json()["workspace"]["name"] == "Acme"
    page.goto(page.url)
    expect(page.get_by_text("Never").or_(page.get_by_text("just now")).first).to_be_visible()
    assert text not in page.content()
    page.get_by_role("link", name="API reference").click()
    expect(page.get_by_text("The token's workspace and role", exact=True)).to_be_visible()
    assert complaints == []


def test_the_demo_login_works_as_printed(page, product):
    page.goto(f"{product.url}/")
    page.get_by_label("E-mail address").fill("demo@example.com")
    page.get_by_label("Password").fill("demo-webhooks")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Home", exact=True)).to_be_visible()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Campaigns").click()
    expect(page.get_by_role("link", name="Welcome to the new plan")).to_be_visible()
