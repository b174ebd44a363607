from django.db import migrations, models


def revision(model_name):
    return migrations.AddField(
        model_name=model_name, name="revision", field=models.PositiveIntegerField(db_default=1, default=1)
    )


class Migration(migrations.Migration):
    dependencies = [
        ("audience", "0005_profile_search_starts"),
    ]

    operations = [revision("profile"), revision("segment")]
