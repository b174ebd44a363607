from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import User, Workspace
from templates_lib.content import WebhookContent
from webhooks_platform.base.typed_json import TypedJSONField

TAG_LENGTH = 30
TAG_LIMIT = 10


class Template(models.Model):
    """Saved webhook content without the message text, with versions; chosen in a campaign's Content tab."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="templates")
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True)
    tags = ArrayField(models.CharField(max_length=TAG_LENGTH), default=list, db_default=[])
    answered_ok_at = models.DateTimeField(
        null=True, help_text="when this content last answered 20x before it was saved"
    )
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "name"], condition=models.Q(archived_at=None), name="template_name_unique"
            )
        ]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(models.Model):
    """One frozen version of a template. The newest number is the one in use."""

    template = models.ForeignKey(Template, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = TypedJSONField(model=WebhookContent)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "number"], name="template_version_unique")]

    def __str__(self) -> str:
        return f"{self.template} v{self.number}"
