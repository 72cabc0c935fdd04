"""Answers kept for retried requests."""

import django.contrib.postgres.fields
from django.db import migrations, models

import backend.api.clock
import backend.api.ids


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [
        migrations.CreateModel(
            name="StoredAnswer",
            fields=[
                ("id", models.UUIDField(default=backend.api.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("user_id", models.CharField(max_length=64)),
                ("route", models.CharField(max_length=200)),
                ("key", models.CharField(max_length=200)),
                ("body_hash", models.BinaryField(max_length=32)),
                ("codename", models.CharField(max_length=100)),
                ("status", models.PositiveSmallIntegerField(default=0)),
                ("headers", models.JSONField(default=dict)),
                ("body", models.BinaryField(default=b"")),
                ("center_id", models.UUIDField(null=True)),
                (
                    "patients",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
                ),
                ("created_at", models.DateTimeField(default=backend.api.clock.now)),
            ],
            options={
                "indexes": [models.Index(fields=["created_at"], name="api_storedanswer_created")],
                "constraints": [
                    models.UniqueConstraint(fields=("user_id", "route", "key"), name="api_storedanswer_one_per_key"),
                ],
            },
        ),
    ]
