from django.contrib.postgres.indexes import OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Upper


def starts(field, name):
    index = models.Index(models.F("workspace"), OpClass(Upper(field), "text_pattern_ops"), name=name)
    return AddIndexConcurrently(model_name="profile", index=index)


class Migration(migrations.Migration):
    atomic = False  # built beside the writes of profiles, not before them

    dependencies = [
        ("audience", "0004_import_checks_and_erasure"),
    ]

    operations = [
        starts("user_id", "profile_user_id_start"),
        starts("email", "profile_email_start"),
        starts("first_name", "profile_first_start"),
        starts("last_name", "profile_last_start"),
    ]
