"""The app configuration of the people in care."""

from django.apps import AppConfig
from django.core.checks import register


class PatientsConfig(AppConfig):
    name = "patients"
    verbose_name = "Patients"

    def ready(self) -> None:
        from patients import checks, logged, projection, receivers, refusals

        logged.register()
        refusals.register()
        projection.register()
        receivers.connect()
        register(checks.check_emergency_settings)
