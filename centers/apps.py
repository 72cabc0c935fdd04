"""The app configuration of centers, their programs, rooms and staff."""

from django.apps import AppConfig


class CentersConfig(AppConfig):
    name = "centers"
    verbose_name = "Centers and staff"

    def ready(self) -> None:
        from centers import logged, refusals

        logged.register()
        refusals.register()
