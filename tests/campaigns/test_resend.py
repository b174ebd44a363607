"""Resend failed: the count first, the content and the id as chosen, and never twice by accident."""

from html import escape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import AuditEntry, User
from audience.models import Profile
from campaigns.errors import NotReady
from campaigns.models import Campaign
from campaigns.resend import narrowing_words, resend_plan, resend_sentence, run_resend
from campaigns.services import campaign_update
from channels.models import ChannelKind
from channels.services import channel_switch
from notifications.filters import FilterQuery
from notifications.models import Run
from notifications.resend import ResendChoice
from notifications.selectors import LogFilters
from notifications.states import NotificationState, Reason
from templates_lib.content import WebhookContent
from tests import cast
from tests.notifications.ledger import failed_made, notification_made, run_made, skipped_made
from webhooks_platform.base.errors import InvalidInput, NotAllowed, StaleState

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(campaign: Campaign) -> Run:
    """Two failed, one was skipped, one got it."""
    made = run_made(campaign.workspace, campaign_id=campaign.pk, campaign_name=campaign.name, content=campaign.content)
    failed_made(made, "ada")
    failed_made(made, "bob", status_code=400)
    notification_made(made, "eve", state=NotificationState.SKIPPED, reason=Reason.MISSING_VARIABLE)
    notification_made(made, "zoe")
    return made


def page_of(run: Run) -> str:
    return reverse("run_resend", kwargs={"workspace": run.workspace.slug, "run": run.pk})


def resend(run: Run, actor: Actor, **options: Any) -> Run:
    choice = ResendChoice(run_id=run.pk)
    return run_resend(
        **{"run": run, "actor": actor, "choice": choice, "content": "original", "at": timezone.now(), **options}
    )


def test_the_count_comes_first(run: Run) -> None:
    plan = resend_plan(run, ResendChoice(run_id=run.pk), now=timezone.now())
    assert plan.counts == {"failed": 2, "skipped": 1, "cancelled": 0}
    assert plan.people == 2
    narrowed = resend_plan(run, ResendChoice(run_id=run.pk, status_code=400), now=timezone.now())
    assert narrowed.people == 1


def test_a_resend_is_a_live_run_of_its_own_with_an_audit_row(run: Run, actor: Actor) -> None:
    made = resend(run, actor)
    assert (made.kind, made.state, made.campaign_id) == ("live", "preparing", run.campaign_id)
    assert made.resend == ResendChoice(run_id=run.pk)
    assert made.content == run.content
    assert made.audience_description.startswith("Resend of the run of ")
    entry = AuditEntry.objects.get(action="run.resend")
    assert entry.target_id == str(made.pk)
    assert (entry.detail["of"], entry.detail["people"]) == (run.pk, 2)


def test_current_content_is_what_the_campaign_has_now(run: Run, actor: Actor, campaign: Campaign) -> None:
    edited = WebhookContent(url="https://api.example.com/v2/{{ user_id }}")
    campaign_update(campaign=campaign, actor=actor, revision=campaign.revision, content=edited)
    assert resend(run, actor, content="original").content == run.content
    assert resend(run, actor, content="current").content == edited


def test_content_that_cant_be_sent_is_refused(run: Run, actor: Actor, campaign: Campaign) -> None:
    broken = WebhookContent(url="https://api.example.com/{{ user_id")
    campaign_update(campaign=campaign, actor=actor, revision=campaign.revision, content=broken)
    with pytest.raises(NotReady):
        resend(run, actor, content="current")


def test_nothing_is_sent_while_the_channel_is_off(run: Run, actor: Actor) -> None:
    channel_switch(workspace=actor.workspace, actor=actor, kind=ChannelKind.WEBHOOK, enabled=False)
    with pytest.raises(NotReady, match="switched off"):
        resend(run, actor)


def test_a_second_click_sends_nothing_twice(run: Run, actor: Actor) -> None:
    resend(run, actor, earlier=0)
    with pytest.raises(StaleState):
        resend(run, actor, earlier=0)
    resend(run, actor, earlier=1)


def test_nobody_is_refused_in_words(run: Run, actor: Actor) -> None:
    Profile.objects.filter(user_id__in=["ada", "bob"]).delete()
    with pytest.raises(InvalidInput, match="nobody to send to"):
        resend(run, actor)


def test_a_test_is_not_resent(run: Run, actor: Actor) -> None:
    run.kind = "test"
    with pytest.raises(InvalidInput, match="Send test"):
        resend(run, actor)


def test_a_viewer_may_not(run: Run, viewer: User, client: Client) -> None:
    with pytest.raises(NotAllowed):
        resend(run, cast.acting(viewer, run.workspace))
    assert cast.signed_in(client, viewer).get(page_of(run)).status_code == 403


def test_the_page_counts_and_the_button_says_how_many(run: Run, owner: User, client: Client) -> None:
    html = cast.signed_in(client, owner).get(page_of(run)).content.decode()
    assert "Resend to 2 people" in html
    assert "1 person" in html
    skipped = client.get(page_of(run), {"state": "skipped"}).content.decode()
    assert "Resend to 1 person" in skipped
    none = client.get(page_of(run), {"chosen": "1"}).content.decode()
    assert "Nobody to resend to" in none


def test_over_a_page_it_is_a_dialog(run: Run, owner: User, client: Client) -> None:
    asked = cast.signed_in(client, owner).get(page_of(run), headers={"HX-Request": "true"})
    assert asked.content.decode().lstrip().startswith('<dialog id="resend-dialog"')


