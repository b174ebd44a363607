"""A newcomer follows the four steps of Home and nothing else: from a new workspace to a webhook in the log."""

import time

import pytest
from playwright.sync_api import expect

from tests.browser.journey import ANSWER_WITHIN, Marketer

MOST_CLICKS = 6
MOST_SECONDS = 300
FIGURES_WITHIN = 180


@pytest.fixture
def nina(page, product):
    product.receiver.reset()
    return Marketer(page, product)


class Clicks:
    """Presses buttons and links by name, and counts."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def __call__(self, name, role="button"):
        self.page.get_by_role(role, name=name, exact=True).first.click()
        self.count += 1


def test_four_steps_lead_to_a_delivered_webhook_in_the_log(nina, page, product):
    began = time.monotonic()
    nina.sign_up("Nina")
    nina.create_workspace("First things")
    click = Clicks(page)
    expect(page.get_by_text("0 of 4 done")).to_be_visible()
    click("Switch Webhook on")
    expect(page.get_by_text("1 of 4 done")).to_be_visible()
    click("Load sample people")
    expect(page.get_by_text("2 of 4 done")).to_be_visible()
    click("Build a first campaign")
    expect(page.get_by_text("Renders cleanly for")).to_be_visible(timeout=ANSWER_WITHIN)
    click("Send test")
    expect(page.get_by_text("Delivered", exact=True).first).to_be_visible(timeout=ANSWER_WITHIN)
    click("Details in the log", role="link")
    expect(page.get_by_text("Delivered", exact=True).first).to_be_visible()
    sent = product.receiver.received()["last"][-1]["body"]
    assert '"message":"Hi ' in sent.replace(": ", ":")
    assert "{{" not in sent
    nina.open("Home")
    expect(page.get_by_text("Four steps to your first webhook")).to_be_hidden()
    expect(page.get_by_role("region", name="Campaigns by state")).to_be_visible()
    figures_count_it(page)
    assert click.count <= MOST_CLICKS
    assert time.monotonic() - began < MOST_SECONDS


def figures_count_it(page):
    """The product's own beat and worker keep the figures of Home."""
    delivered = page.get_by_role("link", name="Delivered 1")
    deadline = time.monotonic() + FIGURES_WITHIN
    while not delivered.count() and time.monotonic() < deadline:
        page.wait_for_timeout(1_000)
        page.reload()
    expect(delivered).to_be_visible()
    expect(page.get_by_role("img", name="1 delivered, 0 failed")).to_be_visible()
