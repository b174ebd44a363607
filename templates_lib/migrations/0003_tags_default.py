import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("templates_lib", "0002_tags")]

    operations = [
        migrations.AlterField(
            model_name="template",
            name="tags",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=30), db_default=[], default=list, size=None
            ),
        ),
    ]
