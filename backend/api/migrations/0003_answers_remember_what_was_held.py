"""A stored answer remembers what its reader held: it is repeated only to who still sees as much."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("api", "0002_the_wall")]

    operations = [
        migrations.AddField(model_name="storedanswer", name="held", field=models.JSONField(default=dict)),
    ]
