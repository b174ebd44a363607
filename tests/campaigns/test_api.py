"""The REST API of campaigns: what succeeds, and every refusal with its status and field."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import Role
from audience.models import Profile
from campaigns.models import Campaign, CampaignStatus
from notifications.models import Run
from notifications.states import RunState
from tests.cast import api_headers

pytestmark = pytest.mark.django_db


class Api:
    """A client with a token."""

    def __init__(self, client, workspace, role=Role.OWNER):
        self.client, self.headers = client, api_headers(workspace, role=role, name=f"Tests as {role}")

    def __call__(self, method, name, data=None, **kwargs):
        url = reverse(f"api_{name}", kwargs=kwargs)
        body = json.dumps(data if data is not None else {})
        return self.client.generic(method, url, body, content_type="application/json", headers=self.headers)


@pytest.fixture
def api(client, workspace):
    return Api(client, workspace)


@pytest.fixture
def foreign(client, outsider):
    return Api(client, outsider.workspaces.get())


@pytest.fixture
def reader(client, workspace):
    return Api(client, workspace, Role.VIEWER)


@pytest.fixture
def run(api, campaign):
    answer = api("POST", "campaign_launch", {"revision": 1}, campaign=campaign.pk)
    return Run.objects.get(pk=answer.json()["id"])


def test_a_field_that_does_not_exist_is_named(api, campaign):
    before = Campaign.objects.values().get(pk=campaign.pk)
    for method, name, data, part in (
        ("POST", "campaigns", {"name": "New", "audiense": {}}, {}),
        ("PATCH", "campaign", {"revision": 1, "audiense": {}}, {"campaign": campaign.pk}),
        ("POST", "campaign_launch", {"revision": 1, "audiense": {}}, {"campaign": campaign.pk}),
    ):
        answer = api(method, name, data, **part)
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert error["field"] == "audiense"
        assert "revision" in error["detail"] or "audience" in error["detail"]
    assert Campaign.objects.values().get() == before
    assert not Run.objects.exists()


def later():
    return (datetime.now(UTC) + timedelta(days=1)).replace(tzinfo=None, microsecond=0).isoformat()


def changes(campaign, run):
    """Every call that changes something: method, name, data, the part of the address."""
    revision = {"revision": campaign.revision}
    of_campaign, of_run = {"campaign": campaign.pk}, {"run": run.pk}
    return [
        ("PATCH", "campaign", {**revision, "name": "B"}, of_campaign),
        ("POST", "campaign_launch", revision, of_campaign),
        ("POST", "campaign_schedule", revision, of_campaign),
        ("DELETE", "campaign_schedule", {}, of_campaign),
        ("POST", "run_pause", {}, of_run),
        ("POST", "run_resume", {}, of_run),
        ("POST", "run_stop", {}, of_run),
    ]


def test_a_campaign_is_created_with_its_content(api, webhook_on):
    content = {"method": "PUT", "url": "https://a.example/{{ user_id }}", "body": {"kind": "raw", "text": "{}"}}
    answer = api("POST", "campaigns", {"name": "Spring", "content": content})
    assert answer.status_code == 201
    made = answer.json()
    assert (made["status"], made["revision"], made["content"]["method"]) == ("draft", 1, "PUT")
    assert api("GET", "campaign", campaign=made["id"]).json() == made
    assert [item["id"] for item in api("GET", "campaigns").json()["items"]] == [made["id"]]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "A", "channel": "pigeon"}, "channel"),
        ({"name": "A", "content": {"method": "BREW"}}, "content.method"),
        ({"name": "A", "content": {"body": {"kind": "raw", "colour": "red"}}}, "content.body.raw.colour"),
        ({"name": "A", "audience": {"kind": "friends"}}, "audience.kind"),
        ({"name": "A", "schedule": {"time_zone": "Mars/Olympus"}}, "schedule.time_zone"),
    ],
)
def test_what_can_not_be_stored_names_its_field(api, webhook_on, data, field):
    answer = api("POST", "campaigns", data)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert not Campaign.objects.exists()


def test_a_channel_that_is_off_can_not_be_chosen(api):
    answer = api("POST", "campaigns", {"name": "A", "channel": "webhook"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "channel"


def test_an_update_needs_the_revision_that_was_read(api, campaign):
    refused = api("PATCH", "campaign", {"name": "B"}, campaign=campaign.pk)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "revision")
    answer = api("PATCH", "campaign", {"name": "B", "revision": 1}, campaign=campaign.pk)
    assert (answer.json()["name"], answer.json()["revision"]) == ("B", 2)
    stale = api("PATCH", "campaign", {"name": "C", "revision": 1}, campaign=campaign.pk)
    assert (stale.status_code, stale.json()["code"]) == (409, "edited_meanwhile")
    assert Campaign.objects.get().name == "B"


def test_problems_are_what_review_shows(api, campaign):
    Profile.objects.create(workspace=campaign.workspace, user_id="u-2", last_name="Byron")
    content = {"url": "https://93.184.216.34/{{ last_name }}"}
    api("PATCH", "campaign", {"revision": 1, "content": content}, campaign=campaign.pk)
    [found] = api("GET", "campaign_problems", campaign=campaign.pk).json()
    assert (found["step"], found["field"], found["severity"]) == ("content", "url", "warning")
    assert "1 person in the audience lacks it" in found["message"]
    assert found["where"] == "Content, URL"


def test_a_launch_answers_with_its_run(api, campaign, run):
    assert (run.campaign_id, Campaign.objects.get().status) == (campaign.pk, CampaignStatus.LAUNCHED)


def test_a_second_launch_with_the_same_revision_is_stale(api, campaign, run):
    assert api("POST", "campaign_launch", {"revision": 1}, campaign=campaign.pk).status_code == 409
    assert Run.objects.count() == 1


def test_a_launch_that_is_not_ready_says_why(api, campaign):
    Profile.objects.all().delete()
    answer = api("POST", "campaign_launch", {"revision": 1}, campaign=campaign.pk)
    assert (answer.status_code, answer.json()["code"]) == (422, "not_ready")
    assert "Nobody is in this audience" in answer.json()["detail"]


def test_what_keeps_a_launch_is_listed_with_its_fields(api, campaign):
    content = {"url": "", "headers": [{"name": "X-A", "value": "a"}, {"name": "X B", "value": "{{ last_name }}"}]}
    api("PATCH", "campaign", {"revision": 1, "content": content}, campaign=campaign.pk)
    errors = api("POST", "campaign_launch", {"revision": 2}, campaign=campaign.pk).json()["errors"]
    assert [(error["field"], error["where"]) for error in errors] == [
        ("url", "Content, URL"),
        ("headers.1.name", "Content, Headers, row 2"),
        ("headers.1.value", "Content, Headers, row 2"),
    ]
    assert errors[1]["step"] == "content"
    assert errors[1]["detail"].startswith("“X B” is not a header name.")


@pytest.mark.parametrize("call", ["campaign_launch", "campaign_schedule"])
def test_a_blocked_address_keeps_a_launch(api, campaign, call):
    changes = {"content": {"url": "https://169.254.169.254/x"}, "schedule": {"kind": "later", "local": later()}}
    api("PATCH", "campaign", {"revision": 1, **changes}, campaign=campaign.pk)
    answer = api("POST", call, {"revision": 2}, campaign=campaign.pk)
    assert (answer.status_code, answer.json()["code"]) == (422, "not_ready")
    [error] = answer.json()["errors"]
    assert (error["field"], error["where"]) == ("url", "Content, URL")
    assert "Nothing may be sent to 169.254.169.254" in error["detail"]
    assert Run.objects.count() == 0


def test_on_the_clock_and_off_it(api, campaign):
    schedule = {"kind": "later", "local": later(), "time_zone": "UTC"}
    api("PATCH", "campaign", {"revision": 1, "schedule": schedule}, campaign=campaign.pk)
    answer = api("POST", "campaign_schedule", {"revision": 2}, campaign=campaign.pk)
    assert (answer.status_code, answer.json()["status"]) == (200, "scheduled")
    answer = api("DELETE", "campaign_schedule", campaign=campaign.pk)
    assert (answer.json()["status"], answer.json()["launch_at"]) == ("draft", None)


def test_without_a_time_there_is_nothing_to_schedule(api, campaign):
    answer = api("POST", "campaign_schedule", {"revision": 1}, campaign=campaign.pk)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "schedule")


def test_a_run_is_paused_resumed_and_stopped(api, run):
    assert api("POST", "run_pause", run=run.pk).json()["state"] == RunState.PAUSED
    assert api("POST", "run_pause", run=run.pk).status_code == 409
    assert api("POST", "run_resume", run=run.pk).json()["state"] in {RunState.PREPARING, RunState.RUNNING}
    assert api("POST", "run_resume", run=run.pk).status_code == 409
    assert api("POST", "run_stop", run=run.pk).json()["state"] in {RunState.STOPPING, RunState.STOPPED}
    assert api("POST", "run_pause", run=run.pk).status_code == 409


def test_a_viewer_s_token_reads_and_changes_nothing(reader, campaign, run):
    assert reader("GET", "campaign", campaign=campaign.pk).status_code == 200
    assert reader("POST", "campaigns", {"name": "A"}).status_code == 403
    for method, name, data, address in changes(campaign, run):
        assert reader(method, name, data, **address).status_code == 403, name


def test_another_workspace_s_token_finds_nothing(foreign, campaign, run):
    assert foreign("GET", "campaign", campaign=campaign.pk).status_code == 404
    assert foreign("GET", "campaign_problems", campaign=campaign.pk).status_code == 404
    assert foreign("GET", "campaigns").json()["items"] == []
    for method, name, data, address in changes(campaign, run):
        assert foreign(method, name, data, **address).status_code == 404, name


def test_the_preflight_says_what_a_launch_would_do(api, foreign, campaign):
    Profile.objects.create(workspace=campaign.workspace, user_id="u-2", last_name="Byron")
    content = {"url": "https://a.example/{{ last_name }}"}
    api("PATCH", "campaign", {"revision": 1, "content": content}, campaign=campaign.pk)
    made = api("GET", "campaign_preflight", campaign=campaign.pk).json()
    assert {name: made[name] for name in ("audience", "tried", "built", "held", "estimate", "same")} == {
        "audience": 2, "tried": 2, "built": 1, "held": 1, "estimate": 1, "same": 0,
    }  # fmt: skip
    [setback] = made["setbacks"]
    assert (setback["kind"], setback["message"], setback["example"]) == ("missing", "no value for last_name", "u-1")
    assert made["extremes"][0]["user_id"] == "u-2"
    api("PATCH", "campaign", {"revision": 2, "content": {"url": ""}}, campaign=campaign.pk)
    refused = api("GET", "campaign_preflight", campaign=campaign.pk)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "url")
    assert foreign("GET", "campaign_preflight", campaign=campaign.pk).status_code == 404
