"""The settings of a connection in a browser: what acts on the stored ones waits until what is typed is saved."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from channels.models import Connection
from outbound.signing import secret_create
from tests.browser.axe import flaws


@pytest.fixture
def settings_page(visit, connection: Connection) -> Page:
    page: Page = visit(reverse("connection_edit", kwargs={"workspace": "acme", "connection": connection.pk}))
    return page


def test_nothing_typed_is_lost_to_a_test_or_a_signature(settings_page: Page, connection: Connection) -> None:
    page = settings_page
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    page.get_by_label("Origin").fill("https://new.example.com")
    for name in ("Test connection", "Sign requests"):
        button = page.get_by_role("button", name=name)
        expect(button).to_be_disabled()
        expect(button).to_have_accessible_description("Save first.")
        button.click(force=True)
    expect(page.get_by_text("Save first.")).to_have_count(2)
    expect(page.get_by_label("Origin")).to_have_value("https://new.example.com")
    assert posted == []
    assert flaws(page) == []
    page.get_by_label("Origin").fill("https://api.example.com")
    expect(page.get_by_role("button", name="Test connection")).to_be_enabled()
    expect(page.get_by_text("Save first.").first).to_be_hidden()


def test_a_signing_secret_of_ones_own_is_saved_with_the_rest(settings_page: Page, connection: Connection) -> None:
    page, secret = settings_page, secret_create()
    page.get_by_label("Name", exact=True).fill("CRM of the shops")
    page.get_by_label("Your own signing secret").fill(secret)
    for name in ("Test connection", "Sign requests"):
        expect(page.get_by_role("button", name=name)).to_be_disabled()
    page.get_by_role("button", name="Save connection").click()
    expect(page.get_by_role("region", name="Messages")).to_contain_text("“CRM of the shops” is saved.")
    stored = Connection.objects.get()
    assert (stored.name, stored.signing_secrets_at(timezone.now())) == ("CRM of the shops", (secret,))


def test_a_typed_signing_secret_is_not_saved_yet_and_enter_saves_it(settings_page: Page) -> None:
    page, typed = settings_page, settings_page.get_by_label("Your own signing secret")
    typed.fill(secret_create())
    expect(page.get_by_role("button", name="Sign requests")).to_be_disabled()
    typed.press("Enter")
    expect(page.get_by_role("region", name="Messages")).to_contain_text("“CRM” is saved.")
    assert Connection.objects.get().is_signed


def test_a_refused_save_is_not_saved_either(settings_page: Page) -> None:
    page = settings_page
    page.get_by_label("Origin").fill("nonsense")
    page.get_by_role("button", name="Save connection").click()
    expect(page.get_by_label("Origin")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("button", name="Test connection")).to_be_disabled()


def test_a_signing_secret_is_made_where_nothing_is_unsaved(settings_page: Page) -> None:
    page = settings_page
    page.get_by_role("button", name="Sign requests").click()
    expect(page.get_by_text("Copy the signing secret now")).to_be_visible()


def test_a_mistake_far_down_is_said_at_the_top_and_led_to(settings_page: Page) -> None:
    page = settings_page
    page.get_by_label("Your own signing secret").fill("whsec_typo")
    page.get_by_role("button", name="Save connection").click()
    said = page.get_by_role("alert").filter(has_text="The connection is not saved yet")
    said.get_by_role("link", name="24 to 64 bytes").click()
    expect(page.get_by_label("Your own signing secret")).to_be_focused()


def test_a_secret_is_replaced_from_the_list_and_never_shown(visit, connection: Connection) -> None:
    page = visit("/w/acme/settings/connections/")
    row = page.get_by_role("row", name="CRM")
    row.get_by_role("button", name="Options").click()
    row.get_by_role("link", name="Replace secret").click()
    expect(page.get_by_role("heading", name="Replace secret")).to_be_visible()
    page.get_by_label("New secret").fill("next-token")
    page.get_by_role("button", name="Replace secret").click()
    expect(page.get_by_role("region", name="Messages")).to_contain_text("The secret of “CRM” is replaced.")
    assert Connection.objects.get().secret == "next-token"
    assert "next-token" not in page.content()
