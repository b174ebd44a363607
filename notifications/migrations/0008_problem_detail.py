"""What is missing tells kinds of problem apart. Tallies of runs that ended before keep one line for a reason."""

from django.db import migrations, models


def one_a_kind(*fields):
    constraint = models.UniqueConstraint(fields=fields, name="problem_tally_unique", nulls_distinct=False)
    return migrations.AddConstraint("problemtally", constraint)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0007_run_rate")]

    operations = [
        migrations.AddField("problemtally", "detail", models.CharField(max_length=500, null=True)),
        # The release before, which still runs meanwhile, writes no such column.
        migrations.AddField("problemtally", "more_kinds", models.IntegerField(db_default=0, default=0)),
        migrations.RemoveConstraint("problemtally", "problem_tally_unique"),
        one_a_kind("run", "reason", "status_code", "detail"),
    ]
