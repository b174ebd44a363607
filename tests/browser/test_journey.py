"""The journey of product.md from sign-up to the second campaign, as a marketer walks it."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.journey import ANSWER_WITHIN, Marketer

NASTY_NAME = 'Zoë "Z" O\'Neil \\ <b>'


@pytest.fixture
def mara(page, product):
    product.receiver.reset()
    return Marketer(page, product)


def bodies(product, path):
    """The JSON bodies that the receiver was sent at a path."""
    requests = product.receiver.received()["last"]
    return [json.loads(request["body"]) for request in requests if request["target"] == path]


def start(mara, workspace):
    """Signed up, Webhook on, with one person whose name breaks careless senders."""
    mara.sign_up()
    mara.create_workspace(workspace)
    mara.switch_webhook_on()
    mara.add_profile(user_id="u-1", first_name=NASTY_NAME, test_user=True)


def test_from_sign_up_to_the_second_campaign(mara, page, product):
    start(mara, "Acme travel")
    a_wrong_address_is_explained(mara, page, product)
    corrected_it_arrives(mara, page, product)
    its_template_fills_a_second_campaign(mara, page, product)


def a_wrong_address_is_explained(mara, page, product):
    mara.create_campaign("Win-back")
    mara.step("Content")
    mara.write_content(
        url=f"{product.receiver.url}/404",
        message="Hi {{ first_name }}, come back!",
        pairs={"id": "{{ user_id }}", "text": "{{ message }}"},
    )
    expect(page.get_by_text("Renders cleanly for")).to_be_visible(timeout=ANSWER_WITHIN)
    mara.step("Audience")
    page.get_by_role("radio", name="Test users").check()
    mara.saved()
    expect(page.get_by_role("region", name="Recipients").get_by_text("u-1")).to_be_visible()
    mara.launch()
    mara.run_is("Completed")
    expect(mara.ledger).to_have_accessible_name("0 delivered, 1 failed, 0 skipped, 0 cancelled, 0 pending")
    details = mara.open_details("Win-back", "u-1")
    expect(details.get_by_role("heading", name=NASTY_NAME)).to_be_visible()
    expect(details.get_by_text("Failed", exact=True).first).to_be_visible()
    expect(details.get_by_text("404").first).to_be_visible()
    expect(details.get_by_role("status").get_by_text("not found", exact=False).first).to_be_visible()
    expect(details.get_by_text("There is no such resource.").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(details).to_have_count(0)


def corrected_it_arrives(mara, page, product):
    mara.open_campaign("Win-back")
    mara.step("Content")
    mara.editor("URL").fill(f"{product.receiver.url}/200")
    mara.saved()
    page.get_by_role("button", name="Send test").click()
    expect(page.get_by_role("link", name="Details in the log")).to_be_visible(timeout=ANSWER_WITHIN)
    mara.launch()
    mara.run_is("Completed")
    expect(mara.ledger).to_have_accessible_name("1 delivered, 0 failed, 0 skipped, 0 cancelled, 0 pending")
    # The test and the launch.
    assert bodies(product, "/200") == [{"id": "u-1", "text": f"Hi {NASTY_NAME}, come back!"}] * 2


def its_template_fills_a_second_campaign(mara, page, product):
    mara.open("Campaigns", "Existing campaigns")
    mara.options_of("Win-back")
    page.get_by_role("button", name="Save as template").click()
    page.get_by_label("Template name").fill("CRM message")
    page.get_by_role("button", name="Save template").click()
    expect(page.get_by_role("heading", name="CRM message")).to_be_visible()
    mara.create_campaign("Second")
    mara.step("Content")
    use_template(page, "CRM message")
    expect(page.locator("[name=message_text]")).to_have_value("")
    mara.editor("Message text").fill("Second hello")
    mara.saved()
    # Chosen again: the request is the template's, the message written meanwhile stays.
    use_template(page, "CRM message")
    expect(mara.editor("Message text")).to_have_text("Second hello")
    mara.launch()
    mara.run_is("Completed")
    assert bodies(product, "/200")[-1] == {"id": "u-1", "text": "Second hello"}


def use_template(page, name):
    page.get_by_role("button", name="Use a template").click()
    page.get_by_role("radio", name=name).check()
    page.get_by_role("button", name="Use template").click()
    messages = page.get_by_role("region", name="Messages")
    expect(messages.get_by_text(f"Filled from “{name}”")).to_be_visible()


def test_send_later_is_shown_until_it_is_taken_off(mara, page, product):
    start(mara, "Later")
    mara.create_campaign("Next week")
    mara.step("Content")
    mara.write_content(url=f"{product.receiver.url}/200", message="Hello", pairs={"text": "{{ message }}"})
    mara.step("Schedule")
    day = (datetime.now(UTC) + timedelta(days=7)).date()
    page.get_by_role("radio", name="Send later").check()
    page.get_by_label("Date", exact=True).fill(day.isoformat())
    page.get_by_label("Time", exact=True).fill("09:30")
    page.get_by_label("Time zone").select_option("Europe/Vienna")
    mara.saved()
    mara.step("Review & launch")
    page.get_by_role("button", name="Schedule").click()
    page.get_by_role("dialog").get_by_role("button", name="Schedule").click()
    words = f"{day:%A} {day.day} {day:%B %Y}, 09:30 Europe/Vienna time"
    mara.step("Schedule")
    expect(page.get_by_text(f"Scheduled for {words}")).to_be_visible()
    mara.open("Campaigns", "Existing campaigns")
    expect(page.get_by_role("row", name="Next week").get_by_text("Scheduled", exact=True)).to_be_visible()
    mara.open_campaign("Next week")
    mara.step("Schedule")
    page.get_by_role("button", name="Take off the schedule").click()
    expect(page.get_by_text("Draft", exact=True)).to_be_visible()
    assert product.receiver.received()["last"] == []


def test_a_run_is_paused_resumed_and_stopped(mara, page, product, tmp_path):
    start(mara, "Slow")
    # One after the other they take two minutes: a slow hand comes in time, too.
    (tmp_path / "more.csv").write_text("user_id\n" + "".join(f"u-{number}\n" for number in range(2, 41)))
    mara.import_file(tmp_path / "more.csv")
    expect(page.get_by_text("Done", exact=True).first).to_be_visible(timeout=ANSWER_WITHIN)
    mara.add_connection(name="One at a time", origin=product.receiver.url, at_once=1)
    mara.create_campaign("Slowly")
    mara.step("Content")
    mara.write_content(url=f"{product.receiver.url}/slow?ms=3000", message="Hello", pairs={"text": "{{ message }}"})
    mara.choose_connection("One at a time")
    mara.launch()
    page.get_by_role("button", name="Pause").click()
    mara.run_is("Paused")
    page.get_by_role("button", name="Resume").click()
    mara.run_is("Running")
    expect(mara.ledger).to_have_accessible_name(re.compile(r"^[1-9]\d* delivered"), timeout=ANSWER_WITHIN)
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop run").click()
    mara.run_is("Stopped")
    delivered = len(product.receiver.received()["last"])
    expect(mara.ledger).to_have_accessible_name(
        f"{delivered} delivered, 0 failed, 0 skipped, {40 - delivered} cancelled, 0 pending"
    )


def test_while_webhook_is_off_it_is_not_offered(mara, page):
    mara.sign_up("Nils")
    mara.create_workspace("Off")
    mara.open("Campaigns", "Create Campaign")
    page.get_by_label("Campaign name").fill("Too early")
    page.get_by_role("button", name="Create Campaign").click()
    expect(page.get_by_text("Webhook is off in this workspace")).to_be_visible()
    expect(page.get_by_role("radio", name="Webhook")).to_have_count(0)
