from datetime import datetime
from typing import Literal

from django.db import models
from pydantic import Field

from accounts.models import User, Workspace
from webhooks_platform.base.encryption import decrypt, encrypt
from webhooks_platform.base.typed_json import StoredModel, TypedJSONField


class ChannelKind(models.TextChoices):
    WEBHOOK = "webhook", "Webhook"


class ChannelSwitch(models.Model):
    """Whether a workspace may use a channel. No row means off."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="channel_switches")
    kind = models.CharField(max_length=16, choices=ChannelKind.choices)
    enabled = models.BooleanField(default=False)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "kind"], name="channel_switch_unique")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {'on' if self.enabled else 'off'}"


class SuccessRule(StoredModel):
    """Which answers count as delivered: a status from the ranges, as inclusive pairs."""

    statuses: tuple[tuple[int, int], ...] = ((200, 299),)


class RetryPolicy(StoredModel):
    """When a failed attempt is repeated. Seconds throughout; backoff is exponential with full jitter."""

    attempts: int = Field(default=5, ge=1, le=20)
    within_seconds: int = Field(default=3600, ge=0, le=7 * 86_400)
    base_seconds: float = Field(default=2.0, gt=0, le=3600)
    max_seconds: float = Field(default=600.0, gt=0, le=86_400)
    statuses: tuple[tuple[int, int], ...] = ((408, 408), (425, 425), (429, 429), (500, 599))


class SendPolicy(StoredModel):
    """How requests to a destination are sent. A run keeps a frozen copy."""

    connect_seconds: float = Field(default=5.0, gt=0, le=30)
    total_seconds: float = Field(default=30.0, gt=0, le=120)
    guarantee: Literal["at_least_once", "at_most_once"] = "at_least_once"
    max_in_flight: int = Field(default=64, ge=1, le=1000)
    success: SuccessRule = SuccessRule()
    retry: RetryPolicy = RetryPolicy()


class AuthKind(models.TextChoices):
    NONE = "none", "No authentication"
    BASIC = "basic", "Basic"
    BEARER = "bearer", "Bearer token"
    API_KEY_HEADER = "api_key_header", "API key in a header"
    API_KEY_QUERY = "api_key_query", "API key in the query"


class Connection(models.Model):
    """A destination: the origin its secret may travel to, how to authenticate, and how to send.

    ``campaign_only`` connections hold the authentication typed into one campaign's Content and are not listed.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="connections")
    name = models.CharField(max_length=80)
    campaign_only = models.BooleanField(default=False)
    origin = models.CharField(max_length=300, help_text="scheme://host[:port]; secrets never travel elsewhere")
    auth_kind = models.CharField(max_length=20, choices=AuthKind.choices, default=AuthKind.NONE)
    username = models.CharField(max_length=200, blank=True, help_text="Basic: the user name")
    key_name = models.CharField(max_length=100, blank=True, help_text="API key: the header's or parameter's name")
    encrypted_secret = models.BinaryField(null=True)
    secret_changed_at = models.DateTimeField(null=True)
    encrypted_signing_secret = models.BinaryField(null=True)
    signing_secret_changed_at = models.DateTimeField(null=True)
    encrypted_previous_signing_secret = models.BinaryField(null=True)
    previous_signing_secret_until = models.DateTimeField(null=True)
    policy = TypedJSONField(model=SendPolicy, default=SendPolicy)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "name"],
                condition=models.Q(archived_at=None, campaign_only=False),
                name="connection_name_unique",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_secret(self) -> bool:
        return self.encrypted_secret is not None

    @property
    def secret(self) -> str:
        """The secret in clear, for the moment of sending only; empty when there is none."""
        return decrypt(self.encrypted_secret) if self.encrypted_secret is not None else ""

    @secret.setter
    def secret(self, text: str) -> None:
        self.encrypted_secret = encrypt(text) if text else None

    @property
    def is_signed(self) -> bool:
        """Whether its requests carry a Standard Webhooks signature."""
        return self.encrypted_signing_secret is not None

    def previous_signs_at(self, moment: datetime) -> bool:
        """Whether the replaced signing secret still signs beside the new one."""
        until = self.previous_signing_secret_until
        return self.encrypted_previous_signing_secret is not None and until is not None and until > moment

    def signing_secrets_at(self, moment: datetime) -> tuple[str, ...]:
        """The `whsec_` secrets in clear, the newest first, for the moment of sending only."""
        kept = [self.encrypted_signing_secret]
        if self.previous_signs_at(moment):
            kept.append(self.encrypted_previous_signing_secret)
        return tuple(decrypt(secret) for secret in kept if secret is not None)
