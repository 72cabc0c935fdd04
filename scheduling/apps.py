"""The app configuration of the one calendar."""

from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "scheduling"
    verbose_name = "Scheduling"

    def ready(self) -> None:
        from scheduling import logged, receivers, refusals

        logged.register()
        refusals.register()
        receivers.connect()
