from django.db import migrations, models


class Migration(migrations.Migration):
    """New columns that may be empty: quick on a table of any size, and harmless to the version before."""

    dependencies = [("channels", "0001_initial")]

    operations = [
        migrations.AddField("connection", "encrypted_signing_secret", models.BinaryField(null=True)),
        migrations.AddField("connection", "signing_secret_changed_at", models.DateTimeField(null=True)),
        migrations.AddField("connection", "encrypted_previous_signing_secret", models.BinaryField(null=True)),
        migrations.AddField("connection", "previous_signing_secret_until", models.DateTimeField(null=True)),
    ]
