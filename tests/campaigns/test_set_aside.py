"""A look at another kind of body loses nothing: what the chosen kind has no use for comes back with its kind."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from campaigns.models import Campaign
from templates_lib.content import FormBody, JsonPair, JsonPairsBody, NoBody, Pair, RawBody, WebhookContent
from tests import cast

TYPED = (JsonPair(name="points", value="5", type="number"), JsonPair(name="off", value="x", enabled=False))
PLAIN = (Pair(name="points", value="5"), Pair(name="off", value="x", enabled=False))
RAW = RawBody(text="<a/>", content_type="application/xml")


@pytest.fixture
def page_of(client, owner):
    cast.signed_in(client, owner)

    def path(campaign):
        return reverse("campaign_content", kwargs={"workspace": "acme", "campaign": campaign.pk})

    return path


def with_body(campaign, body):
    campaign.content = WebhookContent(url="https://api.example.com/x", body=body)
    campaign.save()


def switched(client, path, kind, **fields):
    """Saves the form as it is when that kind is chosen: hidden fields are not sent."""
    form = {"revision": Campaign.objects.get().revision, "url": "https://api.example.com/x", "body.kind": kind}
    assert client.post(path, form | fields).status_code == 200


@pytest.mark.django_db
def test_raw_text_comes_back(client, campaign, page_of):
    with_body(campaign, RAW)
    switched(client, page_of(campaign), "none")
    assert Campaign.objects.get().content.body == NoBody()
    html = client.get(page_of(campaign)).content.decode()
    assert "&lt;a/&gt;</textarea>" in html
    assert 'value="application/xml"' in html


@pytest.mark.django_db
def test_rows_come_back_with_their_types(client, campaign, page_of):
    with_body(campaign, JsonPairsBody(pairs=TYPED))
    switched(client, page_of(campaign), "raw", **{"body.text": "later"})
    assert client.get(page_of(campaign)).context["body_rows"] == TYPED
    rows = {f"body.pairs.{n}.{part}": getattr(pair, part) for n, pair in enumerate(PLAIN) for part in ("name", "value")}
    switched(client, page_of(campaign), "form", **rows, **{"body.pairs.0.enabled": "on"})
    answer = client.get(page_of(campaign))
    assert answer.context["content"].body == FormBody(pairs=PLAIN)
    assert answer.context["body_rows"] == TYPED
    assert answer.context["body_raw"].text == "later"


@pytest.mark.django_db
def test_what_is_in_use_goes_before_what_was_set_aside(client, campaign, page_of):
    with_body(campaign, RAW)
    switched(client, page_of(campaign), "none")
    with_body(campaign, RawBody(text="newer"))
    switched(client, page_of(campaign), "raw", **{"body.text": "newest"})
    assert client.get(page_of(campaign)).context["body_raw"].text == "newest"


@pytest.mark.django_db
def test_nothing_set_aside_is_told_over_the_api(client, campaign, page_of, workspace):
    with_body(campaign, RAW)
    switched(client, page_of(campaign), "none")
    answer = client.get(f"/api/v1/campaigns/{campaign.pk}", headers=cast.api_headers(workspace))
    assert answer.status_code == 200
    assert "set_aside" not in answer.json()
    assert answer.json()["content"]["body"] == {"kind": "none"}


def test_in_the_browser_a_look_at_another_kind_is_harmless(visit, campaign):
    with_body(campaign, RAW)
    page = visit(reverse("campaign_content", kwargs={"workspace": "acme", "campaign": campaign.pk}))
    page.get_by_text("None", exact=True).click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.reload()
    page.get_by_text("Raw text", exact=True).first.click()
    expect(page.locator("code-editor#body\\.text")).to_contain_text("<a/>")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    campaign.refresh_from_db()
    assert campaign.content.body == RAW
