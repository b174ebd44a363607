import pytest
from django.urls import reverse

from campaigns.models import Campaign
from campaigns.pasting import curl_paste
from channels.models import AuthKind, Connection
from tests import cast
from webhooks_platform.base.errors import InvalidInput, NotAllowed, StaleState

pytestmark = pytest.mark.django_db
COMMAND = "curl -k -X PUT https://crm.example/people -H 'Authorization: Bearer s3cret-token' -d name=Ada"


def pasted(campaign, actor, command=COMMAND, *, keep=True, revision=1):
    return curl_paste(
        campaign=campaign, actor=actor, revision=revision, command=command, keep_authentication=keep
    )  # fmt: skip


def test_the_secret_becomes_authentication_and_the_message_stays(campaign, actor):
    Campaign.objects.update(content=campaign.content.with_message("Hello"))
    campaign.refresh_from_db()
    words = pasted(campaign, actor).words
    content = Campaign.objects.get().content
    connection = Connection.objects.get(pk=content.connection_id)
    assert (content.method, content.url, content.message_text) == ("PUT", "https://crm.example/people", "Hello")
    assert (connection.auth_kind, connection.secret, connection.origin) == (
        AuthKind.BEARER, "s3cret-token", "https://crm.example",
    )  # fmt: skip
    assert "s3cret" not in content.model_dump_json()
    assert "sent only to https://crm.example" in words
    assert "Ignored: -k." in words


def test_a_secret_that_is_not_wanted_is_left_out(campaign, actor):
    words = pasted(campaign, actor, keep=False).words
    assert "bearer token was left out" in words
    assert not Connection.objects.exists()


def test_the_connection_stays_for_the_same_origin_only(campaign, actor):
    crm = Connection.objects.create(workspace=campaign.workspace, name="CRM", origin="https://crm.example")
    Campaign.objects.update(content=campaign.content.model_copy(update={"connection_id": crm.pk}))
    campaign.refresh_from_db()
    pasted(campaign, actor, "curl https://crm.example/a")
    assert Campaign.objects.get().content.connection_id == crm.pk
    pasted(campaign, actor, "curl https://other.example/a", revision=2)
    assert Campaign.objects.get().content.connection_id is None


def test_what_is_refused_changes_nothing(campaign, actor, viewer):
    with pytest.raises(InvalidInput):
        pasted(campaign, actor, "curl -d @secrets.json https://a.example")
    with pytest.raises(StaleState):
        pasted(campaign, actor, revision=7)
    with pytest.raises(NotAllowed):
        pasted(campaign, cast.acting(viewer, campaign.workspace))
    assert Campaign.objects.get().revision == 1
    assert not Connection.objects.exists()


def test_the_dialog_says_what_is_wrong_and_keeps_what_was_pasted(client, owner, campaign):
    url = reverse("campaign_paste_curl", kwargs={"workspace": "acme", "campaign": campaign.pk})
    answer = cast.signed_in(client, owner).post(url, {"revision": 1, "curl": "wget x"})
    assert answer.status_code == 422
    assert "Begin with the word curl" in answer.content.decode()
    assert "wget x" in answer.content.decode()
    answer = client.post(url, {"revision": 1, "curl": COMMAND, "keep_authentication": "on"})
    assert answer["HX-Redirect"] == reverse("campaign_content", kwargs={"workspace": "acme", "campaign": campaign.pk})
