"""System checks of emergency access."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error

BOUNDS = {"EMERGENCY_HOURS": (1, 24), "EMERGENCY_FACTOR_MINUTES": (1, 60), "EMERGENCY_MISTAKES_PER_HOUR": (1, 60)}


def check_emergency_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """An emergency lasts hours, not days; a second factor given long ago is none; guessing does not pay."""
    return [
        Error(f"{name} must be from {least} to {most}", id="patients.E001")
        for name, (least, most) in BOUNDS.items()
        if not least <= getattr(settings, name) <= most
    ]
