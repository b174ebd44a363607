import secrets
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in, by e-mail address; belongs to any number of workspaces."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_lower_unique")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def initials(self) -> str:
        words = (self.name or self.email.partition("@")[0]).replace(".", " ").split()
        return "".join(word[0] for word in words[:2]).upper()


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    MARKETER = "marketer", "Marketer"
    APPROVER = "approver", "Approver"
    VIEWER = "viewer", "Viewer"


class Workspace(models.Model):
    """A tenant. Nothing crosses it."""

    class RetentionClass(models.IntegerChoices):
        WEEK = 7, "7 days"
        MONTH = 30, "30 days"
        QUARTER = 90, "90 days"

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=60, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    retention_days = models.PositiveSmallIntegerField(choices=RetentionClass.choices, default=RetentionClass.MONTH)
    revision = models.PositiveIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    members: "models.ManyToManyField[User, Member]" = models.ManyToManyField(
        User, through="Member", related_name="workspaces"
    )

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """A user's place in a workspace."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)
    first_steps_hidden = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="member_unique"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="member_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"


class Invitation(models.Model):
    """An offer of a place in a workspace to whoever owns an e-mail address; its link is signed and expires."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=16, choices=Role.choices)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace", Lower("email"), condition=models.Q(closed_at=None), name="invitation_open_unique"
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="invitation_role_known"),
        ]

    def __str__(self) -> str:
        return self.email


class ApiToken(models.Model):
    """A workspace-bound key of the REST API. Only its SHA-256 is kept; the text is shown once."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.MARKETER)
    prefix = models.CharField(max_length=12)
    digest = models.BinaryField(max_length=32, unique=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "name"], condition=models.Q(revoked_at=None), name="api_token_name_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @staticmethod
    def new_text() -> str:
        """256 random bits, with a prefix that secret scanners can recognise."""
        return "whp_" + secrets.token_urlsafe(32)


class AuditEntry(models.Model):
    """Who changed what, when. Written in the transaction of the change, never updated."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="audit_entries")
    at = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    token = models.ForeignKey(ApiToken, models.SET_NULL, null=True, related_name="+")
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=60)
    target_id = models.CharField(max_length=60)
    target_label = models.CharField(max_length=200)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["workspace", "-at", "-id"], name="audit_workspace_at")]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.action} {self.target_label}"

    @property
    def who(self) -> str:
        if self.user:
            return str(self.user)
        return f"API token {self.token.name}" if self.token else "The system"


class SavedViewPage(models.TextChoices):
    """Lists whose filters can be saved. The value is the URL name of the list but for the log's."""

    CAMPAIGNS = "campaigns", "Existing campaigns"
    NOTIFICATIONS = "notifications", "Notifications log"
    PROFILES = "profiles", "Profiles"


class SavedView(models.Model):
    """The filters of a list under a name: its user's own, or shared with the workspace.

    ``user`` is null for a view that an API token made. ``removed_at``: deleted, while Undo may still bring it back.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="saved_views")
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    page = models.CharField(max_length=16, choices=SavedViewPage.choices)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000)
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace",
                "user",
                "page",
                Lower("name"),
                condition=models.Q(removed_at=None),
                name="saved_view_name_unique",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=models.Q(page__in=SavedViewPage.values), name="saved_view_page_known"),
        ]

    def __str__(self) -> str:
        return self.name


class DefaultView(models.Model):
    """The saved view with which a list opens for a user."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    page = models.CharField(max_length=16, choices=SavedViewPage.choices)
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user", "page"], name="default_view_unique")]

    def __str__(self) -> str:
        return f"{self.page}: {self.view_id}"
