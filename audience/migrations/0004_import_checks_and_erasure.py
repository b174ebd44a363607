import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("audience", "0003_attribute_registry"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(model_name="import", name="import_open"),
        migrations.AddField(
            model_name="import",
            name="check_report",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="import",
            name="empty_cells",
            field=models.CharField(
                choices=[("keep", "Leave the stored value as it is"), ("clear", "Clear the stored value")],
                default="keep",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="import",
            name="existing_people",
            field=models.CharField(
                choices=[
                    ("update", "Add new people and update existing ones"),
                    ("only_new", "Only add new people"),
                    ("only_update", "Only update existing people"),
                ],
                default="update",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="import",
            name="skipped_count",
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name="import",
            name="unchanged_count",
            field=models.IntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="import",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "Not started"),
                    ("checking", "Checking"),
                    ("checked", "Checked"),
                    ("waiting", "Waiting"),
                    ("running", "Importing"),
                    ("done", "Done"),
                    ("failed", "Failed"),
                    ("cancelled", "Cancelled"),
                ],
                default="waiting",
                max_length=16,
            ),
        ),
        migrations.AddIndex(
            model_name="import",
            index=models.Index(
                condition=models.Q(("status__in", ["checking", "waiting", "running"])),
                fields=["lease_until"],
                name="import_open",
            ),
        ),
        migrations.CreateModel(
            name="ColumnChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("columns", models.JSONField(default=list)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.workspace"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("workspace", "user"), name="column_choice_unique"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("profile_id", models.BigIntegerField()),
                ("salt", models.CharField(max_length=32)),
                ("digest", models.CharField(max_length=64)),
                ("requested_by_label", models.CharField(max_length=200)),
                ("requested_at", models.DateTimeField(auto_now_add=True)),
                ("completed_at", models.DateTimeField(null=True)),
                ("counts", models.JSONField(default=dict)),
                (
                    "requested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="erasures",
                        to="accounts.workspace",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["workspace", "-id"], name="erasure_workspace"),
                    models.Index(condition=models.Q(("completed_at", None)), fields=["id"], name="erasure_open"),
                ],
            },
        ),
    ]
