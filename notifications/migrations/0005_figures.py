"""Tallies for the dashboard, filled with what the ledger holds already, and how attempts of the last minutes are found.

The block-range index costs the lanes next to nothing: attempts are written in the order in which they start. Building
it reads the attempts once and holds up writing meanwhile, for about a second per 5 million rows.
"""

import django.db.models.deletion
from django.db import migrations, models

STARTED = (
    "create index attempt_started on attempt using brin (started_at) with (pages_per_range = 32, autosummarize = on)"
)
OUTCOMES = """
insert into notifications_outcometally (workspace_id, run_id, state, at, count)
select r.workspace_id, r.id, t.state, date_bin('15 minutes', r.finished_at, timestamptz 'epoch'), sum(t.count)
from notifications_run r join notifications_runtally t on t.run_id = r.id
where r.finished_at is not null
group by r.id, t.state
"""
PROBLEMS = """
insert into notifications_problemtally (run_id, reason, status_code, count)
select n.run_id, n.reason, n.status_code, count(*)
from notifications_run r
join notification n on n.workspace_id = r.workspace_id and n.run_at = r.run_at and n.run_id = r.id
where r.finished_at is not null and n.state in ('failed', 'skipped')
group by 1, 2, 3
"""


def own(model, fields, constraint, **options):
    key = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
    return migrations.CreateModel(
        name=model, fields=[key, *fields], options={"constraints": [constraint], **options} if constraint else options
    )


def belongs_to(name, model, related_name):
    cascade = django.db.models.deletion.CASCADE
    return (name, models.ForeignKey(db_index=False, on_delete=cascade, related_name=related_name, to=model))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_saved_views"), ("notifications", "0004_resend")]

    operations = [
        migrations.AddIndex("run", models.Index(fields=["finished_at"], name="run_finished")),
        own("FiguresMark", [("latency_through", models.DateTimeField())], None),
        own(
            "OutcomeTally",
            [
                belongs_to("workspace", "accounts.workspace", "+"),
                belongs_to("run", "notifications.run", "outcome_tallies"),
                ("at", models.DateTimeField()),
                ("state", models.CharField(max_length=12)),
                ("count", models.IntegerField()),
            ],
            models.UniqueConstraint(fields=("run", "state", "at"), name="outcome_tally_unique"),
            indexes=[
                models.Index(fields=["workspace", "at"], name="outcome_tally_at", include=("state", "count")),
            ],
            verbose_name_plural="outcome tallies",
        ),
        own(
            "LatencyTally",
            [
                belongs_to("workspace", "accounts.workspace", "+"),
                ("at", models.DateTimeField()),
                ("step", models.SmallIntegerField()),
                ("count", models.IntegerField()),
            ],
            models.UniqueConstraint(fields=("workspace", "at", "step"), name="latency_tally_unique"),
            verbose_name_plural="latency tallies",
        ),
        own(
            "ProblemTally",
            [
                belongs_to("run", "notifications.run", "problem_tallies"),
                ("reason", models.CharField(max_length=24)),
                ("status_code", models.PositiveSmallIntegerField(null=True)),
                ("count", models.IntegerField()),
            ],
            models.UniqueConstraint(
                fields=("run", "reason", "status_code"), name="problem_tally_unique", nulls_distinct=False
            ),
            verbose_name_plural="problem tallies",
        ),
        migrations.RunSQL(STARTED, "drop index attempt_started"),
        migrations.RunSQL(OUTCOMES, migrations.RunSQL.noop),
        migrations.RunSQL(PROBLEMS, migrations.RunSQL.noop),
    ]
