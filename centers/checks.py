"""System checks of sign-in."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error

SHORTEST, LONGEST = 5, 60


def check_idle_limit(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The idle limit is no formality (a day) and no nuisance (a minute)."""
    if SHORTEST <= settings.SIGN_IN_IDLE_MINUTES <= LONGEST:
        return []
    return [Error(f"SIGN_IN_IDLE_MINUTES must be from {SHORTEST} to {LONGEST}", id="centers.E001")]
