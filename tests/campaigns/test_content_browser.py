"""Content as people use it: rows as text, pasted lines, words moved to the message text, completion."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from audience.models import Profile
from campaigns.models import Campaign
from notifications.models import Run
from templates_lib.content import JsonPair, JsonPairsBody, Pair, RawBody, WebhookContent
from tests.browser.axe import flaws
from tests.campaigns.browsing import shot
from tests.notifications.ledger import notification_made
from tests.readiness import waits_until_ready

HEADERS = (
    Pair(name="X-Source", value="campaign: spring"),
    Pair(name="X-Off", value="# not a comment", enabled=False),
    Pair(name="X-Person", value='{{ first_name | default("you: # there") }}'),
)
PAIRS = (
    JsonPair(name="points", value="{{ points | default(5) }}", type="number"),
    JsonPair(name="og:title (number)", value="  spaces  ", type="text"),
    JsonPair(name="#tag\\", value='{"a": [1, 2]}', type="json", enabled=False),
    JsonPair(name="two lines", value="first\nsecond\n\nfourth"),
    JsonPair(name="empty", value=""),
)


@pytest.fixture
def content(transactional_db, campaign: Campaign):
    def written(**parts) -> Campaign:
        campaign.content = WebhookContent(url="https://api.example.com/{{ user_id }}", **parts)
        campaign.save()
        return campaign

    return written


def opened(visit: Any, campaign: Campaign) -> Any:
    page = visit(f"/w/acme/campaigns/{campaign.pk}/content/")
    expect(page.locator("code-editor:not(:has(.cm-content))")).to_have_count(0)
    return page


def saved(page: Page, campaign: Campaign) -> Any:
    """What is stored once the page says so."""
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    campaign.refresh_from_db()
    return campaign.content


def paste(page: Page, text: str) -> None:
    """As ⌘V does, into what has the focus."""
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
            document.activeElement.dispatchEvent(event);
        }""",
        text,
    )


def test_rows_become_text_and_rows_again_without_a_loss(visit, content) -> None:
    campaign = content(headers=HEADERS, body=JsonPairsBody(pairs=PAIRS))
    before = campaign.content
    page = opened(visit, campaign)
    bulk = page.get_by_role("switch", name="Bulk edit of body values")
    bulk.check()
    text = page.get_by_role("textbox", name="Body values as text")
    expect(text).to_have_value(
        "points (number): {{ points | default(5) }}\n"
        "og\\:title \\(number):   spaces  \n"
        '# \\#tag\\\\ (json): {"a": [1, 2]}\n'
        "two lines: first\n  second\n  \n  fourth\n"
        "empty: "
    )
    assert flaws(page, "#content-form") == []
    shot(page, "bulk-1440")
    text.fill(text.input_value() + "\nnew (boolean): true")
    bulk.uncheck()
    expect(page.get_by_role("textbox", name="Name 6")).to_have_value("new")
    found = saved(page, campaign)
    assert found.body.pairs == (*PAIRS, JsonPair(name="new", value="true", type="boolean"))
    assert found.headers == before.headers


def test_lines_that_can_not_be_read_are_told_and_nothing_is_lost(visit, content) -> None:
    campaign = content(headers=HEADERS)
    page = opened(visit, campaign)
    page.get_by_role("tab", name="Headers").click()
    bulk = page.get_by_role("switch", name="Bulk edit of headers")
    bulk.check()
    text = page.get_by_role("textbox", name="Headers as text")
    text.fill("X-A: 1\nno colon here\n// X-B: 2\n: nameless\nX-C:3")
    problems = page.get_by_role("status", name="Lines to mend").filter(visible=True)
    expect(problems).to_contain_text("Line 2 has no colon: write name: value.")
    expect(problems).to_contain_text("Line 4 has no name before its colon.")
    bulk.click()
    expect(bulk).to_be_checked()
    expect(text).to_be_focused()
    assert text.evaluate("area => area.value.slice(area.selectionStart, area.selectionEnd)") == "no colon here"
    text.fill("X-A: 1\n// X-B: 2\nX-C:3")
    bulk.click()
    expect(text).to_be_hidden()
    expect(page.get_by_role("combobox", name="Header 3")).to_have_value("X-C")
    found = saved(page, campaign).headers
    assert [(pair.name, pair.value, pair.enabled) for pair in found] == [
        ("X-A", "1", True),
        ("X-B", "2", False),
        ("X-C", "3", True),
    ]


