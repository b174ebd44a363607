"""Beside a test's status stands what the destination itself said."""

import pytest
from django.urls import reverse

from notifications.states import NotificationState, RunKind, RunState
from tests.cast import signed_in
from tests.notifications.ledger import failed_made, notification_made, run_made

pytestmark = pytest.mark.django_db


def test_the_destination_s_own_words_stand_beside_the_status(client, owner, campaign):
    run = run_made(
        campaign.workspace,
        campaign_id=campaign.pk,
        campaign_name=campaign.name,
        content=campaign.content,
        kind=RunKind.TEST,
    )
    failed_made(run, "ada")
    address = {"workspace": "acme", "campaign": campaign.pk, "run": run.pk}
    html = signed_in(client, owner).get(reverse("campaign_test_result", kwargs=address)).content.decode()
    assert "422" in html
    assert "The destination says:" in html
    assert "<b>email is invalid</b>" in html
    assert "correct it in Content, then send the test again." in html


def test_nothing_is_said_while_the_test_is_on_its_way(client, owner, campaign):
    run = run_made(campaign.workspace, campaign_id=campaign.pk, kind=RunKind.TEST, state=RunState.RUNNING)
    address = reverse("campaign_test_result", kwargs={"workspace": "acme", "campaign": campaign.pk, "run": run.pk})
    assert signed_in(client, owner).get(address).status_code == 204
    notification_made(run, "ada", state=NotificationState.SENDING)
    assert client.get(address).status_code == 204
