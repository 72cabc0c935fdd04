"""A device remembers when its user last gave a second factor."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("centers", "0002_same_center")]

    operations = [
        migrations.AddField(
            model_name="signin",
            name="second_factor_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
