"""The ledger. Its big tables are partitioned by hand-written SQL (first migration) and carry plain ids."""

from django.db import models

from accounts.models import User, Workspace
from audience.choice import AudienceChoice
from channels.models import SendPolicy
from channels.policy import Rate
from notifications.resend import ResendChoice
from notifications.states import AttemptOutcome, NotificationState, Reason, RunKind, RunState
from templates_lib.content import WebhookContent
from webhooks_platform.base.typed_json import TypedJSONField


class Run(models.Model):
    """One execution of a campaign for a fixed audience, with a frozen copy of its content and policy.

    ``audience_count`` grows while the audience is prepared and is fixed once ``prepared_at`` is set.
    ``resend``: its people are those of another run who are sent to again, and ``audience`` is nobody.
    ``rate`` is the run's own, beside its connection's: the tighter one holds.
    ``prepared_through`` is the last profile id whose row is made: where preparation goes on after a fault.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="runs")
    campaign_id = models.BigIntegerField()
    campaign_name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=RunKind.choices, default=RunKind.LIVE)
    run_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=RunState.choices, default=RunState.PREPARING)
    content = TypedJSONField(model=WebhookContent)
    policy = TypedJSONField(model=SendPolicy, default=SendPolicy)
    rate = TypedJSONField(model=Rate, null=True)
    connection_id = models.BigIntegerField(null=True)
    retention_days = models.PositiveSmallIntegerField()
    slots = models.PositiveSmallIntegerField()
    audience = TypedJSONField(model=AudienceChoice, default=AudienceChoice)
    resend = TypedJSONField(model=ResendChoice, null=True)
    audience_description = models.CharField(max_length=300, blank=True)
    audience_count = models.IntegerField(default=0)
    prepared_through = models.BigIntegerField(default=0)
    prepared_at = models.DateTimeField(null=True)
    prepare_lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    stop_reason = models.CharField(max_length=300, blank=True)
    launched_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "campaign_id", "-run_at"], name="run_campaign"),
            models.Index(fields=["workspace", "-run_at"], name="run_workspace"),
            models.Index(fields=["finished_at"], name="run_finished"),
            models.Index(
                fields=["state"],
                condition=models.Q(state__in=["preparing", "running", "stopping"]),
                name="run_needs_work",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_name}, run {self.pk}"

    @property
    def is_test(self) -> bool:
        """Whether *Send test* made it."""
        return self.kind == RunKind.TEST


class LaneSlot(models.Model):
    """The right to run one lane of a run. The number of rows caps a run's lanes."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="lane_slots", db_index=False)
    slot = models.PositiveSmallIntegerField()
    token = models.BigIntegerField(null=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "slot"], name="lane_slot_unique")]

    def __str__(self) -> str:
        return f"run {self.run_id} slot {self.slot}"


