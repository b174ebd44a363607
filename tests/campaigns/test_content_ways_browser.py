"""Ways into Content: a pasted command, a fallback with one click, another kind of body, a secret out of place."""

from playwright.sync_api import Page, expect

from audience.models import Profile
from templates_lib.content import JsonPair, JsonPairsBody
from tests.campaigns.test_content_browser import content, opened, saved  # noqa: F401

CURL = """curl -X PUT 'https://crm.example.com/people?source=web' -H 'X-Team: growth' \\
  -H 'Content-Type: application/json' -d '{"name": "Zoë"}'"""


def messages(page: Page):
    return page.get_by_role("region", name="Messages")


def test_a_pasted_curl_command_fills_the_request_and_is_taken_back(visit, content) -> None:  # noqa: F811
    campaign = content(body=JsonPairsBody(pairs=(JsonPair(name="id", value="{{ user_id }}"),)))
    page = opened(visit, campaign)
    page.get_by_role("button", name="Paste cURL").click()
    dialog = page.get_by_role("dialog", name="Paste cURL")
    expect(dialog.get_by_label("cURL command")).to_be_focused()
    dialog.get_by_label("cURL command").fill("wget https://crm.example.com")
    dialog.get_by_role("button", name="Fill from cURL").click()
    expect(dialog.get_by_label("cURL command")).to_have_attribute("aria-invalid", "true")
    dialog.get_by_label("cURL command").fill(CURL)
    dialog.get_by_role("button", name="Fill from cURL").click()
    expect(messages(page).get_by_role("button", name="Undo")).to_be_visible()
    campaign.refresh_from_db()
    assert (campaign.content.method, campaign.content.url) == ("PUT", "https://crm.example.com/people")
    page.get_by_role("tab", name="Headers").click()
    expect(page.get_by_role("combobox", name="Header 1", exact=True)).to_have_value("X-Team")
    messages(page).get_by_role("button", name="Undo").click()
    expect(messages(page).get_by_text("The request is what it was before.")).to_be_visible()
    campaign.refresh_from_db()
    assert campaign.content.url == "https://api.example.com/{{ user_id }}"


def test_a_value_that_people_lack_gets_its_fallback_with_one_click(visit, content, workspace) -> None:  # noqa: F811
    Profile.objects.create(workspace=workspace, user_id="u-2")
    campaign = content(body=JsonPairsBody(pairs=(JsonPair(name="name", value="{{ first_name }}"),)))
    page = opened(visit, campaign)
    add = page.get_by_role("button", name="Add fallback")
    expect(add).to_be_visible()
    expect(
        page.get_by_text("first_name has no fallback: 1 person in the audience lacks it and is skipped.")
    ).to_be_visible()
    add.click()
    values = page.get_by_role("group", name="Body values")
    expect(values.get_by_role("textbox", name="Value 1")).to_contain_text("default(")
    assert "default(" in saved(page, campaign).body.pairs[0].value
    expect(add).to_have_count(0)


def test_a_multipart_body_is_written_and_shown_in_the_preview(visit, content) -> None:  # noqa: F811
    campaign = content()
    page = opened(visit, campaign)
    page.get_by_text("Multipart", exact=True).click()
    parts = page.get_by_role("group", name="Body values")
    parts.get_by_role("textbox", name="Name 1").fill("who")
    parts.get_by_role("textbox", name="Value 1").fill("{{ user_id }}")
    expect(page.get_by_role("tabpanel", name="Preview")).to_contain_text("multipart/form-data")
    found = saved(page, campaign)
    assert found.body.kind == "multipart"


def test_a_secret_in_a_header_is_warned_of(visit, content) -> None:  # noqa: F811
    page = opened(visit, content())
    page.get_by_role("tab", name="Headers").click()
    page.get_by_role("combobox", name="Header 1", exact=True).fill("Authorization")
    headers = page.get_by_role("tabpanel", name="Headers")
    headers.get_by_role("textbox", name="Value 1").fill("Bearer abc123")
    expect(headers.get_by_text("“Authorization” looks like a secret that everyone")).to_be_visible()
