from collections.abc import Mapping
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Now, Upper

from accounts.models import User, Workspace
from audience.attributes import STANDARD_FIELDS
from audience.importing.columns import Columns
from audience.importing.report import CheckReport
from audience.rules import Rules
from webhooks_platform.base.typed_json import TypedJSONField


class Profile(models.Model):
    """A person in the audience, known by the customer's own id. ``revision`` grows with whatever writes it."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="profiles")
    user_id = models.CharField(max_length=200)
    email = models.CharField(max_length=320, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    first_name = models.CharField(max_length=200, blank=True)
    last_name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=35, blank=True)
    country = models.CharField(max_length=60, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    attributes = models.JSONField(default=dict)
    is_test = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(auto_now_add=True, db_index=False)
    updated_at = models.DateTimeField(auto_now=True)

    STANDARD_FIELDS = STANDARD_FIELDS

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user_id"], name="profile_user_id_unique")]
        indexes = [
            models.Index(fields=["workspace", "id"], name="profile_workspace_id"),
            models.Index(fields=["workspace"], condition=models.Q(is_test=True), name="profile_test_users"),
            GinIndex(fields=["attributes"], opclasses=["jsonb_path_ops"], name="profile_attributes"),
            # What a search by the beginning goes by, in any case (istartswith).
            models.Index("workspace", OpClass(Upper("user_id"), "text_pattern_ops"), name="profile_user_id_start"),
            models.Index("workspace", OpClass(Upper("email"), "text_pattern_ops"), name="profile_email_start"),
            models.Index("workspace", OpClass(Upper("first_name"), "text_pattern_ops"), name="profile_first_start"),
            models.Index("workspace", OpClass(Upper("last_name"), "text_pattern_ops"), name="profile_last_start"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.user_id})" if self.name else self.user_id

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class Attribute(models.Model):
    """An attribute of the workspace: what its values are, and what people call it. Kept by every write of profiles.
    ``revision`` grows with whatever changes it.

    ``fallback`` is typed text that fits the kind: what one click puts into content where a person may lack the value.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="attributes")
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=16)
    display_name = models.CharField(max_length=80, blank=True)
    fallback = models.CharField(max_length=200, blank=True)
    description = models.CharField(max_length=300, blank=True)
    revision = models.PositiveIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="attribute_name_unique")]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """What people call it: in rules, on profile pages and in lists."""
        return self.display_name or self.name


class Segment(models.Model):
    """A saved rule tree over profiles. ``revision`` grows with each save."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="segments")
    name = models.CharField(max_length=80)
    rules = TypedJSONField(model=Rules, default=Rules)
    revision = models.PositiveIntegerField(default=1, db_default=1)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="segment_name_unique")]

    def __str__(self) -> str:
        return self.name


class ImportStatus(models.TextChoices):
    DRAFT = "draft", "Not started"
    CHECKING = "checking", "Checking"
    CHECKED = "checked", "Checked"
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Importing"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class ExistingPeople(models.TextChoices):
    """What a line does about somebody who is in the workspace already, and about somebody who is not."""

    UPDATE = "update", "Add new people and update existing ones"
    ONLY_NEW = "only_new", "Only add new people"
    ONLY_UPDATE = "only_update", "Only update existing people"


class EmptyCells(models.TextChoices):
    KEEP = "keep", "Leave the stored value as it is"
    CLEAR = "clear", "Clear the stored value"


OPEN_IMPORTS = frozenset({ImportStatus.CHECKING, ImportStatus.WAITING, ImportStatus.RUNNING})


class Import(models.Model):
    """One uploaded CSV file of profiles: what its columns are, what a check found, and how far its import is."""

    TRANSITIONS: ClassVar[Mapping[str, frozenset[str]]] = {
        ImportStatus.DRAFT: frozenset({ImportStatus.CHECKING, ImportStatus.WAITING, ImportStatus.CANCELLED}),
        ImportStatus.CHECKING: frozenset({ImportStatus.CHECKED, ImportStatus.FAILED, ImportStatus.CANCELLED}),
        ImportStatus.CHECKED: frozenset({ImportStatus.CHECKING, ImportStatus.WAITING, ImportStatus.CANCELLED}),
        ImportStatus.WAITING: frozenset({ImportStatus.RUNNING, ImportStatus.FAILED, ImportStatus.CANCELLED}),
        ImportStatus.RUNNING: frozenset({ImportStatus.DONE, ImportStatus.FAILED, ImportStatus.CANCELLED}),
        ImportStatus.DONE: frozenset[str](),
        ImportStatus.FAILED: frozenset[str](),
        ImportStatus.CANCELLED: frozenset[str](),
    }

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="imports")
    file = models.FileField(upload_to="imports/%Y/%m/", max_length=300)
    file_name = models.CharField(max_length=200)
    columns = TypedJSONField(model=Columns, default=Columns)
    existing_people = models.CharField(max_length=12, choices=ExistingPeople.choices, default=ExistingPeople.UPDATE)
    empty_cells = models.CharField(max_length=8, choices=EmptyCells.choices, default=EmptyCells.KEEP)
    mark_test = models.BooleanField(default=False)
    status = models.CharField(max_length=16, choices=ImportStatus.choices, default=ImportStatus.WAITING)
    problem = models.CharField(max_length=500, blank=True)
    bytes_total = models.BigIntegerField(default=0)
    rows_total = models.IntegerField(null=True)
    rows_read = models.IntegerField(default=0)
    created_count = models.IntegerField(default=0)
    updated_count = models.IntegerField(default=0)
    unchanged_count = models.IntegerField(default=0)
    skipped_count = models.IntegerField(default=0)
    rejected_count = models.IntegerField(default=0)
    # What the dry run counted; null before the first one.
    check_report = TypedJSONField(model=CheckReport, null=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # One worker at a time: it renews the lease with each batch; an expired lease may be taken over.
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-id"], name="import_workspace"),
            models.Index(
                fields=["lease_until"],
                condition=models.Q(status__in=["checking", "waiting", "running"]),
                name="import_open",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportReject(models.Model):
    """A line of an import that was left out, why, and what it held: made in the transaction of its batch."""

    of_import = models.ForeignKey(Import, models.CASCADE, related_name="rejects")
    line = models.IntegerField()
    reason = models.CharField(max_length=300)
    cells = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["of_import", "line"], name="import_reject_line")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


class Erasure(models.Model):
    """The proof that a person was erased: who asked, when, and how much of what is gone. It names nobody.

    ``digest`` is SHA-256 of ``salt`` and the user ID: who still knows the ID can check that it is the one.
    ``completed_at`` is null while a request about the person may still be on the wire.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="erasures")
    profile_id = models.BigIntegerField()
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    requested_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    requested_by_label = models.CharField(max_length=200)
    requested_at = models.DateTimeField(auto_now_add=True)
    completed_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-id"], name="erasure_workspace"),
            models.Index(fields=["id"], condition=models.Q(completed_at=None), name="erasure_open"),
        ]

    def __str__(self) -> str:
        return f"Erased person {self.pk}"


class ColumnChoice(models.Model):
    """Which columns a member sees in the list of profiles."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    columns = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="column_choice_unique")]

    def __str__(self) -> str:
        return ", ".join(self.columns)
