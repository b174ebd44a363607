"""Test sends: a run of kind test for one person, through the same lanes and into the same log as everything."""

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import audit
from accounts.permissions import permit
from audience.choice import AudienceChoice
from audience.models import Profile
from campaigns.findings import secret_attached
from campaigns.models import Campaign
from channels.defaults import channel_defaults
from channels.models import ChannelKind, RetryPolicy
from channels.selectors import channel_enabled, connection_find, send_policy
from delivery.services import run_start
from notifications.models import Run
from notifications.states import RunKind
from templates_lib.content import WebhookContent
from templates_lib.rendering import compile_content
from webhooks_platform.base.errors import InvalidInput


@transaction.atomic
def test_send(*, campaign: Campaign, actor: Actor, content: WebhookContent, profile: Profile | None) -> Run:
    """Sends ``content`` once, without retries, to one person; raises InvalidInput or ContentInvalid."""
    permit(actor, "campaign.test")
    workspace = campaign.workspace
    if not channel_enabled(workspace, ChannelKind.WEBHOOK):
        raise InvalidInput("Webhook is switched off in this workspace, so no test can be sent. Switch it on first.")
    if profile is None:
        raise InvalidInput("There is nobody to test with. Add a profile first.", field="person")
    connection = connection_find(workspace, content.connection_id)
    compile_content(content, secret_attached=secret_attached(connection))
    policy = send_policy(workspace, content.connection_id).model_copy(update={"retry": RetryPolicy(attempts=1)})
    run = run_start(
        workspace=workspace,
        campaign_id=campaign.pk,
        campaign_name=campaign.name,
        kind=RunKind.TEST,
        content=content,
        policy=policy,
        connection_id=content.connection_id,
        audience=AudienceChoice(kind="profiles", profile_ids=(profile.pk,)),
        audience_description=f"Test with {profile}",
        retention_days=channel_defaults(workspace, ChannelKind.WEBHOOK).retention_days,
        launched_by=actor.user,
        at=timezone.now(),
    )
    audit(actor, "campaign.tested", campaign, run=run.pk, profile=profile.pk)
    return run
