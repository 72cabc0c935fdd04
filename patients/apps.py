"""The app configuration of the people in care."""

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "patients"
    verbose_name = "Patients"

    def ready(self) -> None:
        from patients import logged, receivers, refusals

        logged.register()
        refusals.register()
        receivers.connect()
