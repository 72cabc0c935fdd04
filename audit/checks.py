"""System checks: the settings the log rests on, and months enough ahead."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from audit.partitions import LEAST_MONTHS_AHEAD, changeable, months_left
from backend.api.wall_checks import asking_the_database

REQUIRED = {
    "AUDITLOG_LOGENTRY_MODEL": "audit.LogEntry",
    # Off, auditlog tells None and the text "None" apart no more.
    "AUDITLOG_STORE_JSON_CHANGES": True,
    # On, a fixture or a raw save would pass the log by.
    "AUDITLOG_DISABLE_ON_RAW_SAVE": False,
}


def check_settings(**_kwargs: Any) -> Sequence[CheckMessage]:
    """audit.E001: a setting of django-auditlog would weaken the log. audit.E002: digests have no key."""
    found: list[CheckMessage] = [
        Error(f"{name} must be {value!r}.", id="audit.E001")
        for name, value in REQUIRED.items()
        if getattr(settings, name, None) != value
    ]
    if not getattr(settings, "AUDIT_DIGEST_KEY", ""):
        found.append(Error("AUDIT_DIGEST_KEY is not set: the log would digest names without a key.", id="audit.E002"))
    return found


def check_partitions(databases: Sequence[str] | None = None, **_kwargs: Any) -> Sequence[CheckMessage]:
    """audit.E003: the log has fewer than two months ahead."""
    left = {using: months_left(using=using) for using in databases or ()}
    return [
        Error(
            f"The log has partitions for {months} months ahead, fewer than {LEAST_MONTHS_AHEAD}.",
            hint="Run `manage ensure_audit_partitions`, and see why the daily task of audit.tasks did not.",
            id="audit.E003",
        )
        for months in left.values()
        if months is not None and months < LEAST_MONTHS_AHEAD
    ]


@asking_the_database
def check_rights(**_kwargs: Any) -> list[CheckMessage]:
    """audit.E004: the serving role could change or remove entries."""
    return [
        Error(
            f"The serving role may change or remove rows of {table}: the log would prove nothing.",
            hint="Run `manage migrate` as the owner of the tables, which withholds these rights, and serve as iop_app.",
            id="audit.E004",
        )
        for table in changeable()
    ]
