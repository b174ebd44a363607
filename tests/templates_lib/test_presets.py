"""The presets: each compiles without a finding, and renders into what the vendor's reference asks for."""

import json
import re
from urllib.parse import parse_qs

import pytest
from django.template.loader import get_template
from django.test import Client

from accounts.models import User, Workspace
from channels.forms import BODY_RULES, RATE_PERIODS
from channels.models import Connection
from templates_lib.checks import check_content
from templates_lib.content import WebhookContent
from templates_lib.errors import TemplateInvalid
from templates_lib.models import Template
from templates_lib.preset import Preset, preset_content
from templates_lib.presets import PRESETS, SLACK, TWILIO
from templates_lib.services import template_content
from tests.cast import signed_in
from tests.templates_lib.rendering import refused, render

PERSON = {
    "user_id": "u-1",
    "email": "zoe@example.com",
    "phone": "+447700900123",
    "first_name": 'Zoë "Z" \\',
    "last_name": "O'Neil",
    "campaign": {"id": 7, "name": 'Spring "sale"'},
    "run": {"id": 12, "at": "2026-11-24T15:00:00+00:00"},
}
WORDS = 'Hi "you" & <all>\nsee ☂'
BY_KEY = {preset.key: preset for preset in PRESETS}


def filled(preset: Preset) -> WebhookContent:
    return preset_content(preset, {blank.name: blank.example for blank in preset.blanks})


def sent(key: str, **changed: object) -> object:
    """The body as the destination reads it."""
    request = render(filled(BY_KEY[key]).with_message(WORDS), **{**PERSON, **changed})
    return json.loads(request.body)


@pytest.mark.parametrize("key", BY_KEY)
def test_each_is_without_a_finding_and_renders(key: str) -> None:
    content = filled(BY_KEY[key]).with_message(WORDS)
    errors = [found for found in check_content(content, secret_attached=True) if found.severity == "error"]
    assert errors == []
    request = render(content, **PERSON)
    assert request.url.startswith("https://")
    assert "[[" not in content.model_dump_json()
    assert WORDS.encode() in request.body or b"see" in request.body


@pytest.mark.parametrize("key", BY_KEY)
def test_each_says_what_to_fill_in_and_where_to_find_it(key: str) -> None:
    preset = BY_KEY[key]
    assert preset.access.where.endswith(".")
    text = preset.content.model_dump_json()
    assert all(f"[[{blank.name}]]" in text and len(blank.where) > 20 for blank in preset.blanks)
    for blank in preset.blanks:
        with pytest.raises(TemplateInvalid) as refusal:
            preset_content(preset, {each.name: each.example for each in preset.blanks} | {blank.name: '"} {{ x }}'})
        assert refusal.value.field == blank.name


def test_slack() -> None:
    assert sent("slack") == {"channel": "C0123456789", "text": WORDS}


def test_slack_names_the_settings_of_a_connection_as_its_page_does() -> None:
    page = get_template("channels/_form_sending.html").template.source  # type: ignore[attr-defined]
    labels = {*re.findall(r'(?:title|label)="([^"]+)"', page), *dict(BODY_RULES).values(), *dict(RATE_PERIODS).values()}
    named = re.findall("“([^”]+)”", " ".join(SLACK.notes))
    assert {"And the body of the answer", "A JSON value equals", "Pace"} <= set(named) <= labels


def test_hubspot_leaves_out_what_the_person_lacks() -> None:
    properties = {"firstname": PERSON["first_name"], "lastname": "O'Neil", "phone": "+447700900123"}
    one = {"idProperty": "email", "id": "zoe@example.com"}
    message = {"last_campaign_message": WORDS}
    assert sent("hubspot-contact") == {"inputs": [{**one, "properties": {**properties, **message}}]}
    bare = {"email": "zoe@example.com"}
    content = filled(BY_KEY["hubspot-contact"]).with_message(WORDS)
    assert json.loads(render(content, **bare).body) == {"inputs": [{**one, "properties": message}]}


def test_segment() -> None:
    assert sent("segment-track") == {
        "userId": "u-1",
        "event": "Campaign Sent",
        "messageId": "run-12-u-1",
        "properties": {"campaign": 'Spring "sale"', "message": WORDS},
    }


