from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audience", "0002_imports_and_attributes"),
    ]

    operations = [
        migrations.AddField(
            model_name="attribute",
            name="description",
            field=models.CharField(blank=True, default="", max_length=300),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="attribute",
            name="display_name",
            field=models.CharField(blank=True, default="", max_length=80),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="attribute",
            name="fallback",
            field=models.CharField(blank=True, default="", max_length=200),
            preserve_default=False,
        ),
    ]
