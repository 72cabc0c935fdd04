"""System checks of sign-in."""

from collections.abc import Sequence
from pathlib import Path
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


def check_breached_list(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A list of breached passwords that is named is there."""
    path = settings.BREACHED_PASSWORDS_FILE
    if not path or Path(path).is_file():
        return []
    return [Error("BREACHED_LIST names a file that is not there", id="centers.E002")]
