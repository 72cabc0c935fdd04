"""The app configuration of centers, their programs, rooms and staff."""

from django.apps import AppConfig
from django.core.checks import register


class CentersConfig(AppConfig):
    name = "centers"
    verbose_name = "Centers and staff"

    def ready(self) -> None:
        from centers import checks, logged, projection, refusals, sign_in, sign_in_log

        sign_in.connect()
        sign_in_log.connect()
        logged.register()
        refusals.register()
        projection.register()
        register(checks.check_idle_limit)
        register(checks.check_breached_list)
