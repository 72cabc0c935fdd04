"""The app configuration of the plumbing every room stands on."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models import CharField

from backend.api.prefixes import BeginsWith


class ApiConfig(AppConfig):
    name = "backend.api"
    label = "api"
    verbose_name = "Request plumbing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the lookup of prefixes, the checks of gate and wall; their modules need the models of every app."""
        from backend.api import checks, wall_checks

        CharField.register_lookup(BeginsWith)
        register(checks.check_containers, Tags.models)
        register(checks.check_routes, Tags.urls)
        register(wall_checks.check_role, deploy=True)
        register(wall_checks.check_policies, deploy=True)
