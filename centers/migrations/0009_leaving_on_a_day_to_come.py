"""Positions remember what a leaving on a day to come has shortened, so that it can be taken back."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('centers', '0008_names_given_at_the_center'),
    ]

    operations = [
        migrations.AddField('position', 'shortened', models.JSONField(default=list, editable=False)),
    ]