class RunTally(models.Model):
    """Notifications that a lane slot brought to a final state; a run's counts are the sum. Slot -1: no lane."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="tallies", db_index=False)
    slot = models.SmallIntegerField()
    state = models.CharField(max_length=12, choices=NotificationState.choices)
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "slot", "state"], name="run_tally_unique")]
        verbose_name_plural = "run tallies"

    def __str__(self) -> str:
        return f"run {self.run_id} slot {self.slot} {self.state}: {self.count}"


class Notification(models.Model):
    """One person's line in a run: the unit of the notifications log.

    ``person`` is the rendering context read at first claim, ``request`` the rendered request while it may be retried;
    both are emptied when the row is final. ``started_at`` is committed before the first byte of an at-most-once send.
    """

    id = models.UUIDField(primary_key=True)
    workspace_id = models.BigIntegerField()
    run_at = models.DateTimeField()
    run_id = models.BigIntegerField()
    campaign_id = models.BigIntegerField()
    profile_id = models.BigIntegerField()
    user_id = models.CharField(max_length=200)
    is_test = models.BooleanField(default=False)
    webhook_id = models.UUIDField()
    state = models.CharField(max_length=12, choices=NotificationState.choices, default=NotificationState.QUEUED)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    lease_token = models.BigIntegerField(null=True)
    attempt_number = models.PositiveSmallIntegerField(default=0)
    first_attempt_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    person = models.JSONField(null=True)
    request = models.BinaryField(null=True)
    reason = models.CharField(max_length=24, choices=Reason.choices, default=Reason.NONE)
    reason_detail = models.CharField(max_length=500, default="")
    status_code = models.PositiveSmallIntegerField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "notification"

    def __str__(self) -> str:
        return f"{self.user_id}: {self.state}"


class Attempt(models.Model):
    """One HTTP request made for a notification. Phases are microseconds from the start of the attempt."""

    pk = models.CompositePrimaryKey("workspace_id", "run_at", "notification_id", "number")
    workspace_id = models.BigIntegerField()
    run_at = models.DateTimeField()
    run_id = models.BigIntegerField()
    notification_id = models.UUIDField()
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=AttemptOutcome.choices)
    reason = models.CharField(max_length=24, choices=Reason.choices, default=Reason.NONE)
    reason_detail = models.CharField(max_length=500, default="")
    status_code = models.PositiveSmallIntegerField(null=True)
    address = models.CharField(max_length=60, default="")
    dns_us = models.IntegerField(default=0)
    connect_us = models.IntegerField(default=0)
    tls_us = models.IntegerField(default=0)
    first_byte_us = models.IntegerField(default=0)
    total_us = models.IntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    retention_days = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "attempt"

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.notification_id}"


class Exchange(models.Model):
    """Headers and bodies of an attempt, secrets masked; kept for the workspace's retention class."""

    pk = models.CompositePrimaryKey("retention_days", "day", "workspace_id", "notification_id", "number")
    retention_days = models.PositiveSmallIntegerField()
    day = models.DateField(help_text="the UTC day on which the attempt started")
    workspace_id = models.BigIntegerField()
    notification_id = models.UUIDField()
    number = models.PositiveSmallIntegerField()
    method = models.CharField(max_length=10)
    url = models.TextField()
    request_headers = models.TextField()
    request_body = models.BinaryField()
    response_headers = models.TextField(default="")
    response_body = models.BinaryField(default=b"")
    response_size = models.BigIntegerField(default=0)
    response_truncated = models.BooleanField(default=False)

    class Meta:
        db_table = "exchange"

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


class OutcomeTally(models.Model):
    """People of a run who came to a final state within the minute from ``at`` (see ``figures.py``); in a run older than
    an hour, within the quarter of an hour.

    For each run and state the counts add up to those of ``RunTally``, at most a round of the task behind.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    run = models.ForeignKey(Run, models.CASCADE, related_name="outcome_tallies", db_index=False)
    at = models.DateTimeField()
    state = models.CharField(max_length=12)
    count = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "state", "at"], name="outcome_tally_unique")]
        indexes = [models.Index(fields=["workspace", "at"], name="outcome_tally_at", include=["state", "count"])]
        verbose_name_plural = "outcome tallies"

    def __str__(self) -> str:
        return f"run {self.run_id} {self.at:%Y-%m-%d %H:%M} {self.state}: {self.count}"


class LatencyTally(models.Model):
    """Answered attempts that started within the hour from ``at``, by how long they took: a histogram.

    ``step`` is 20 ln(microseconds), rounded, so a step is 5 % wide.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    step = models.SmallIntegerField()
    count = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "at", "step"], name="latency_tally_unique")]
        verbose_name_plural = "latency tallies"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} step {self.step}: {self.count}"


class ProblemTally(models.Model):
    """Failed or skipped people of a run with the same fault, as ``selectors.groups`` tells faults apart. ``detail`` is
    kept where it is no person's (IMPERSONAL_DETAIL), so that erasing somebody leaves nothing here.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="problem_tallies", db_index=False)
    reason = models.CharField(max_length=24)
    status_code = models.PositiveSmallIntegerField(null=True)
    detail = models.CharField(max_length=500, null=True)
    more_kinds = models.IntegerField(default=0, db_default=0)
    count = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "reason", "status_code", "detail"], name="problem_tally_unique", nulls_distinct=False
            )
        ]
        verbose_name_plural = "problem tallies"

    def __str__(self) -> str:
        return f"run {self.run_id} {self.reason}: {self.count}"


class FiguresMark(models.Model):
    """Up to when attempts are in ``LatencyTally``. One row."""

    latency_through = models.DateTimeField()

    def __str__(self) -> str:
        return f"latency through {self.latency_through:%Y-%m-%d %H:%M:%S}"
