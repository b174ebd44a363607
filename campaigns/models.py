from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import User, Workspace
from audience.choice import AudienceChoice
from campaigns.schedule import Schedule
from campaigns.set_aside import SetAside
from channels.models import ChannelKind
from templates_lib.content import WebhookContent
from templates_lib.models import Template
from webhooks_platform.base.transitions import Transitions
from webhooks_platform.base.typed_json import TypedJSONField

LABEL_LENGTH = 30
LABEL_LIMIT = 10


class CampaignStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    SCHEDULED = "scheduled", "Scheduled"
    LAUNCHED = "launched", "Launched"
    ARCHIVED = "archived", "Archived"


class Campaign(models.Model):
    """Single-stage, time-based: Setup, Audience, Content, Schedule, Review & launch.

    ``revision`` grows with each save; an editor saves by compare-and-swap on it, so nobody overwrites anybody.
    ``template`` and ``template_version``: what the content was last filled from or saved as.
    ``set_aside``: what was written and isn't in use, for coming back to.
    """

    TRANSITIONS: Transitions = {
        CampaignStatus.DRAFT: frozenset({CampaignStatus.SCHEDULED, CampaignStatus.LAUNCHED, CampaignStatus.ARCHIVED}),
        CampaignStatus.SCHEDULED: frozenset({CampaignStatus.DRAFT, CampaignStatus.LAUNCHED, CampaignStatus.ARCHIVED}),
        # Launched again after a correction: "resent by a new launch".
        CampaignStatus.LAUNCHED: frozenset(
            {CampaignStatus.SCHEDULED, CampaignStatus.LAUNCHED, CampaignStatus.ARCHIVED}
        ),
        # Back to where it was: launched if it ever ran.
        CampaignStatus.ARCHIVED: frozenset({CampaignStatus.DRAFT, CampaignStatus.LAUNCHED}),
    }

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="campaigns")
    name = models.CharField(max_length=120)
    status = models.CharField(max_length=12, choices=CampaignStatus.choices, default=CampaignStatus.DRAFT)
    channel = models.CharField(max_length=16, choices=ChannelKind.choices, blank=True)
    labels = ArrayField(models.CharField(max_length=LABEL_LENGTH), default=list, db_default=[])
    audience = TypedJSONField(model=AudienceChoice, default=AudienceChoice)
    content = TypedJSONField(model=WebhookContent, default=WebhookContent)
    schedule = TypedJSONField(model=Schedule, default=Schedule)
    set_aside = TypedJSONField(model=SetAside, default=SetAside, db_default={})
    template = models.ForeignKey(Template, models.SET_NULL, null=True, related_name="campaigns")
    template_version = models.PositiveIntegerField(null=True)
    launch_at = models.DateTimeField(null=True)
    launch_problem = models.CharField(max_length=500, blank=True)
    revision = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-updated_at", "-id"], name="campaign_updated"),
            models.Index(fields=["launch_at"], condition=models.Q(status="scheduled"), name="campaign_due"),
        ]

    def __str__(self) -> str:
        return self.name