def test_posting_launches_and_leads_to_the_run(run: Run, owner: User, client: Client) -> None:
    posted = {
        "chosen": "1",
        "state": ["failed", "skipped"],
        "content": "original",
        "webhook_id": "same",
        "earlier": "0",
        "expected_people": "3",
    }
    answer = cast.signed_in(client, owner).post(page_of(run), posted)
    made = Run.objects.exclude(pk=run.pk).get()
    assert answer.headers["Location"].endswith(f"/runs/{made.pk}/")
    assert made.resend == ResendChoice(run_id=run.pk, states=("failed", "skipped"), same_webhook_id=True)
    again = client.post(page_of(run), posted)
    assert again.status_code == 409
    assert "Nothing was sent" in again.content.decode()
    assert Run.objects.count() == 2


def test_the_filters_of_the_log_go_with_it(run: Run, owner: User, client: Client) -> None:
    log = reverse("notifications_log", kwargs={"workspace": run.workspace.slug})
    shown = cast.signed_in(client, owner).get(log, {"run": str(run.pk), "reason": "unprocessable", "status": "400"})
    address = f"{page_of(run)}?reason=unprocessable&amp;status=400"
    assert f'href="{address}"' in shown.content.decode()
    html = client.get(address.replace("&amp;", "&")).content.decode()
    assert "Resend to 1 person" in html
    assert '<input type="hidden" name="status" value="400">' in html


def test_only_those_who_lack_one_variable(run: Run, owner: User, client: Client) -> None:
    skipped_made(run, "amy", "plan")
    address = f"{page_of(run)}?state=skipped&reason=missing_variable&detail=plan"
    html = cast.signed_in(client, owner).get(address).content.decode()
    assert "Resend to 1 person" in html
    assert "A value is missing, plan" in html
    assert '<input type="hidden" name="detail" value="plan">' in html
    posted = {"chosen": "1", "state": "skipped", "reason": "missing_variable", "detail": "plan", "earlier": "0"}
    posted["expected_people"] = "1"
    client.post(page_of(run), posted)
    made = Run.objects.exclude(pk=run.pk).get()
    assert made.resend == ResendChoice(run_id=run.pk, states=("skipped",), reason="missing_variable", detail="plan")
    assert made.audience_description.endswith("skipped, A value is missing, plan")


def test_a_skip_text_may_name_a_person_and_is_not_told_in_the_runs_sentence(run: Run) -> None:
    choice = ResendChoice(run_id=run.pk, reason=Reason.SKIPPED_BY_TEMPLATE, detail="is Ada")
    assert "is Ada" in narrowing_words(choice)
    assert "Ada" not in resend_sentence(run, choice)


@pytest.mark.parametrize("state", ["delivered", "pending", "queued"])
def test_the_log_offers_no_resend_of_what_arrived_or_is_on_its_way(
    run: Run, owner: User, client: Client, state: str
) -> None:
    log = reverse("notifications_log", kwargs={"workspace": run.workspace.slug})
    html = cast.signed_in(client, owner).get(log, {"run": str(run.pk), "state": state}).content.decode()
    assert page_of(run) not in html


def test_a_viewer_is_not_offered_it(run: Run, viewer: User, client: Client) -> None:
    log = reverse("notifications_log", kwargs={"workspace": run.workspace.slug})
    assert page_of(run) not in cast.signed_in(client, viewer).get(log, {"run": run.pk}).content.decode()


def test_the_run_page_offers_it(run: Run, owner: User, client: Client) -> None:
    page = reverse("run_detail", kwargs={"workspace": run.workspace.slug, "run": run.pk})
    assert "Resend failed" in cast.signed_in(client, owner).get(page).content.decode()


def test_the_runs_page_says_what_is_missing_and_leads_to_those_people(run: Run, owner: User, client: Client) -> None:
    skipped_made(run, "amy", "plan")
    page = reverse("run_detail", kwargs={"workspace": run.workspace.slug, "run": run.pk})
    html = cast.signed_in(client, owner).get(page).content.decode()
    address = FilterQuery(LogFilters(run=run.pk, reason="missing_variable", detail="plan")).address(run.workspace)
    assert f'<a href="{escape(address)}">A value is missing: plan</a>' in html


def test_over_the_api_count_then_send(run: Run, client: Client) -> None:
    headers = cast.api_headers(run.workspace)
    url = f"/api/v1/runs/{run.pk}/resend"
    counted = client.get(url, headers=headers).json()
    assert counted == {"failed": 2, "skipped": 1, "cancelled": 0, "earlier": 0}
    body = {"states": ["failed"], "status_code": 400, "earlier": 0}
    made = client.post(url, body, content_type="application/json", headers=headers)
    assert made.status_code == 201
    assert Run.objects.get(pk=made.json()["id"]).resend == ResendChoice(run_id=run.pk, status_code=400)
    assert client.post(url, body, content_type="application/json", headers=headers).status_code == 409


def test_over_the_api_those_who_lack_one_variable(run: Run, client: Client) -> None:
    skipped_made(run, "amy", "plan")
    headers = cast.api_headers(run.workspace)
    url = f"/api/v1/runs/{run.pk}/resend"
    assert client.get(f"{url}?reason=missing_variable&detail=plan", headers=headers).json()["skipped"] == 1
    body = {"states": ["skipped"], "reason": "missing_variable", "detail": "plan"}
    made = client.post(url, body, content_type="application/json", headers=headers)
    assert made.status_code == 201
    assert Run.objects.get(pk=made.json()["id"]).resend.detail == "plan"


def test_over_the_api_bad_input_is_named(run: Run, client: Client) -> None:
    headers = cast.api_headers(run.workspace)
    answer = client.post(
        f"/api/v1/runs/{run.pk}/resend", {"states": ["delivered"]}, content_type="application/json", headers=headers
    )
    assert answer.status_code in (400, 422)
    assert "states" in answer.content.decode()
