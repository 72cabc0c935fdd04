"""The doors count failed attempts, and keep the e-mails about accounts that a sweep sends."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import backend.api.clock
import backend.api.ids


class Migration(migrations.Migration):
    dependencies = [("centers", "0003_second_factor_of_a_sign_in")]

    operations = [
        migrations.CreateModel(
            name="Attempts",
            fields=[
                ("key", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("last_at", models.DateTimeField(default=backend.api.clock.now)),
                ("blocked_until", models.DateTimeField(blank=True, null=True)),
            ],
            options={"indexes": [models.Index(fields=["last_at"], name="attempts_last")]},
        ),
        migrations.CreateModel(
            name="AccountMail",
            fields=[
                (
                    "id",
                    models.UUIDField(default=backend.api.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("password_reset", "a link to set a new password"),
                            ("factor_reset", "the second factor was taken away"),
                        ],
                        max_length=20,
                    ),
                ),
                ("created_at", models.DateTimeField(default=backend.api.clock.now)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("token_hash", models.BinaryField(max_length=32, null=True, unique=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "staff",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="account_mail",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("sent_at__isnull", True)), fields=["created_at"], name="accountmail_unsent"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expires_at__isnull", True), ("expires_at__gt", models.F("created_at")), _connector="OR"
                        ),
                        name="accountmail_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("token_hash__isnull", True),
                            models.Q(("expires_at__isnull", False), ("staff__isnull", False)),
                            _connector="OR",
                        ),
                        name="accountmail_token_expires",
                    ),
                ],
            },
        ),
    ]
