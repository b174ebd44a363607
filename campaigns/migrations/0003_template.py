import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0002_labels"), ("templates_lib", "0002_tags")]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="template",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="campaigns",
                to="templates_lib.template",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="template_version",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
