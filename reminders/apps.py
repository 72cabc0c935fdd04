"""The app configuration of reminders: who is told what, when, once."""

from django.apps import AppConfig


class RemindersConfig(AppConfig):
    name = "reminders"
    verbose_name = "Reminders"

    def ready(self) -> None:
        from reminders import logged, receivers, refusals

        logged.register()
        refusals.register()
        receivers.connect()
