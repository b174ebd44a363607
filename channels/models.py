import json
from datetime import datetime

from django.db import models

from accounts.models import User, Workspace
from channels.policy import DefaultHeader, DefaultHeaders, OAuthSettings, RetryPolicy, SendPolicy, SuccessRule
from webhooks_platform.base.encryption import decrypt, encrypt
from webhooks_platform.base.typed_json import TypedJSONField

__all__ = [
    "TYPED_KINDS",
    "AccessToken",
    "AuthKind",
    "ChannelDay",
    "ChannelKind",
    "ChannelSwitch",
    "Connection",
    "RetryPolicy",
    "SendPolicy",
    "SuccessRule",
]


class ChannelKind(models.TextChoices):
    WEBHOOK = "webhook", "Webhook"


class ChannelSwitch(models.Model):
    """Whether a workspace may use a channel, and the channel's defaults. No row means off.

    An empty time zone and retention are the workspace's own; no daily limit means no limit. ``defaults_revision``
    grows with each change of the defaults.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="channel_switches")
    kind = models.CharField(max_length=16, choices=ChannelKind.choices)
    enabled = models.BooleanField(default=False)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(auto_now_add=True)
    time_zone = models.CharField(max_length=64, blank=True, default="", db_default="")
    retention_days = models.PositiveSmallIntegerField(choices=Workspace.RetentionClass.choices, null=True)
    daily_limit = models.PositiveIntegerField(null=True, help_text="people a day, in the time zone")
    defaults_changed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    defaults_changed_at = models.DateTimeField(null=True)
    defaults_revision = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "kind"], name="channel_switch_unique")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {'on' if self.enabled else 'off'}"


class ChannelDay(models.Model):
    """How many people a day's launches are for, in the channel's time zone."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=16, choices=ChannelKind.choices)
    day = models.DateField()
    people = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "kind", "day"], name="channel_day_unique")]

    def __str__(self) -> str:
        return f"{self.day}: {self.people}"


class AuthKind(models.TextChoices):
    NONE = "none", "No authentication"
    BASIC = "basic", "Basic"
    BEARER = "bearer", "Bearer token"
    API_KEY_HEADER = "api_key_header", "API key in a header"
    API_KEY_QUERY = "api_key_query", "API key in the query"
    OAUTH = "oauth", "OAuth 2.0 client credentials"


# What can be typed into a campaign's Content; the others have more to them than a secret.
TYPED_KINDS = (AuthKind.BASIC, AuthKind.BEARER, AuthKind.API_KEY_HEADER, AuthKind.API_KEY_QUERY)


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
    oauth = TypedJSONField(model=OAuthSettings, null=True)
    client_certificate = models.TextField(blank=True, default="", db_default="", help_text="PEM, with its chain")
    encrypted_client_key = models.BinaryField(null=True)
    client_certificate_expires_at = models.DateTimeField(null=True)
    default_headers = TypedJSONField(model=DefaultHeaders, null=True)
    encrypted_header_secrets = models.BinaryField(null=True)
    policy = TypedJSONField(model=SendPolicy, default=SendPolicy)
    revision = models.PositiveIntegerField(default=1, db_default=1)
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
    def carries_secrets(self) -> bool:
        """Whether a request of it holds anything that may travel to its origin only."""
        secrets = (self.encrypted_secret, self.encrypted_header_secrets, self.encrypted_client_key)
        return any(secret is not None for secret in secrets)

    @property
    def client_key(self) -> str:
        """The key of the client certificate in clear, for the moment of connecting only; empty without one."""
        return decrypt(self.encrypted_client_key) if self.encrypted_client_key is not None else ""

    @property
    def headers_shown(self) -> tuple[DefaultHeader, ...]:
        """The default headers; a secret one without its value."""
        return self.default_headers.headers if self.default_headers else ()

    @property
    def header_secrets(self) -> dict[str, str]:
        """The values of the secret default headers in clear, by lower-case name, for the moment of sending only."""
        if self.encrypted_header_secrets is None:
            return {}
        values: dict[str, str] = json.loads(decrypt(self.encrypted_header_secrets))
        return values

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


class AccessToken(models.Model):
    """The OAuth token that a connection's requests carry now, shared by all workers.

    Whoever holds ``lease`` fetches a new one; the row of a connection whose sign-in changes is removed, so that a
    token fetched with what was before is never kept.
    """

    connection = models.OneToOneField(Connection, models.CASCADE, related_name="access_token")
    encrypted_token = models.BinaryField(null=True)
    fetched_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True, help_text="when the destination last refused a token")
    problem = models.CharField(max_length=300, blank=True)
    problem_permanent = models.BooleanField(default=False)
    problem_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"token of {self.connection}"
