"""The app configuration of the plumbing every room stands on."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "backend.api"
    label = "api"
    verbose_name = "Request plumbing"
    default_auto_field = "django.db.models.BigAutoField"
