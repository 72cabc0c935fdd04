"""The app configuration of therapy groups and their rosters."""

from django.apps import AppConfig


class GroupsConfig(AppConfig):
    name = "groups"
    verbose_name = "Therapy groups"

    def ready(self) -> None:
        from groups import logged, projection, receivers, refusals

        logged.register()
        refusals.register()
        projection.register()
        receivers.connect()
