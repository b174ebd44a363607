"""*Send test* and the inspector of its answer beside the content, against a destination that really answers."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.journey import ANSWER_WITHIN, Marketer
from tests.browser.test_journey import start

MASK = "••••"


@pytest.fixture
def mara(page, product):
    product.receiver.reset()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return Marketer(page, product)


def write_header(page, name, value):
    page.get_by_role("tab", name="Headers").click()
    page.get_by_label("Header 1", exact=True).fill(name)
    headers = page.get_by_role("group", name="Headers")
    expect(headers.locator("code-editor:not(:has(.cm-content))")).to_have_count(0)
    headers.get_by_role("textbox", name="Value 1").fill(value)


def test_the_answer_is_read_beside_the_content(mara, page, product):
    start(mara, "Inspectors")
    mara.create_campaign("Win-back")
    mara.step("Content")
    mara.write_content(url=f"{product.receiver.url}/422", message="Hi", pairs={"text": "{{ message }}"})
    write_header(page, "Authorization", "Bearer sk_live_51abcdef")
    mara.saved()
    page.get_by_role("button", name="Send test").click()
    expect(page.get_by_role("tab", name="Test response")).to_have_attribute("aria-selected", "true")
    answer = page.get_by_role("tabpanel", name="Test response")
    an_answer_is_inspected(answer)
    its_request_is_copied(page, answer, product)
    mara.editor("URL").fill(f"{product.receiver.url}/200")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(answer.get_by_text("Delivered", exact=True).first).to_be_visible(timeout=ANSWER_WITHIN)
    expect(answer.get_by_text("200", exact=True)).to_be_visible()
    answer.get_by_role("link", name="Details in the log").click()
    expect(page.get_by_role("main").get_by_text("u-1").first).to_be_visible()


def an_answer_is_inspected(answer):
    expect(answer.get_by_text("422", exact=True)).to_be_visible(timeout=ANSWER_WITHIN)
    expect(answer.get_by_text("for u-1")).to_be_visible()
    expect(answer.get_by_text("The destination says: One field is not valid.")).to_be_visible()
    expect(answer.get_by_text(re.compile(r"^[\d,.]+ ms$")).first).to_be_visible()
    expect(answer.get_by_text(re.compile(r"^\d+\sbytes$")).first).to_be_visible()
    phases = answer.get_by_role("list", name="Phases of the request").get_by_role("listitem")
    expect(phases.filter(has_text="Rest of the answer")).to_be_visible()
    expect(answer.get_by_role("term").filter(has_text=re.compile("content-type", re.IGNORECASE))).to_be_visible()
    body = answer.get_by_role("region", name="response body")
    expect(body).to_contain_text('"email": "This is not an e-mail address."')
    assert len(body.inner_text().splitlines()) > 5


def its_request_is_copied(page, answer, product):
    answer.get_by_role("button", name="Copy as cURL").click()
    expect(page.locator("#toasts-live")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"curl --globoff --path-as-is -X POST {product.receiver.url}/422")
    assert "sk_live_51abcdef" not in copied
    assert MASK in copied
    [sent] = product.receiver.received()["last"]
    assert sent["body"] in copied