def test_pasted_header_lines_are_offered_as_rows(visit, content) -> None:
    campaign = content(headers=HEADERS[:1])
    page = opened(visit, campaign)
    page.get_by_role("tab", name="Headers").click()
    page.get_by_role("combobox", name="Header 2").focus()
    paste(page, "Accept: application/json\r\nX-Request-Id: 7\r\n")
    expect(page.get_by_text("That reads like 2 rows.")).to_be_visible()
    shot(page, "paste-1440")
    page.get_by_role("button", name="Add 2 rows").click()
    expect(page.get_by_role("combobox", name="Header 3")).to_have_value("X-Request-Id")
    assert [pair.name for pair in saved(page, campaign).headers] == ["X-Source", "Accept", "X-Request-Id"]
    page.get_by_role("combobox", name="Header 4").focus()
    paste(page, "https://a.example\nhttps://b.example")
    expect(page.get_by_text("That reads like")).to_have_count(0)


@pytest.mark.parametrize("kind", ["raw", "pairs"])
def test_words_in_the_body_move_to_the_message_text_and_back(visit, content, kind) -> None:
    words = 'Hi {{ first_name | default("you") }}, your "table" is ready'
    inner = json.dumps('Hi X, your "table" is ready')[1:-1].replace("X", '{{ first_name | default("you") }}')
    bodies = {
        "raw": RawBody(text='{\n  "text": "' + inner + '"\n}'),
        "pairs": JsonPairsBody(pairs=(JsonPair(name="text", value=words),)),
    }
    campaign = content(body=bodies[kind])
    before = campaign.content
    page = opened(visit, campaign)
    warning = page.locator(".field-error", has_text="won't be left out of a template").filter(visible=True)
    expect(warning).to_be_visible()
    shot(page, f"words-{kind}-1440")
    warning.get_by_role("button", name="Move to message text").click()
    expect(page.get_by_text("Moved to Message text").first).to_be_visible()
    page.get_by_role("button", name="Undo").focus()  # the message stays while somebody is in it
    expect(warning).to_have_count(0)
    found = saved(page, campaign)
    assert found.message_text == words
    assert (found.body.text if kind == "raw" else found.body.pairs[0].value).count("{{ message }}") == 1
    page.get_by_role("button", name="Undo").click()
    expect(warning).to_be_visible()
    assert saved(page, campaign) == before


def test_selected_words_move_by_key_unless_the_message_text_is_taken(visit, content) -> None:
    campaign = content(parameters=(Pair(name="note", value="come soon"),))
    page = opened(visit, campaign)
    page.get_by_role("textbox", name="Value 1").first.click()
    page.keyboard.press("ControlOrMeta+a")
    expect(page.get_by_role("button", name="Move to message text")).to_be_visible()
    shot(page, "selection-1440")
    page.keyboard.press("ControlOrMeta+Shift+M")
    found = saved(page, campaign)
    assert (found.message_text, found.parameters[0].value) == ("come soon", "{{ message }}")
    page.get_by_role("textbox", name="Value 1").first.click()
    page.keyboard.press("End")
    page.keyboard.type(" and bring friends")
    page.keyboard.press("ControlOrMeta+Shift+ArrowLeft")
    page.get_by_role("button", name="Move to message text").click()
    expect(page.get_by_text("Message text has words already").first).to_be_visible()


def test_completion_shows_the_chosen_person_s_values(visit, content) -> None:
    campaign = content()
    grace = Profile.objects.create(
        workspace=campaign.workspace, user_id="u-2", first_name="Grace", attributes={"address": {"city": "Wien"}}
    )
    page = opened(visit, campaign)
    expect(page.get_by_text("Renders cleanly")).to_be_visible()
    page.get_by_role("combobox", name="Preview as").select_option(str(grace.pk))
    expect(page.get_by_text("Renders cleanly for Grace")).to_be_visible()
    page.get_by_role("textbox", name="Message text").click()
    page.keyboard.type("Hi {{ fir")
    option = page.get_by_role("option", name="first_name")
    expect(option).to_contain_text("Grace")
    shot(page, "completion-1440")
    page.keyboard.press("Escape")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("{{ address.c")
    expect(page.get_by_role("option", name="city")).to_contain_text("Wien")
    page.keyboard.press("Escape")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("{{ points | curr")
    expect(page.get_by_role("option", name="currency")).to_contain_text("filter")


