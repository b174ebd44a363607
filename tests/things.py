"""One of each thing that a workspace can hold, by the name that addresses use for it."""

from datetime import timedelta

from django.utils import timezone

from accounts.authentication import token_digest
from accounts.models import ApiToken, Invitation, Role, SavedView, Workspace
from audience.models import Attribute, Erasure, Import, Profile, Segment
from campaigns.models import Campaign
from channels.models import Connection
from notifications.models import Run
from templates_lib.content import WebhookContent
from templates_lib.models import Template, TemplateVersion


def things_of(workspace: Workspace) -> dict[str, int | str]:
    """Makes them and gives their ids. A page about a new kind of thing adds it here."""
    campaign = Campaign.objects.create(workspace=workspace, name="Spring sale")
    return {
        "member": workspace.memberships.get().pk,
        "invitation": _invitation(workspace).pk,
        "token": _token(workspace).pk,
        "view": _view(workspace).pk,
        "connection": Connection.objects.create(workspace=workspace, name="CRM", origin="https://a.example").pk,
        "profile": Profile.objects.create(workspace=workspace, user_id="u_1").pk,
        "attribute": Attribute.objects.create(workspace=workspace, name="level", kind="text").pk,
        "name": "level",  # of the attribute, for the API
        "erasure": Erasure.objects.create(workspace=workspace, profile_id=1).pk,
        "segment": Segment.objects.create(workspace=workspace, name="Everybody").pk,
        "pk": Import.objects.create(workspace=workspace, file="imports/none.csv", file_name="none.csv").pk,
        "template": _template(workspace).pk,
        "campaign": campaign.pk,
        "run": _run(campaign).pk,
    }


def _invitation(workspace: Workspace) -> Invitation:
    soon = timezone.now() + timedelta(days=7)
    return Invitation.objects.create(workspace=workspace, email="nina@example.com", role=Role.VIEWER, expires_at=soon)


def _token(workspace: Workspace) -> ApiToken:
    return ApiToken.objects.create(workspace=workspace, name="Sync", prefix="whp_none", digest=token_digest("none"))


def _view(workspace: Workspace) -> SavedView:
    user = workspace.memberships.get().user
    return SavedView.objects.create(
        workspace=workspace, user=user, page="campaigns", name="Drafts", query="status=draft"
    )


def _template(workspace: Workspace) -> Template:
    template = Template.objects.create(workspace=workspace, name="CRM task")
    TemplateVersion.objects.create(template=template, number=1, content=WebhookContent())
    return template


def _run(campaign: Campaign) -> Run:
    return Run.objects.create(
        workspace=campaign.workspace,
        campaign_id=campaign.pk,
        campaign_name=campaign.name,
        run_at=timezone.now(),
        content=WebhookContent(),
        retention_days=30,
        slots=1,
    )
