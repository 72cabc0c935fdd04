"""The app configuration of the audit stream: it fills the recorder port and guards its table after every migration."""

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        from audit import checks as audit_checks
        from audit.partitions import guard_after_migrate
        from audit.recording import record_event
        from backend.api import recorder

        recorder.fill(record_event)
        checks.register(audit_checks.check_settings)
        checks.register(audit_checks.check_partitions, checks.Tags.database)
        checks.register(audit_checks.check_rights, deploy=True)
        post_migrate.connect(guard_after_migrate, sender=self)
