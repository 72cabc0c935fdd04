"""The app configuration of centers, their programs, rooms and staff."""

from django.apps import AppConfig


class CentersConfig(AppConfig):
    name = "centers"
    verbose_name = "Centers and staff"

    def ready(self) -> None:
        from centers import logged, refusals, sign_in_log

        sign_in_log.connect()
        logged.register()
        refusals.register()
