"""Whom the preview shows: somebody searched, the next person, someone without a value; and the request as cURL."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from audience.models import Profile
from campaigns.models import Campaign
from templates_lib.content import Pair, RawBody, WebhookContent

CONTENT = WebhookContent(
    url="https://api.example.com/{{ user_id }}",
    headers=(Pair(name="Authorization", value="Bearer sk_live_51abcdef"),),
    body=RawBody(text='{"name": "{{ first_name }}", "city": "{{ address.city | default("-") }}"}'),
)


@pytest.fixture
def people(campaign: Campaign) -> dict[str, Profile]:
    """In this order after the campaign's own person, u-1."""
    made = {}
    for name, attributes in (("Ada", {"address": {"city": "London"}}), ("Grace", {}), ("Linus", {})):
        made[name] = Profile.objects.create(
            workspace=campaign.workspace,
            user_id=f"id-{name}",
            first_name=name,
            email=f"{name.lower()}@example.com",
            attributes=attributes,
        )
    return made


@pytest.fixture
def page(visit: Any, page: Page, campaign: Campaign, people: dict[str, Profile]) -> Page:
    campaign.content = CONTENT
    campaign.save()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit(f"/w/acme/campaigns/{campaign.pk}/content/")
    expect(page.locator("code-editor:not(:has(.cm-content))")).to_have_count(0)
    expect(beside(page).get_by_text("https://api.example.com/u-1")).to_be_visible()
    return page


def beside(page: Page) -> Locator:
    return page.get_by_role("region", name="Preview and test")


def shows(page: Page, user_id: str) -> None:
    expect(beside(page).get_by_text(f"POST https://api.example.com/{user_id}", exact=True)).to_be_visible()


@pytest.mark.parametrize("words", ["grace@", "id-Grace"])
def test_a_person_is_searched(page, people, words) -> None:
    page.get_by_role("searchbox", name="Search a person").fill(words)
    shows(page, "id-Grace")
    expect(page.get_by_role("combobox", name="Preview as")).to_have_value(str(people["Grace"].pk))


def test_a_search_that_fits_nobody_says_so_and_keeps_the_person(page) -> None:
    page.get_by_role("searchbox", name="Search a person").fill("nobody at all")
    expect(page.get_by_role("region", name="Messages").get_by_text("Nobody fits this search.")).to_be_visible()
    shows(page, "u-1")


def test_the_next_person_and_after_the_last_the_first(page) -> None:
    for user_id in ("id-Ada", "id-Grace", "id-Linus", "u-1"):
        page.get_by_role("button", name="Next person").click()
        shows(page, user_id)


def test_the_next_person_after_one_who_was_searched(page) -> None:
    page.get_by_role("searchbox", name="Search a person").fill("id-Grace")
    shows(page, "id-Grace")
    page.get_by_role("button", name="Next person").click()
    shows(page, "id-Linus")


def someone_without(page: Page, name: str) -> None:
    page.get_by_role("button", name="Someone without…").click()
    page.get_by_role("button", name=name, exact=True).click()


def test_someone_without_a_value_is_shown_and_what_that_means(page, campaign) -> None:
    Profile.objects.create(workspace=campaign.workspace, user_id="id-nameless")
    someone_without(page, "first_name")
    expect(page.get_by_role("combobox", name="Preview as").locator("option:checked")).to_have_text("id-nameless")
    expect(beside(page).get_by_text("This person's request can't be built")).to_be_visible()
    someone_without(page, "address")
    shows(page, "u-1")
    expect(beside(page).get_by_text("has no address.city: look at what stands there instead.")).to_be_visible()


def test_that_nobody_is_without_a_value_is_said(page) -> None:
    someone_without(page, "first_name")
    messages = page.get_by_role("region", name="Messages")
    expect(messages.get_by_text("Everybody in the audience has first_name.")).to_be_visible()
    shows(page, "u-1")


def test_the_request_is_copied_as_curl_with_its_secret_masked(page) -> None:
    page.get_by_role("button", name="Next person").click()
    shows(page, "id-Ada")
    beside(page).get_by_role("button", name="Copy as cURL").click()
    expect(page.locator("#toasts-live")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("curl --globoff --path-as-is -X POST https://api.example.com/id-Ada")
    assert '{"name": "Ada", "city": "London"}' in copied
    assert "sk_live" not in copied
