"""The roof as an app: it holds the commands and verbs that span rooms, and no model."""

from django.apps import AppConfig


class RoofConfig(AppConfig):
    name = "backend"
    verbose_name = "The roof"

    def ready(self) -> None:
        from backend.handover import refusals

        refusals.register()
