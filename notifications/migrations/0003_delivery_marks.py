"""Two marks of the engine: when an at-most-once send began, and who prepares a run's audience.

Both columns are null for almost every row, so adding them rewrites nothing.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_ledger")]

    operations = [
        migrations.RunSQL(
            "alter table notification add column started_at timestamptz",
            "alter table notification drop column started_at",
            state_operations=[
                migrations.AddField("notification", "started_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField("run", "prepare_lease_until", models.DateTimeField(null=True)),
    ]
