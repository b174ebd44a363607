"""The journey of product.md from sign-up to the second campaign, as a marketer walks it."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.journey import ANSWER_WITHIN, Marketer

NASTY_NAME = 'Zoë "Z" O\'Neil \\ <b>'


@pytest.fixture
def mara(page, product):
    product.receiver.reset()
    return Marketer(page, product)


def bodies(product, path):
    requests = product.receiver.received()["requests"]
    return [json.loads(request["body"]) for request in requests if request["path"] == path]


def test_from_sign_up_to_the_second_campaign(mara, page, product):
    mara.sign_up()
    mara.create_workspace("Acme travel")
    mara.switch_webhook_on()
    mara.add_profile(user_id="u-1", first_name=NASTY_NAME, test_user=True)

    # A wrong address first: the log says why.
    mara.create_campaign("Win-back")
    mara.step("Content")
    mara.write_content(
        url=f"{product.receiver.url}/404",
        message="Hi {{ first_name }}, come back!",
        pairs={"id": "{{ user_id }}", "text": "{{ message }}"},
    )
    expect(page.get_by_text("Renders cleanly for")).to_be_visible(timeout=ANSWER_WITHIN)
    mara.launch()
    mara.open_details("Win-back", "u-1")
    expect(page.get_by_text("404").first).to_be_visible()
    expect(page.get_by_text("Failed").first).to_be_visible()

    # Corrected, tested, launched again: delivered, the name intact.
    mara.open("Campaigns", "Existing campaigns")
    page.get_by_role("link", name="Win-back", exact=True).click()
    mara.step("Content")
    mara.editor("URL").fill(f"{product.receiver.url}/200")
    mara.saved()
    page.get_by_role("button", name="Send test").click()
    expect(page.get_by_role("link", name="Details in the log")).to_be_visible(timeout=ANSWER_WITHIN)
    mara.launch()
    assert {"id": "u-1", "text": f"Hi {NASTY_NAME}, come back!"} in bodies(product, "/200")

    # Saved as a template, everything but the message text; used in a second campaign.
    mara.open("Campaigns", "Existing campaigns")
    mara.options_of("Win-back")
    page.get_by_role("button", name="Save as template").click()
    page.get_by_label("Template name").fill("CRM message")
    page.get_by_role("button", name="Save template").click()
    expect(page.get_by_role("heading", name="CRM message")).to_be_visible()
    mara.create_campaign("Second")
    mara.step("Content")
    page.get_by_role("button", name="Use a template").click()
    page.get_by_role("radio", name="CRM message").check()
    page.get_by_role("button", name="Use template").click()
    expect(page.get_by_text("Filled from “CRM message”")).to_be_visible()
    assert not mara.editor("Message text").inner_text().strip()
    mara.editor("Message text").fill("Second hello")
    mara.saved()
    mara.launch()
    assert {"id": "u-1", "text": "Second hello"} in bodies(product, "/200")


def test_while_webhook_is_off_it_is_not_offered(mara, page):
    mara.sign_up("Nils")
    mara.create_workspace("Off")
    mara.open("Campaigns", "Create Campaign")
    page.get_by_label("Campaign name").fill("Too early")
    page.get_by_role("button", name="Create Campaign").click()
    expect(page.get_by_text("Webhook is off in this workspace")).to_be_visible()
    expect(page.get_by_role("radio", name="Webhook")).to_have_count(0)
