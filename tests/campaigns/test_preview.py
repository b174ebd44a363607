import json

import pytest
from django.urls import reverse

from audience.models import Profile
from campaigns.preview import MASK, preview_make
from channels.models import AuthKind, Connection
from templates_lib.content import JsonPair, JsonPairsBody, Pair, WebhookContent
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(client, owner, campaign):
    """GET of the preview's people, as the owner."""
    cast.signed_in(client, owner)
    url = reverse("campaign_people", kwargs={"workspace": "acme", "campaign": campaign.pk})
    return lambda **query: client.get(url, query)


@pytest.fixture
def ada(workspace, profile):
    return Profile.objects.create(workspace=workspace, user_id="u-2", first_name="Ada", email="ada@example.com")


def option(person):
    return f'<option value="{person.pk}" selected>'


def made(campaign, profile, connection=None, **parts):
    content = WebhookContent(url="https://a.example", **parts)
    return preview_make(campaign=campaign, content=content, connection=connection, profile=profile)


def test_a_person_is_found_by_any_word(ask, ada, profile):
    page = ask(person_search="ada@").content.decode()
    assert option(ada) in page
    assert f'value="{profile.pk}"' not in page


def test_the_next_person_follows_and_the_first_comes_after_the_last(ask, ada, profile):
    assert option(ada) in ask(after=1, person=profile.pk).content.decode()
    assert option(profile) in ask(after=1, person=ada.pk).content.decode()


def test_someone_without_a_value_is_found(ask, ada, profile):
    answer = ask(without="email")
    assert option(profile) in answer.content.decode()
    assert "person-chosen" in answer["HX-Trigger-After-Settle"]


def test_nobody_is_said_so(ask, ada):
    answer = ask(without="user_id")
    assert (answer.status_code, json.loads(answer["HX-Trigger"])["toast"]["message"]) == (
        204,
        "Everybody in the audience has user_id.",
    )
    assert ask(person_search="nobody at all").status_code == 204


def test_what_is_no_field_is_refused(ask, ada):
    assert ask(without="order.lines").status_code == 422


def test_empty_variables_are_named(campaign, profile):
    value = '{{ first_name }} {{ plan | default("free") }} {{ profile.email | default("-") }}'
    preview = made(campaign, profile, body=JsonPairsBody(pairs=(JsonPair(name="a", value=value),)))
    assert preview.lacking == ("plan", "email")
    assert preview.names_to_miss == ("first_name", "plan", "email")


def test_the_curl_command_shows_no_secret(campaign, profile):
    connection = Connection(origin="https://a.example", auth_kind=AuthKind.BEARER)
    connection.secret = "top-secret-token"
    typed = (Pair(name="X-Api-Key", value="sk_live_12345678"),)
    command = made(campaign, profile, connection, headers=typed).curl
    assert command.count(MASK) == 2
    assert "secret-token" not in command
    assert "sk_live" not in command