def test_format_changes_no_value(visit, content) -> None:
    tags = '"t":"{{ first_name | default("x, {}") }}","p":{{ points | default(0) }}'
    written = '{"a":1.0,"big":12345678901234567890,' + tags + ',"e":[]}'
    campaign = content(body=RawBody(text=written))
    page = opened(visit, campaign)
    expect(page.get_by_role("textbox", name="Raw text")).to_be_visible()
    page.get_by_role("button", name="Format JSON").click()
    found = saved(page, campaign)
    assert found.body.text == (
        '{\n  "a": 1.0,\n  "big": 12345678901234567890,\n  "t": "{{ first_name | default("x, {}") }}",\n'
        '  "p": {{ points | default(0) }},\n  "e": []\n}'
    )


def test_the_second_editor_is_told_and_overwrites_nothing(visit, content) -> None:
    campaign = content(headers=HEADERS[:1])
    first = opened(visit, campaign)
    second = waits_until_ready(first.context.new_page())
    second.goto(first.url)
    first.get_by_role("combobox", name="Method").select_option("PUT")
    assert saved(first, campaign).method == "PUT"
    second.get_by_role("combobox", name="Method").select_option("DELETE")
    expect(second.get_by_text("was changed since you opened it")).to_be_visible()
    campaign.refresh_from_db()
    assert campaign.content.method == "PUT"
    second.locator("code-editor[label='Message text']").get_by_role("textbox").fill("Typed\ntoo late")
    second.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shot(second, "second-editor")
    second.get_by_role("button", name="Copy my version").click()
    expect(second.locator("#toasts-live")).to_have_text("Copied to the clipboard")
    copied = second.evaluate("navigator.clipboard.readText()")
    assert "Method: DELETE\nURL: https://api.example.com/{{ user_id }}" in copied
    assert "Message text:\nTyped\ntoo late" in copied
    assert "Header 1: X-Source\nValue 1: campaign: spring" in copied
    assert "Kind of body: None" in copied
    assert "csrf" not in copied
    second.get_by_role("button", name="Reload").click()
    expect(second.get_by_role("combobox", name="Method")).to_have_value("PUT")


@pytest.mark.parametrize("width", [1000, 390])
def test_the_answer_to_a_test_comes_into_view_where_it_stands_below(visit, content, width) -> None:
    campaign = content(body=RawBody(text="{}"))
    page = opened(visit, campaign)
    page.set_viewport_size({"width": width, "height": 800})
    page.route("**/content/test/", lambda route: route.fulfill(body="<p>Answered 200</p>", content_type="text/html"))
    expect(page.get_by_role("tab", name="Test response")).not_to_be_in_viewport()
    page.get_by_role("button", name="Send test").click()
    expect(page.get_by_text("Answered 200")).to_be_in_viewport()
    expect(page.get_by_role("tab", name="Test response")).to_be_in_viewport()


def test_a_test_s_answer_is_waited_for_through_answers_that_failed(visit, content) -> None:
    campaign = content(body=RawBody(text="{}"))
    page = opened(visit, campaign)
    page.route("**/content/test/*/", lambda route: route.fulfill(status=503))
    with page.expect_response("**/content/test/*/"):
        page.get_by_role("button", name="Send test").click()
    page.unroute("**/content/test/*/")
    expect(page.get_by_text("Waiting for the destination to answer")).to_be_visible()
    run = Run.objects.get(campaign_id=campaign.pk)
    notification_made(run, "u-1", status_code=201)
    expect(page.get_by_role("tabpanel", name="Test response").get_by_text("Delivered").first).to_be_visible()
    expect(page.locator(".toast-note")).to_have_count(0)


