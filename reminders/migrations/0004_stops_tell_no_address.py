"""Suppressions keep a keyed digest of the address that said stop, in place of the address.

The digest is made in Python: its key lives outside the database, as a setting.
"""

from django.db import migrations, models
from django.db.models import Q

from audit.digests import digest


def keep_digests(apps, schema_editor):
    rows = apps.get_model("reminders", "Suppression").objects.all()
    for row in rows.iterator():
        row.address_digest = digest(f"suppression:{row.channel}:{row.address_digest}")
        row.save(update_fields=["address_digest"])


class Migration(migrations.Migration):
    dependencies = [("reminders", "0003_behind_the_wall")]

    operations = [
        migrations.RemoveConstraint("suppression", "suppression_once"),
        migrations.RenameField("suppression", "normalized", "address_digest"),
        migrations.RunPython(keep_digests),
        migrations.AlterField("suppression", "address_digest", models.CharField(max_length=40)),
        migrations.AddConstraint(
            "suppression",
            models.UniqueConstraint(
                fields=["channel", "address_digest"], condition=Q(lifted_at__isnull=True), name="suppression_once"
            ),
        ),
        migrations.AddConstraint(
            "suppression",
            models.CheckConstraint(condition=Q(address_digest__startswith="hmac:"), name="suppression_tells_no_address"),
        ),
    ]
