"""The app configuration of the plumbing every room stands on."""

from django.apps import AppConfig
from django.core.checks import Tags, register


class ApiConfig(AppConfig):
    name = "backend.api"
    label = "api"
    verbose_name = "Request plumbing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks of the gate; their modules need the models of every app."""
        from backend.api import checks

        register(checks.check_containers, Tags.models)
        register(checks.check_routes, Tags.urls)
