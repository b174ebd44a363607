"""The rate of a run itself, beside that of its connection; null is as fast as the connection allows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0006_reasons")]

    operations = [migrations.AddField("run", "rate", models.JSONField(null=True))]