def test_raw_text_is_shown_in_the_language_of_its_content_type(visit, content) -> None:
    campaign = content(body=RawBody(text='<a b="1"/>', content_type="application/soap+xml; charset=utf-8"))
    page = opened(visit, campaign)
    editor = page.locator("code-editor").filter(has=page.locator("[name='body.text']"))
    format_json = page.get_by_role("button", name="Format JSON")
    expect(editor).to_have_attribute("language", "xml")
    expect(format_json).to_be_hidden()
    coloured, brackets = editor.locator(".cm-line span"), editor.locator(".cm-matchingBracket")
    expect(coloured.filter(has_text="a")).to_be_visible()
    page.get_by_role("textbox", name="Raw text").press("End")
    expect(brackets).to_have_text(["<", "/>"])
    page.get_by_label("Content type").fill("text/plain")
    expect(coloured).to_have_count(0)
    page.get_by_label("Content type").fill("application/merge-patch+json")
    expect(format_json).to_be_visible()
    page.get_by_role("textbox", name="Raw text").fill('{"a":1}')
    format_json.click()
    expect(page.get_by_role("textbox", name="Raw text")).to_contain_text('"a": 1')
    assert saved(page, campaign).body.text == '{\n  "a": 1\n}'


def test_the_whole_request_begins_on_one_screen(visit, content) -> None:
    parameters = tuple(Pair(name=f"parameter_{number}", value="{{ user_id }}") for number in range(3))
    campaign = content(parameters=parameters, body=JsonPairsBody(pairs=PAIRS), message_text="Hi, come back soon!")
    visit("/w/acme/campaigns/").set_viewport_size({"width": 1440, "height": 900})
    page = opened(visit, campaign)
    seen = (
        page.get_by_role("textbox", name="URL"),
        page.get_by_role("tab", name="Authentication"),
        page.get_by_role("textbox", name="Message text"),
        page.get_by_role("radio", name="JSON key-value pairs"),
        page.get_by_role("textbox", name="Name 1", exact=True),
    )
    shot(page, "content-1440")
    for part in seen:
        expect(part).to_be_in_viewport(ratio=1)


def test_the_tabs_say_how_many_rows_are_sent(visit, content) -> None:
    page = opened(visit, content(headers=HEADERS))
    headers, parameters = (page.get_by_role("tab", name=name) for name in ("Headers", "Parameters"))
    expect(headers).to_have_text("Headers 2")
    expect(parameters).to_have_text("Parameters")
    page.get_by_role("textbox", name="Parameter 1").fill("source")
    expect(parameters).to_have_text("Parameters 1")
    headers.click()
    page.get_by_role("checkbox", name="Send header 2").check()
    expect(headers).to_have_text("Headers 3")
    page.get_by_role("button", name="Remove header 1").click()
    expect(headers).to_have_text("Headers 2")


def test_the_message_text_grows_with_its_words(visit, content) -> None:
    page = opened(visit, content(message_text="One line"))
    message = page.get_by_role("textbox", name="Message text")
    low = page.locator("code-editor#message_text").bounding_box()["height"]
    message.fill("\n".join(f"Line {number}" for number in range(7)))
    expect(message.get_by_text("Line 6")).to_be_in_viewport(ratio=1)
    assert page.locator("code-editor#message_text").bounding_box()["height"] > low
    message.fill("\n".join(f"Line {number}" for number in range(40)))
    assert page.locator("code-editor#message_text").bounding_box()["height"] < 200


def test_the_keyboard_leads_into_an_editor_and_out_again(visit, content) -> None:
    text = 'Hi {{ first_name | default("you") }}'
    page = opened(visit, content(body=RawBody(text="")))
    editor = page.get_by_role("textbox", name="Message text", exact=True)
    editor.focus()
    page.keyboard.type(text)
    expect(editor).to_have_text(text)
    for key in ("Tab", "Shift+Tab"):
        editor.focus()
        page.keyboard.press("Escape")
        page.keyboard.press(key)
        expect(editor).not_to_be_focused()
    expect(editor).to_have_text(text)


def test_what_is_typed_key_by_key_is_what_stands_there(visit, content) -> None:
    page = opened(visit, content(body=RawBody(text="", content_type="application/json")))
    text = '{"text": "{{ message }}"}'
    page.get_by_role("textbox", name="Raw text").click()
    page.keyboard.type(text, delay=150)  # as slowly as the text is parsed
    expect(page.get_by_role("textbox", name="Raw text")).to_have_text(text)
