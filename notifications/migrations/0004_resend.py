"""Whom a run is a resend for; null for every other run, so adding it rewrites nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_delivery_marks")]

    operations = [migrations.AddField("run", "resend", models.JSONField(null=True))]