def test_zendesk() -> None:
    ticket = {
        "subject": "Follow up after the offer",
        "comment": {"body": WORDS},
        "requester": {"name": 'Zoë "Z" \\ O\'Neil', "email": "zoe@example.com"},
        "tags": ["campaign"],
    }
    assert sent("zendesk-ticket") == {"ticket": ticket}


def test_twilio_is_a_form_and_needs_a_phone() -> None:
    content = filled(TWILIO).with_message("Hi & bye")
    request = render(content, **PERSON)
    assert parse_qs(request.body.decode()) == {
        "To": ["+447700900123"],
        "From": ["+15005550006"],
        "Body": ["Hi & bye"],
    }
    assert refused(content, **{name: value for name, value in PERSON.items() if name != "phone"}).kind == "missing"


def test_crm_task() -> None:
    body = sent("crm-task")
    assert isinstance(body, dict)
    assert (body["title"], body["note"], body["contact_id"]) == ("Call about the offer", WORDS, "u-1")


def test_the_library_leads_to_the_presets(client: Client, workspace: Workspace, teammate: User) -> None:
    signed_in(client, teammate)
    assert "Create from a preset" in client.get("/w/acme/templates/").content.decode()
    html = client.get("/w/acme/templates/presets/").content.decode()
    assert all(preset.name in html for preset in PRESETS)


@pytest.mark.parametrize("key", BY_KEY)
def test_each_has_its_page(client: Client, workspace: Workspace, teammate: User, key: str) -> None:
    html = signed_in(client, teammate).get(f"/w/acme/templates/presets/{key}/").content.decode()
    assert all(blank.label in html for blank in BY_KEY[key].blanks)


def posted(**changed: str) -> dict[str, str]:
    return {"name": "SMS", **{blank.name: blank.example for blank in TWILIO.blanks}, **changed}


def test_a_template_is_made_from_the_answers(client: Client, workspace: Workspace, teammate: User) -> None:
    twilio = Connection.objects.create(workspace=workspace, name="Twilio", origin="https://api.twilio.com")
    page = "/w/acme/templates/presets/twilio-sms/"
    answer = signed_in(client, teammate).post(page, posted(connection=str(twilio.pk)))
    template = Template.objects.get(name="SMS")
    assert answer.headers["Location"] == f"/w/acme/templates/{template.pk}/"
    content = template_content(template)
    assert content.connection_id == twilio.pk
    assert TWILIO.blanks[0].example in content.url


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"from": "0171"}, "looks like +15005550006"),
        ({"name": " "}, "Give the template a name"),
        ({"connection": "wrong"}, "connection does not exist"),
    ],
)
def test_bad_answers_are_explained_and_kept(
    client: Client, workspace: Workspace, teammate: User, changed: dict[str, str], words: str
) -> None:
    answer = signed_in(client, teammate).post("/w/acme/templates/presets/twilio-sms/", posted(**changed))
    assert answer.status_code == 422
    html = answer.content.decode()
    assert words in html
    assert TWILIO.blanks[0].example in html
    assert not Template.objects.exists()


def test_a_connection_of_another_origin_is_refused(client: Client, workspace: Workspace, teammate: User) -> None:
    other = Connection.objects.create(workspace=workspace, name="CRM", origin="https://crm.example.com")
    page = "/w/acme/templates/presets/twilio-sms/"
    answer = signed_in(client, teammate).post(page, posted(connection=str(other.pk)))
    assert answer.status_code == 422
    assert "https://api.twilio.com" in answer.content.decode()


def test_a_viewer_may_look_at_no_form(client: Client, workspace: Workspace, viewer: User) -> None:
    assert signed_in(client, viewer).get("/w/acme/templates/presets/").status_code == 403
    assert client.post("/w/acme/templates/presets/twilio-sms/", posted()).status_code == 403


def test_an_unknown_preset_is_not_found(client: Client, workspace: Workspace, teammate: User) -> None:
    assert signed_in(client, teammate).get("/w/acme/templates/presets/fax/").status_code == 404
